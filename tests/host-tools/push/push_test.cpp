// `barellama push` against a loader in this process, over sockets, terminals and bad lines.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "host-tools/card/card_image.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/push/push_driver.h"
#include "tests/fakes/faulty_line.h"
#include "tests/host-tools/push/loader_thread.h"
#include "tests/host-tools/serial/fake_board.h"
#include "tests/host-tools/support/program.h"
#include "tests/libpi/push/push_rig.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using pi::push::Part;

std::string kernel_image(size_t size) {
  pi::push::Bytes bytes = pi::push::random_bytes(size, 5);
  std::memcpy(bytes.data() + 4, "barellam", 8);
  base::store_le32(bytes, 12, 0x8000);
  base::store_le32(bytes, 16, static_cast<uint32_t>(size));
  base::store_le32(bytes, 20, static_cast<uint32_t>(0x10000 + size));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The same with a version.
std::string versioned_image(const std::string& version) {
  std::string image = kernel_image(50'000);
  const std::array<char, 4> address = {0x20, static_cast<char>(0xa0)};
  image.replace(24, 4, address.data(), 4);
  image.replace(0x2020, version.size() + 1, version.c_str(), version.size() + 1);
  return image;
}

class PushCommand : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    const fs::path path = folder_.path() / name;
    write_file(path, content);
    return path.string();
  }
  std::string kernel() { return file("kernel.img", kernel_image(50'000)); }

  TemporaryFolder folder_;
};

TEST_F(PushCommand, BringsKernelAndSettings) {
  LoaderThread loader;
  const Outcome outcome = barellama({"push", kernel(), "--port", loader.port(), "--no-console",
                                     "--", "prompt=Once upon", "seed=7"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_NE(outcome.errors.find("pushed 50045 bytes in "), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("at 921600 baud"), std::string::npos) << outcome.errors;
  ASSERT_TRUE(loader.is_complete());
  EXPECT_EQ(loader.part(Part::kKernel), kernel_image(50'000));
  EXPECT_EQ(loader.part(Part::kCommandLine), "barellama.prompt=Once%20upon barellama.seed=7");
}

TEST_F(PushCommand, CallsARunningKernelFirst) {
  LoaderThread loader;
  const Outcome outcome = barellama({"push", kernel(), "--port", loader.port(), "--no-console"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  ASSERT_TRUE(loader.is_complete());
  EXPECT_EQ(loader.first_words().substr(0, 18),
            "\xf8"
            "barellama:loader\xf9");
}

TEST_F(PushCommand, CallsARunningKernelAtItsOwnSpeedToo) {
  constexpr std::string_view kMagic =
      "\xf8"
      "barellama:loader\xf9";
  // Else it would answer before it is called a second time.
  LoaderThread loader(4 << 20, {}, 2 * kMagic.size());
  const Outcome outcome =
      barellama({"push", kernel(), "baud=921600", "--port", loader.port(), "--no-console"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  ASSERT_TRUE(loader.is_complete());
  const std::string words = loader.first_words();
  EXPECT_EQ(words.substr(0, kMagic.size()), kMagic);
  EXPECT_NE(words.find(kMagic, kMagic.size()), std::string::npos) << "a socket has any speed";
}

TEST_F(PushCommand, SaysWhichVersionRunsAndWhichIsPushed) {
  for (const char* baud : {"115200", "921600"}) {
    LoaderThread loader(4 << 20,
                        "a story\r\n[barellama 0.1.0 (46121c6d1234, 2026-11-30)"
                        " restarts for a push]\r\n");
    const Outcome outcome =
        barellama({"push", file("new.img", versioned_image("0.2.0 (9f2a, 2026-12-01)")), "--port",
                   loader.port(), "--no-console", std::string("baud=") + baud});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_NE(outcome.errors.find("running 0.1.0 (46121c6d1234, 2026-11-30), pushing 0.2.0 (9f2a, "
                                  "2026-12-01)\n"),
              std::string::npos)
        << outcome.errors;
  }
}

TEST_F(PushCommand, SaysOnlyWhatIsPushedWhereNoKernelAnswers) {
  for (const auto& [image, told] :
       {std::pair(versioned_image("0.2.0 (9f2a)"), "pushing 0.2.0 (9f2a)\n"),
        std::pair(kernel_image(50'000), "pushing a kernel that tells no version\n")}) {
    LoaderThread loader;
    const Outcome outcome =
        barellama({"push", file("new.img", image), "--port", loader.port(), "--no-console"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_NE(outcome.errors.find(told), std::string::npos) << outcome.errors;
    EXPECT_EQ(outcome.errors.find("running"), std::string::npos) << outcome.errors;
  }
}

TEST_F(PushCommand, PutsAModelOntoASmallVolume) {
  LoaderThread loader;
  const Outcome outcome = barellama({"push", kernel(), "--initrd", BARELLAMA_DEFAULT_MODEL,
                                     "--port", loader.port(), "--no-console"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  ASSERT_TRUE(loader.is_complete());
  const std::string image = loader.part(Part::kRamDisk);
  const uint64_t model_bytes = fs::file_size(BARELLAMA_DEFAULT_MODEL);
  EXPECT_LT(image.size(), model_bytes + 32'768);
  const auto card = std::make_unique<CardImage>(file("ram-disk.img", image));
  EXPECT_EQ(card->file_size("tales-1m.blm"), model_bytes);
  EXPECT_EQ(card->extents("tales-1m.blm").size(), 1u);
  Interrupts interrupts;
  EXPECT_EQ(card->checksum("tales-1m.blm"), file_checksum(BARELLAMA_DEFAULT_MODEL, interrupts));
}

TEST_F(PushCommand, GetsThroughABadLine) {
  for (const auto end : {fakes::FaultyLine::End::kSocket, fakes::FaultyLine::End::kTerminal}) {
    LoaderThread loader;
    fakes::FaultyLine line(loader.socket_path(), fakes::LineFaults::all(1e-3, 11),
                           fakes::LineFaults::all(1e-3, 12), end);
    const Outcome outcome =
        barellama({"push", kernel(), "--port", line.port(), "--baud", "115200", "--no-console"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    ASSERT_TRUE(loader.is_complete());
    EXPECT_EQ(loader.part(Part::kKernel), kernel_image(50'000));
    EXPECT_GT(line.bytes(), 50'000u);
  }
}

TEST_F(PushCommand, SaysWhyTheLoaderRefuses) {
  LoaderThread loader(40'000);
  const Outcome outcome = barellama({"push", kernel(), "--port", loader.port(), "--no-console"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.errors.find("no room for 50000 bytes"), std::string::npos) << outcome.errors;
}

TEST_F(PushCommand, GivesUpWithoutAnAnswer) {
  // The line is read, and there is no answer.
  LoaderThread loader;
  fakes::FaultyLine line(loader.socket_path(), {}, {.drop = 1, .seed = 1});
  const Outcome outcome =
      barellama({"push", kernel(), "--port", line.port(), "--no-console", "--timeout", "1"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.errors.find("no boot loader has been heard for 1 s"), std::string::npos)
      << outcome.errors;
}

TEST_F(PushCommand, FreesTheLoaderWhenItIsInterrupted) {
  LoaderThread loader;
  const std::string path = file("large.img", kernel_image(4'000'000));
  fakes::FaultyLine line(loader.socket_path(), {.delay = 1e-2, .delay_ms = 5, .seed = 1}, {});
  Subprocess program({BARELLAMA_PROGRAM, "push", path, "--port", line.port(), "--no-console"});
  while (line.bytes() < 10'000) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(), 128 + SIGINT);

  const Outcome outcome = barellama({"push", kernel(), "--port", line.port(), "--no-console"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  ASSERT_TRUE(loader.is_complete());
  EXPECT_EQ(loader.part(Part::kKernel), kernel_image(50'000));
}

// The sizes around which the kind of FAT and the clusters change.
TEST(RamDisk, HoldsModelsOfAnySizeWithLittleMore) {
  const TemporaryFolder folder;
  Interrupts interrupts;
  for (const uint64_t size : {uint64_t{1}, uint64_t{2'000'000}, uint64_t{2'100'000},
                              uint64_t{4000} * 32768 - 1, uint64_t{4000} * 32768}) {
    const fs::path model = folder.path() / "A model with a long name.blm";
    write_file(model, "x");
    fs::resize_file(model, size);
    const std::vector<CardFile> files = {{model.filename().string(), model, size, true}};
    const fs::path image = folder.path() / "disk.img";
    const CardLayout layout = plan_ram_disk(files);
    // Checks itself that all bytes are there, in one piece.
    ASSERT_NO_THROW(write_card_image(image, files, layout, "TEST", interrupts)) << size;
    EXPECT_LT(fs::file_size(image) - size, 49'152 + size / 30 + layout.cluster_bytes) << size;
  }
}

TEST_F(PushCommand, HintsAtTheWiringOfABoardThatIsSilent) {
  FakeBoard board(folder_.path() / "board");
  board.answers[""] = "";
  const Outcome outcome =
      barellama({"push", kernel(), "--port", board.port(), "--no-console", "--timeout", "6"});
  EXPECT_EQ(outcome.exit_code, 1);
  const size_t hint = outcome.errors.find("no byte has come for 5 s");
  EXPECT_NE(hint, std::string::npos) << outcome.errors;
  EXPECT_EQ(hint, outcome.errors.rfind("no byte has come for 5 s"));
}

struct BadFile {
  const char* name;
  std::string content;
  const char* message;
};

TEST_F(PushCommand, RefusesFilesThatAreNoKernels) {
  const BadFile cases[] = {
      {"empty.img", "", "is empty"},
      {"text.img", std::string(1000, 'x'), "not a kernel image"},
      {"kernel.elf", "\177ELF" + std::string(1000, 'x'), "is an ELF file"},
      {"cut.img", kernel_image(5000).substr(0, 4000), "cut off: 4000 of 5000 bytes are present"},
  };
  for (const BadFile& bad : cases) {
    const std::string path = file(bad.name, bad.content);
    const Outcome outcome = barellama({"push", path, "--port", "unix:/nowhere"});
    EXPECT_EQ(outcome.exit_code, 1) << bad.name;
    EXPECT_NE(outcome.errors.find(bad.name), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find(bad.message), std::string::npos) << outcome.errors;
  }
}

TEST_F(PushCommand, RefusesFilesThatAreNotThereOrTooLarge) {
  const Outcome missing =
      barellama({"push", (folder_.path() / "none.img").string(), "--port", "unix:/nowhere"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.errors.find("none.img"), std::string::npos) << missing.errors;

  const std::string path = file("huge.img", kernel_image(5000));
  fs::resize_file(path, (512u << 20) + 1);
  const Outcome huge = barellama({"push", path, "--port", "unix:/nowhere"});
  EXPECT_EQ(huge.exit_code, 1);
  EXPECT_NE(huge.errors.find("of a Pi Zero's whole memory"), std::string::npos) << huge.errors;
}

TEST_F(PushCommand, RefusesRamDisksThatAreNone) {
  const Outcome outcome =
      barellama({"push", kernel(), "--initrd", file("x.img", "hello"), "--port", "unix:/nowhere"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.errors.find("x.img"), std::string::npos) << outcome.errors;
}

TEST_F(PushCommand, SaysWhatIsWrongWithThePort) {
  const Outcome outcome = barellama({"push", kernel(), "--port", "/dev/no-such-port"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.errors.find("/dev/no-such-port"), std::string::npos) << outcome.errors;
}

TEST_F(PushCommand, TakesOnlySettingsWithAValue) {
  const Outcome outcome = barellama({"push", kernel(), "--port", "unix:/nowhere", "nonsense"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.errors.find("KEY=VALUE"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace host
