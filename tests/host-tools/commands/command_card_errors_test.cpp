// `barellama card`, as a user types it: what it says when it can make no card, and what it leaves.
#include <csignal>
#include <filesystem>

#include "host-tools/support/subprocess.h"
#include "tests/host-tools/commands/command_card.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using CommandCardErrors = CommandCard;

TEST_F(CommandCardErrors, RefusesImagesThatTheBootLoaderWouldRefuse) {
  write_file(path("bootloader.img"), image_at(16 << 20));
  expect_failure(image({"--bootloader-image", path("bootloader.img")}), 1, "kernel.img: ");
  write_file(path("kernel.img"), image_at(16 << 20));
  expect_failure(image({"--bootloader-image", path("bootloader.img")}), 1, "not a kernel");
  write_file(path("kernel.img"), image_at(0x8000));
  expect_failure(image({"--bootloader-image", path("kernel.img")}), 1, "not the boot loader");
  expect_failure(image({"--bootloader-image", path("absent.img")}), 1, "absent.img");
}

TEST_F(CommandCardErrors, RefusesFirmwareThatIsNotWhole) {
  make_firmware();
  fs::remove(path("boot/fixup_cd.dat"));
  expect_failure(image({"--firmware", path("boot")}), 1, "fixup_cd.dat is missing");
  write_file(path("boot/fixup_cd.dat"), "x");
  fs::remove(path("boot/LICENCE.broadcom"));
  expect_failure(image({"--firmware", path("boot")}), 1, "LICENCE.broadcom is missing");
  expect_failure(image({"--firmware", path("nowhere")}), 1, "is not a folder");
  make_firmware();
  write_file(path("boot/start_cd.elf"), start_elf("start"));
  expect_failure(image({"--firmware", path("boot")}), 1, "is start.elf under another name");
  write_file(path("boot/start_cd.elf"), "<html>");
  expect_failure(image({"--firmware", path("boot")}), 1, "is not a firmware file");
  fs::remove(path("boot/bootcode.bin"));
  expect_failure(image({"--firmware", path("boot")}), 1, "bootcode.bin is missing");
}

TEST_F(CommandCardErrors, SaysWhatIsWrongWithAModel) {
  expect_failure(image({}, "absent.blm"), 1, "absent.blm: can't be read: No such file");
  write_file(path("other.blm"), "GGUF1234");
  expect_failure(image({}, "other.blm"), 1,
                 "other.blm: is a GGUF model, not a .blm model; `barellama convert ");
  write_file(path("short.blm"), "BL");
  expect_failure(image({}, "short.blm"), 1, "short.blm: is text, not a .blm model");
  fs::create_directory(path("folder.blm"));
  expect_failure(image({}, "folder.blm"), 1, "is a folder");
  write_file(path("STORY.BLM"), model_);
  expect_failure(image({path("STORY.BLM")}), 1, "two files would have the name");
  write_file(path("huge.blm"), "BLM1");
  fs::resize_file(path("huge.blm"), uint64_t{1} << 32);
  expect_failure(image({}, "huge.blm"), 1, "at most 4294967295");
}

TEST_F(CommandCardErrors, SaysWhatIsWrongWithAKernel) {
  write_file(path("kernel.img"), "\177ELF....");
  expect_failure(image(), 1, "is an ELF file");
  write_file(path("kernel.img"), "");
  expect_failure(image(), 1, "kernel.img: is empty");
  fs::remove(path("kernel.img"));
  expect_failure(image(), 1, "kernel.img: can't be read");
}

TEST_F(CommandCardErrors, SaysWhatIsWrongWithItsOptions) {
  expect_failure(card({}), 2, "-o IMAGE, or --into FOLDER");
  expect_failure(image({"--into", path("")}), 2, "--into");
  expect_failure(image({"--size", "much"}), 2, "--size much");
  expect_failure(image({"--size", "100M"}), 1, "power of two");
  expect_failure(image({"--size", "99999999999G"}), 2, "must be a size");
  expect_failure(image({"--label", "LONGER THAN ELEVEN"}), 2, "1 to 11 characters");
  expect_failure(barellama({"card", "-o", path("card.img")}), 2, "models");
  expect_failure(card({"-o", path("no/folder/card.img")}), 1, "does not exist");
  expect_failure(card({"-o", folder_.path().string()}), 1, "is a folder");
}

TEST_F(CommandCardErrors, KeepsTheOldImageWhenTheNewOneFails) {
  write_file(path("card.img"), "precious");
  write_file(path("story.blm"), "no model");
  EXPECT_EQ(image().exit_code, 1);
  EXPECT_EQ(read_file(path("card.img")), "precious");
}

TEST_F(CommandCardErrors, LeavesNothingBehindWhenInterrupted) {
  write_file(path("large.blm"), "BLM1");
  fs::resize_file(path("large.blm"), 1 << 30);
  Subprocess program({BARELLAMA_PROGRAM, "card", "-o", path("card.img"), "--kernel",
                      path("kernel.img"), path("large.blm")});
  // Until the temporary image is there.
  for (int i = 0; i < 5000 && files().size() < 4; ++i) ::usleep(1000);
  program.signal(SIGTERM);
  EXPECT_THAT(read_to_end(program.errors()), HasSubstr("interrupted"));
  EXPECT_EQ(program.wait(), 128 + SIGTERM);
  EXPECT_EQ(files().size(), 3u);
}

TEST_F(CommandCardErrors, SaysWhatIsWrongWithAFolder) {
  const Outcome outcome = card({"--into", path("mounted")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("mount the card"));
}

}  // namespace
}  // namespace host
