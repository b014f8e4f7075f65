// Cards that fail while they are read: no text comes of wrong weights, and no fault is the end.
#include <gmock/gmock.h>

#include "tests/system/kernel_machine.h"
#include "tests/system/qemu_monitor.h"

namespace host {
namespace {

namespace fs = std::filesystem;

using testing::ContainsRegex;
using testing::HasSubstr;

class FailingCard : public KernelMachine {
 protected:
  FailingCard() : card_(make_card({{"tales.blm", tales()}})) {}

  const fs::path& card() const { return card_; }

  // Block of the card where byte `offset` of the model lies; the model lies in one piece.
  uint64_t block_of(uint64_t offset) const {
    const size_t begin = read_file(card_).find(tales().substr(0, 4096));
    EXPECT_NE(begin, std::string::npos);
    return (begin + offset) / 512;
  }

  // QEMU's arguments for the card, whose block at byte `offset` of the model cannot be read: at the
  // first try, or ever. The emulated card then says that all is well, and sends the block before
  // once more.
  std::vector<std::string> with_read_error(uint64_t offset, bool only_once) {
    const fs::path rules = make_file("rules.cfg", text("[inject-error]\n"
                                                       "event = \"read_aio\"\n"
                                                       "errno = \"5\"\n"
                                                       "sector = \"{}\"\n"
                                                       "once = \"{}\"\n",
                                                       block_of(offset), only_once ? "on" : "off"));
    return card_drive("file=blkdebug:" + rules.string() + ":" + card_.string());
  }

  // No tile but those in the buffers: each token reads the card.
  static Settings streaming() {
    return {{"temperature", "0"}, {"steps", "16"}, {"ctx", "64"}, {"ram_mib", "0.46"}};
  }
  static Settings pinned() { return {{"temperature", "0"}, {"steps", "16"}, {"ctx", "64"}}; }

  static std::string right_text(uint32_t steps = 16) {
    return tell_on_host(tales_path(), {.prompt = "The dragon",
                                       .steps = steps,
                                       .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1},
                                       .context = 64})
        .text;
  }

  void expect_alive() { EXPECT_THAT(ask("/help").console, HasSubstr("this list")); }
  void expect_read_error() {
    EXPECT_THAT(machine().qemu_messages(), HasSubstr("read error on host side"));
  }

 private:
  fs::path card_;
};

// In layer 3, within a tile.
constexpr uint64_t kWithinWeights = 1'000'000;

TEST_F(FailingCard, ThatFailsOnceWhileLoadingIsReadAgain) {
  EXPECT_EQ(start({}, pinned(), with_read_error(kWithinWeights, true)).error, "");
  expect_read_error();
  EXPECT_EQ(ask("The dragon").text, right_text());
}

TEST_F(FailingCard, ThatFailsOnceWhileTellingIsReadAgain) {
  start({}, streaming(), with_read_error(kWithinWeights, true));
  const Answer told = ask("The dragon");
  expect_read_error();
  EXPECT_EQ(told.text, right_text());
  EXPECT_EQ(told.error, "");
}

TEST_F(FailingCard, ThatFailsForEverWhileLoadingIsReported) {
  const Answer started = start({}, pinned(), with_read_error(kWithinWeights, false));
  expect_read_error();
  EXPECT_THAT(started.error, HasSubstr(" of layer "));
  EXPECT_THAT(started.error, HasSubstr("does not match its CRC, read after read"));
  const Answer told = ask("The dragon");
  EXPECT_EQ(told.text, "");
  EXPECT_EQ(told.error, started.error);
  expect_alive();
}

TEST_F(FailingCard, ThatFailsForEverWhileTellingIsReported) {
  start({}, streaming(), with_read_error(kWithinWeights, false));
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Answer told = ask("The dragon");
    EXPECT_EQ(told.text, "");
    EXPECT_EQ(told.reason, "error");
    EXPECT_THAT(told.error, HasSubstr("does not match its CRC, read after read"));
  }
  expect_read_error();
  expect_alive();
}

TEST_F(FailingCard, ThatFailsOnceWithinTheTokenizerIsReadAgain) {
  EXPECT_EQ(start({}, pinned(), with_read_error(tales().size() - 12'000, true)).error, "");
  expect_read_error();
  EXPECT_EQ(ask("The dragon").text, right_text());
}

TEST_F(FailingCard, ThatIsSlowTellsTheSame) {
  start({}, streaming(), card_drive("throttling.bps-read=2097152,file=" + card().string()));
  EXPECT_EQ(ask("The dragon").text, right_text());
}

TEST_F(FailingCard, ThatIsTakenOutIsMissedAndWelcomedBack) {
  const fs::path socket = folder().path() / "monitor";
  std::vector<std::string> arguments = QemuMonitor::arguments(socket);
  for (const std::string& argument :
       card_drive("throttling.bps-read=1048576,file=" + card().string())) {
    arguments.push_back(argument);
  }
  start({}, streaming(), arguments);
  QemuMonitor monitor(socket);
  set({{"steps", "64"}});

  type("The dragon\r");
  expect("\nThe dragon");
  monitor.command("eject -f card");
  const Answer interrupted = read_answer();
  EXPECT_EQ(interrupted.reason, "error");
  EXPECT_THAT(interrupted.error, HasSubstr("the card is gone; insert it again"));
  EXPECT_THAT(right_text(64), testing::StartsWith(interrupted.text));
  expect_alive();
  // The pass asks for its next run of tiles ahead: where the card left between the two, each of
  // them tries to identify it.
  EXPECT_THAT(ask("/card").console, ContainsRegex(" [1-9] new identifications?, "));
  EXPECT_THAT(ask("/card").console, ContainsRegex("; [1-9] reads? given up"));
  const Answer without = ask("The dragon");
  EXPECT_EQ(without.text, "");
  EXPECT_NE(without.error, "");

  monitor.command("change card " + card().string() + " raw");
  set({{"steps", "10"}});
  EXPECT_EQ(ask("The dragon").text, right_text(10)) << machine().log();
}

}  // namespace
}  // namespace host
