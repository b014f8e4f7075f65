#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "host-tools/card/card_image.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// Bytes that differ from place to place, so that a block out of place shows.
std::string content(size_t size, uint32_t seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

// fsck.fat knows no offsets. Only what is not a hole, since cards are large.
void copy_partition(const std::string& from, const std::string& to) {
  write_file(to, "");
  const Descriptor source = open_to_read(from);
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_CLOEXEC));
  off_t at = kPartitionOffset;
  while ((at = ::lseek(source.get(), at, SEEK_DATA)) >= 0) {
    const off_t end = ::lseek(source.get(), at, SEEK_HOLE);
    std::vector<std::byte> bytes(static_cast<size_t>(end - at));
    read_at(source, static_cast<uint64_t>(at), bytes, from);
    ASSERT_EQ(::pwrite(target.get(), bytes.data(), bytes.size(), at - off_t{kPartitionOffset}),
              end - at);
    at = end;
  }
  fs::resize_file(to, fs::file_size(from) - kPartitionOffset);
}

class CommandCard : public testing::Test {
 protected:
  CommandCard() {
    write_file(path("story.blm"), model_);
    write_file(path("kernel.img"), kernel_);
  }

  std::string path(const std::string& name) const { return folder_.path() / name; }

  // With a kernel and a model, unless the arguments name their own.
  Outcome card(std::vector<std::string> arguments, const std::string& model = "story.blm") {
    arguments.insert(arguments.begin(), {"card", "--kernel", path("kernel.img")});
    arguments.push_back(path(model));
    return barellama(arguments);
  }
  Outcome image(std::vector<std::string> arguments = {}, const std::string& model = "story.blm") {
    arguments.insert(arguments.begin(), {"-o", path("card.img")});
    return card(arguments, model);
  }

  void make_firmware() {
    fs::create_directory(path("boot"));
    for (const char* name : {"bootcode.bin", "LICENCE.broadcom", "fixup_cd.dat", "fixup.dat"}) {
      write_file(path("boot/") + name, name);
    }
    for (const char* name : {"start_cd.elf", "start.elf"}) {
      write_file(path("boot/") + name, std::string("\177ELF ") + name);
    }
  }

  std::vector<std::string> names_in_folder() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  // The command fails as it should, and leaves nothing behind.
  void expect_failure(const Outcome& outcome, int exit_code, const std::string& message) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
    for (const std::string& name : names_in_folder()) EXPECT_THAT(name, Not(HasSubstr("card.img")));
  }

  TemporaryFolder folder_;
  std::string model_ = "BLM1" + content(3'000'000, 1);
  std::string kernel_ = content(50'001, 2);
};

TEST_F(CommandCard, WritesWhatTheKernelsOwnCodeReads) {
  const Outcome outcome = image();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("FAT16"), HasSubstr("firmware")));

  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->volume().kind(), pi::FatKind::kFat16);
  EXPECT_EQ(card->volume().cluster_bytes(), 32768u);
  EXPECT_EQ(card->read_file("story.blm"), model_);
  EXPECT_EQ(card->extents("story.blm").size(), 1u);
  EXPECT_EQ(card->read_file("kernel.img"), kernel_);
  EXPECT_THAT(card->read_file("config.txt"), HasSubstr("kernel_address=0x8000\n"));
  EXPECT_THAT(card->read_file("barellama.ini"), HasSubstr("model = story.blm\n"));
}

// What libpi/push/image_header.h asks of an image; the loader is linked elsewhere than kernels.
std::string image_at(uint32_t address) {
  const uint32_t numbers[] = {address, 50'001, address + 100'000};
  std::string image = content(4, 3) + "barellam";
  for (const uint32_t number : numbers) {
    for (int shift = 0; shift < 32; shift += 8) image += static_cast<char>(number >> shift & 0xff);
  }
  return image + content(50'001 - image.size(), 4);
}

TEST_F(CommandCard, PutsTheBootLoaderInFrontOfTheKernel) {
  const std::string kernel = image_at(0x8000);
  const std::string loader = image_at(16 << 20);
  write_file(path("kernel.img"), kernel);
  write_file(path("bootloader.img"), loader);
  const Outcome outcome = image({"--bootloader-image", path("bootloader.img")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->read_file("kernel.img"), loader);
  EXPECT_EQ(card->read_file("barellama.img"), kernel);
  EXPECT_THAT(card->read_file("barellama.ini"), HasSubstr("loader_kernel = barellama.img\n"));
}

TEST_F(CommandCard, RefusesImagesThatTheBootLoaderWouldRefuse) {
  write_file(path("bootloader.img"), image_at(16 << 20));
  expect_failure(image({"--bootloader-image", path("bootloader.img")}), 1, "kernel.img: ");
  write_file(path("kernel.img"), image_at(16 << 20));
  expect_failure(image({"--bootloader-image", path("bootloader.img")}), 1, "not a kernel");
  write_file(path("kernel.img"), image_at(0x8000));
  expect_failure(image({"--bootloader-image", path("kernel.img")}), 1, "not the boot loader");
  expect_failure(image({"--bootloader-image", path("absent.img")}), 1, "absent.img");
}

TEST_F(CommandCard, WritesVolumesThatFsckAndMtoolsFindNothingWrongWith) {
  // fsck.fat counts the volume's label as a file.
  for (const char* size : {"64M", "128M", "512M", "4G"}) {
    ASSERT_EQ(image({"--size", size}).exit_code, 0) << size;
    Interrupts interrupts;
    copy_partition(path("card.img"), path("part"));
    EXPECT_THAT(run({find_program("fsck.fat", "dosfstools"), "-n", path("part")}, interrupts),
                HasSubstr("5 files"))
        << size;
    EXPECT_THAT(run({find_program("mdir", "mtools"), "-b", "-i", path("card.img") + "@@4M", "::"},
                    interrupts, {"MTOOLSRC=/dev/null", "MTOOLS_SKIP_CHECK=1"}),
                AllOf(HasSubstr("story.blm"), HasSubstr("barellama.ini")));
  }
}

TEST_F(CommandCard, MakesSparseImagesWhoseSizeIsAPowerOfTwo) {
  ASSERT_EQ(image().exit_code, 0);
  struct stat status;
  ASSERT_EQ(::stat(path("card.img").c_str(), &status), 0);
  EXPECT_EQ(status.st_size, 256 << 20);
  EXPECT_LT(status.st_blocks * 512, 8 << 20);
}

TEST_F(CommandCard, MakesTheSameBytesWhenTheClockIsSaidToBe) {
  const auto make = [&] {
    const Outcome outcome = barellama(
        {"card", "-o", path("card.img"), "--kernel", path("kernel.img"), path("story.blm")}, "",
        {"SOURCE_DATE_EPOCH=1700000000"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    // The partition table, the tables, the root folder and all files.
    return read_file(path("card.img")).substr(0, 16 << 20);
  };
  const std::string first = make();
  ::sleep(2);  // FAT's clock ticks every other second
  EXPECT_TRUE(make() == first);
}

TEST_F(CommandCard, TakesManyModelsEachInOnePiece) {
  write_file(path("A model with a long name.blm"), "BLM1" + content(100'000, 3));
  ASSERT_EQ(image({path("A model with a long name.blm")}).exit_code, 0);
  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->extents("A model with a long name.blm").size(), 1u);
  EXPECT_EQ(card->extents("story.blm").size(), 1u);
  EXPECT_THAT(card->read_file("barellama.ini"),
              HasSubstr("model = A model with a long name.blm\n"));
}

TEST_F(CommandCard, TakesFirmwareSettingsAndConfigOfTheUsers) {
  make_firmware();
  write_file(path("my.ini"), "seed = 5\n");
  write_file(path("my.txt"), "gpu_mem=32\n");
  const Outcome outcome = image({"--firmware", path("boot"), "--settings", path("my.ini"),
                                 "--config", path("my.txt"), "--label", "tales"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, Not(HasSubstr("note:")));
  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->read_file("barellama.ini"), "seed = 5\n");
  EXPECT_EQ(card->read_file("config.txt"), "gpu_mem=32\n");
  // The root folder's entry: eleven characters, and the attribute of labels.
  EXPECT_NE(read_file(path("card.img")).find(std::string("TALES      \x08")), std::string::npos);
  for (const char* name : {"bootcode.bin", "LICENCE.broadcom", "start_cd.elf", "fixup_cd.dat",
                           "start.elf", "fixup.dat"}) {
    EXPECT_TRUE(card->contains(name)) << name;
  }
}

TEST_F(CommandCard, RefusesFirmwareThatIsNotWhole) {
  make_firmware();
  fs::remove(path("boot/fixup_cd.dat"));
  expect_failure(image({"--firmware", path("boot")}), 1, "fixup_cd.dat is missing");
  write_file(path("boot/fixup_cd.dat"), "x");
  fs::remove(path("boot/LICENCE.broadcom"));
  expect_failure(image({"--firmware", path("boot")}), 1, "LICENCE.broadcom is missing");
  expect_failure(image({"--firmware", path("nowhere")}), 1, "is not a folder");
}

TEST_F(CommandCard, SaysWhatIsWrongWithAModel) {
  expect_failure(image({}, "absent.blm"), 1, "absent.blm: can't be read: No such file");
  write_file(path("other.blm"), "GGUF1234");
  expect_failure(image({}, "other.blm"), 1, "other.blm: is not a model");
  write_file(path("short.blm"), "BL");
  expect_failure(image({}, "short.blm"), 1, "short.blm: is not a model");
  write_file(path("what?.blm"), model_);
  expect_failure(image({}, "what?.blm"), 1, "can't have this name");
  fs::create_directory(path("folder.blm"));
  expect_failure(image({}, "folder.blm"), 1, "is a folder");
  write_file(path("STORY.BLM"), model_);
  expect_failure(image({path("STORY.BLM")}), 1, "two files would have the name");
  write_file(path("huge.blm"), "BLM1");
  fs::resize_file(path("huge.blm"), uint64_t{1} << 32);
  expect_failure(image({}, "huge.blm"), 1, "at most 4294967295");
}

TEST_F(CommandCard, SaysWhatIsWrongWithAKernel) {
  write_file(path("kernel.img"), "\177ELF....");
  expect_failure(image(), 1, "is an ELF file");
  write_file(path("kernel.img"), "");
  expect_failure(image(), 1, "that is no kernel");
  fs::remove(path("kernel.img"));
  expect_failure(image(), 1, "kernel.img: can't be read");
}

TEST_F(CommandCard, SaysWhatIsWrongWithItsOptions) {
  expect_failure(card({}), 2, "-o IMAGE, or --into FOLDER");
  expect_failure(image({"--into", path("")}), 2, "--into");
  expect_failure(image({"--size", "much"}), 2, "--size much");
  expect_failure(image({"--size", "100M"}), 1, "power of two");
  expect_failure(image({"--size", "99999999999G"}), 2, "must be a size");
  expect_failure(image({"--label", "LONGER THAN ELEVEN"}), 2, "1 to 11 characters");
  expect_failure(barellama({"card", "-o", path("card.img")}), 2, "models");
  expect_failure(card({"-o", path("no/folder/card.img")}), 1, "does not exist");
  expect_failure(card({"-o", folder_.path().string()}), 1, "is not a file");
}

// As a user of Debian, whose PATH has no /usr/sbin.
TEST_F(CommandCard, FindsItsToolsOffThePath) {
  const Outcome outcome =
      barellama({"card", "-o", path("card.img"), "--kernel", path("kernel.img"), path("story.blm")},
                "", {"PATH=/nowhere"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
}

TEST_F(CommandCard, KeepsTheOldImageWhenTheNewOneFails) {
  write_file(path("card.img"), "precious");
  write_file(path("story.blm"), "no model");
  EXPECT_EQ(image().exit_code, 1);
  EXPECT_EQ(read_file(path("card.img")), "precious");
}

TEST_F(CommandCard, LeavesNothingBehindWhenInterrupted) {
  write_file(path("large.blm"), "BLM1");
  fs::resize_file(path("large.blm"), 1 << 30);
  Subprocess program({BARELLAMA_PROGRAM, "card", "-o", path("card.img"), "--kernel",
                      path("kernel.img"), path("large.blm")});
  // Until the temporary image is there.
  for (int i = 0; i < 5000 && names_in_folder().size() < 4; ++i) ::usleep(1000);
  program.signal(SIGTERM);
  EXPECT_THAT(read_to_end(program.errors()), HasSubstr("interrupted"));
  EXPECT_EQ(program.wait(), 128 + SIGTERM);
  EXPECT_EQ(names_in_folder().size(), 3u);
}

TEST_F(CommandCard, FillsAFolder) {
  fs::create_directory(path("mounted"));
  write_file(path("mounted/kernel.img"), "old");
  const Outcome outcome = card({"--into", path("mounted")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(read_file(path("mounted/story.blm")), model_);
  EXPECT_EQ(read_file(path("mounted/kernel.img")), kernel_);
  EXPECT_EQ(std::distance(fs::directory_iterator(path("mounted")), fs::directory_iterator{}), 4);
}

TEST_F(CommandCard, SaysWhatIsWrongWithAFolder) {
  const Outcome outcome = card({"--into", path("mounted")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("mount the card"));
}

}  // namespace
}  // namespace host
