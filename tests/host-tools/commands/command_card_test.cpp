// `barellama card`, as a user types it: the cards that it makes.
#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "host-tools/card/card_image.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"
#include "tests/host-tools/commands/command_card.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

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

TEST_F(CommandCard, WritesWhatTheKernelsOwnCodeReads) {
  const Outcome outcome = image();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("FAT16"), HasSubstr("no real one (--no-firmware)")));

  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->volume().kind(), pi::FatKind::kFat16);
  EXPECT_EQ(card->volume().cluster_bytes(), 32768u);
  EXPECT_EQ(card->read_file("story.blm"), model_);
  EXPECT_EQ(card->extents("story.blm").size(), 1u);
  EXPECT_EQ(card->read_file("kernel.img"), kernel_);
  EXPECT_THAT(card->read_file("config.txt"), HasSubstr("kernel_address=0x8000\n"));
  EXPECT_THAT(card->read_file("barellama.ini"), HasSubstr("model = story.blm\n"));
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

TEST_F(CommandCard, WritesVolumesThatFsckAndMtoolsFindNothingWrongWith) {
  // fsck.fat counts the volume's label as a file.
  for (const char* size : {"64M", "128M", "512M", "4G"}) {
    ASSERT_EQ(image({"--size", size}).exit_code, 0) << size;
    Interrupts interrupts;
    copy_partition(path("card.img"), path("part"));
    EXPECT_THAT(run({find_program("fsck.fat", "dosfstools"), "-n", path("part")}, interrupts),
                HasSubstr("6 files"))
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

// The partition table, the tables, the root folder and all files.
std::string beginning_of(const std::string& image) { return read_file(image).substr(0, 16 << 20); }

TEST_F(CommandCard, MakesTheSameBytesAnywhereAndAtAnyTime) {
  ASSERT_EQ(image().exit_code, 0);
  const std::string first = beginning_of(path("card.img"));
  ::sleep(2);  // FAT's clock ticks every other second
  // Files of another folder and another time, in another time zone.
  const fs::path other = folder_.path() / "another place";
  fs::create_directory(other);
  for (const char* name : {"kernel.img", "story.blm"}) {
    fs::copy_file(path(name), other / name);
    fs::last_write_time(other / name, fs::file_time_type::clock::now() - std::chrono::hours(99999));
  }
  const Outcome outcome = barellama({"card", "-o", other / "other.img", "--kernel",
                                     other / "kernel.img", "--no-firmware", other / "story.blm"},
                                    "", {"TZ=Asia/Tokyo"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_TRUE(beginning_of(other / "other.img") == first);
}

TEST_F(CommandCard, StampsFilesWithTheTimeThatIsGiven) {
  Interrupts interrupts;
  const auto day_of_files = [&](const std::string& epoch) {
    const Outcome outcome = barellama({"card", "-o", path("card.img"), "--kernel",
                                       path("kernel.img"), "--no-firmware", path("story.blm")},
                                      "", {"SOURCE_DATE_EPOCH=" + epoch});
    if (outcome.exit_code != 0) return outcome.errors;
    return run({find_program("mdir", "mtools"), "-i", path("card.img") + "@@4M", "::"}, interrupts,
               {"MTOOLSRC=/dev/null", "MTOOLS_SKIP_CHECK=1"});
  };
  EXPECT_THAT(day_of_files("1700000000"), HasSubstr("2023-11-14  22:13"));
  EXPECT_THAT(day_of_files("0"), HasSubstr("1980-01-01   0:00")) << "FAT's first day";
  for (const char* bad : {"yesterday", "-1", "1e9", "1 "}) {
    EXPECT_THAT(day_of_files(bad), HasSubstr("SOURCE_DATE_EPOCH is \"" + std::string(bad) + "\""));
  }
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
  EXPECT_THAT(outcome.output, HasSubstr("boot: start_cd of Aug 26 2022, 102f1e84\n"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("NOT BOOT")));
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

TEST_F(CommandCard, TakesOtherFilesAlong) {
  write_file(path("README.txt"), "read me\r\n");
  write_file(path("LICENSE"), "you may");
  const Outcome outcome = image({"--add", path("README.txt"), "--add", path("LICENSE")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->read_file("README.txt"), "read me\r\n");
  EXPECT_EQ(card->read_file("LICENSE"), "you may");

  fs::remove(path("card.img"));
  expect_failure(image({"--add", path("absent.txt")}), 1, "absent.txt: can't be read");
  fs::create_directory(path("other"));
  write_file(path("other/KERNEL.IMG"), "x");
  expect_failure(image({"--add", path("other/KERNEL.IMG")}), 1, "two files would have the name");
}

// Debian has the licence among its documentation, and other boards' files beside a Zero's.
TEST_F(CommandCard, TakesDebiansFirmwareWithItsLicence) {
  make_firmware("usr/lib/raspi-firmware");
  fs::remove(path("usr/lib/raspi-firmware/LICENCE.broadcom"));
  write_file(path("usr/lib/raspi-firmware/start4.elf"), "\177ELF");
  fs::create_directories(path("usr/share/doc/raspi-firmware"));
  write_file(path("usr/share/doc/raspi-firmware/copyright"), "may be handed on");
  const Outcome outcome = image({"--firmware", path("usr/lib/raspi-firmware")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto card = std::make_unique<CardImage>(path("card.img"));
  EXPECT_EQ(card->read_file("LICENCE.broadcom"), "may be handed on");
  EXPECT_FALSE(card->contains("start4.elf"));
}

TEST_F(CommandCard, FindsFirmwareBesideItselfAndElseSaysLastWhatTheCardLacks) {
  if (fs::exists("/usr/lib/raspi-firmware/bootcode.bin")) GTEST_SKIP() << "this machine has it";
  fs::create_directories(path("build/host"));
  fs::copy_file(BARELLAMA_PROGRAM, path("build/host/barellama"));
  const std::vector<std::string> command = {
      path("build/host/barellama"), "card",           "-o", path("card.img"), "--kernel",
      path("kernel.img"),           path("story.blm")};
  const Outcome without = outcome_of(command);
  ASSERT_EQ(without.exit_code, 0) << without.errors;
  EXPECT_THAT(without.output, HasSubstr("card.img: DOES NOT BOOT A PI:\n"));
  EXPECT_THAT(without.output, testing::EndsWith("--no-firmware says that this is meant\n"));

  // As `./dev card` fetches it, and as a release has it.
  for (const char* folder : {"build/firmware/usr/lib/raspi-firmware", "build/host/firmware"}) {
    make_firmware(folder);
    const Outcome with = outcome_of(command);
    ASSERT_EQ(with.exit_code, 0) << with.errors;
    EXPECT_THAT(with.output, Not(HasSubstr("NOT BOOT")));
    EXPECT_TRUE(std::make_unique<CardImage>(path("card.img"))->contains("bootcode.bin"));
    fs::remove_all(path(folder));
  }
}

// As a user of Debian, whose PATH has no /usr/sbin.
TEST_F(CommandCard, FindsItsToolsOffThePath) {
  const Outcome outcome = barellama({"card", "-o", path("card.img"), "--no-firmware", "--kernel",
                                     path("kernel.img"), path("story.blm")},
                                    "", {"PATH=/nowhere"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
}

}  // namespace
}  // namespace host
