// Cards as people have them: the kernel says what is wrong with one, and its prompt stays alive.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/system/kernel_machine.h"

namespace host {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BadCard : public KernelMachine {
 protected:
  void expect_alive() { EXPECT_THAT(ask("/help").console, HasSubstr("this list")); }

  // As the model on a good card tells it, few words long.
  void expect_story(const std::string& line, const HostRequest& request) {
    EXPECT_EQ(ask(line).text, tell_on_host(tales_path(), request).text) << machine().log();
  }

  static Settings brief() { return {{"temperature", "0"}, {"seed", "1"}, {"steps", "12"}}; }
  static HostRequest brief_request() {
    return {.prompt = "The dragon",
            .steps = 12,
            .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1}};
  }
};

TEST_F(BadCard, ThatIsNotThereIsAskedFor) {
  const std::string message = "card: no SD card answers; insert one";
  const std::string console = start({}).console;
  const size_t first = console.find("error: " + message);
  EXPECT_NE(first, std::string::npos) << console;
  EXPECT_EQ(console.find("error: ", first + 1), std::string::npos) << "said twice:\n" << console;
  expect_alive();
  const Answer again = ask("The dragon");
  EXPECT_THAT(again.error, HasSubstr(message));
  EXPECT_EQ(again.text, "");
  EXPECT_THAT(ask("/models").error, HasSubstr(message));
}

TEST_F(BadCard, ThatIsNotFormattedIsToBeFormatted) {
  const fs::path card = make_file("card.img", "");
  fs::resize_file(card, 64 << 20);
  EXPECT_THAT(start(card).error, AllOf(HasSubstr("neither a FAT partition nor a FAT file system"),
                                       HasSubstr("format it as FAT32")));
  expect_alive();
}

TEST_F(BadCard, WithoutAModelGetsOneCopied) {
  EXPECT_THAT(start(make_card({{"readme.txt", "no model"}})).error,
              HasSubstr("the card has no model: copy a .blm file into its root folder"));
  expect_alive();
  EXPECT_THAT(ask("The dragon").error, HasSubstr("the card has no model"));
}

TEST_F(BadCard, WithAMistakeInItsSettingsNamesTheLine) {
  const Answer started = start(make_card(
      {{"tales.blm", tales()},
       {"barellama.ini", "# settings\nsteps = 12\ntemprature = 0\nseed = many\n\nnonsense\n"}}));
  EXPECT_THAT(started.console,
              AllOf(HasSubstr("barellama.ini, line 3: there is no setting \"temprature\"; did you "
                              "mean \"temperature\"?"),
                    HasSubstr("barellama.ini, line 4: seed cannot be \"many\": it must be a whole"),
                    HasSubstr("barellama.ini, line 6: \"nonsense\" is not KEY = VALUE"),
                    Not(HasSubstr("line 2")), Not(HasSubstr("line 5"))));
  EXPECT_EQ(started.error, "");
  set({{"temperature", "0"}});
  expect_story("The dragon", brief_request());
}

TEST_F(BadCard, WithoutTheModelThatItNamesListsThoseThatItHas) {
  const Answer started =
      start(make_card({{"tales.blm", tales()}, {"barellama.ini", "model = tails.blm\n"}}), brief());
  EXPECT_THAT(started.error, HasSubstr("the card has no file or folder tails.blm"));
  EXPECT_THAT(started.console, HasSubstr("models on the card:\r\n  tales.blm"));
  EXPECT_THAT(ask("/model tales.blm").console, HasSubstr("model: tales.blm"));
  expect_story("The dragon", brief_request());
}

TEST_F(BadCard, WithDamagedModelsTellsWhatIsWrongWithEach) {
  const std::string good = tales();
  std::string damaged = good;
  damaged[good.size() / 2] ^= 0x10;
  std::string damaged_directory = good;
  damaged_directory[5000] ^= 1;
  std::string damaged_tokenizer = good;
  damaged_tokenizer[good.size() - 12000] ^= 1;
  start(make_card({{"a-tales.blm", good},
                   {"short.blm", good.substr(0, good.size() / 2)},
                   {"stub.blm", good.substr(0, 100)},
                   {"empty.blm", ""},
                   {"other.blm", "GGUF" + good.substr(4)},
                   {"weights.blm", damaged},
                   {"table.blm", damaged_directory},
                   {"words.blm", damaged_tokenizer}}),
        brief());
  const auto error_of = [&](const std::string& name) {
    const Answer answer = ask("/model " + name);
    EXPECT_THAT(answer.error, HasSubstr(name + ": "));
    // The model before it goes on.
    expect_story("The dragon", brief_request());
    return answer.error;
  };
  EXPECT_THAT(error_of("short.blm"),
              HasSubstr(text("has {} bytes but should have {}: it is truncated; copy it again",
                             good.size() / 2, good.size())));
  EXPECT_THAT(error_of("stub.blm"), HasSubstr("100 bytes, less than its header"));
  EXPECT_THAT(error_of("empty.blm"), HasSubstr("0 bytes, less than its header"));
  EXPECT_THAT(error_of("other.blm"), HasSubstr("not a .blm model file"));
  EXPECT_THAT(error_of("weights.blm"), HasSubstr("does not match its CRC, read after read"));
  EXPECT_THAT(error_of("table.blm"), HasSubstr("the model's directory"));
  EXPECT_THAT(error_of("words.blm"), HasSubstr("the tokenizer does not match its CRC"));
}

TEST_F(BadCard, WithMoreModelThanMemorySaysHowMuchIsMissing) {
  Settings settings = brief();
  settings.emplace_back("ram_mib", "0.2");
  EXPECT_THAT(
      start(make_card({{"tales.blm", tales()}}), settings).error,
      testing::ContainsRegex("tales.blm: the model does not fit: it needs at least [0-9]+ bytes of "
                             "memory, and there are [0-9]+: [0-9]+ bytes "
                             "short; a smaller ctx needs less"));
  expect_alive();
  set({{"ram_mib", "0"}});
  expect_story("The dragon", brief_request());
}

}  // namespace
}  // namespace host
