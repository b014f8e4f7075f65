// `barellama card --check`, as a user types it.
#include <sys/stat.h>

#include <filesystem>

#include "tests/host-tools/commands/command_card.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A card with all that a Pi needs, in a folder.
class CommandCardCheck : public CommandCard {
 protected:
  CommandCardCheck() {
    make_firmware();
    write_file(path("kernel.img"), image_at(0x8000));
    fs::copy_file(BARELLAMA_DEFAULT_MODEL, path("tales.blm"));
    fs::create_directory(path("mounted"));
    const Outcome made = card({"--firmware", path("boot"), "--into", path("mounted")}, "tales.blm");
    EXPECT_EQ(made.exit_code, 0) << made.errors;
  }

  Outcome check(const std::string& name = "mounted") {
    return barellama({"card", "--check", path(name)});
  }
  void expect_wrong(const std::string& remark) {
    const Outcome outcome = check();
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("WRONG  " + remark));
    EXPECT_THAT(outcome.errors, HasSubstr("would not boot"));
  }
  void expect_note(const std::string& remark) {
    const Outcome outcome = check();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("note   " + remark));
  }
  void replace_in(const std::string& name, const std::string& old, const std::string& now) {
    std::string text = read_file(path("mounted/" + name));
    ASSERT_NE(text.find(old), std::string::npos);
    text.replace(text.find(old), old.size(), now);
    write_file(path("mounted/" + name), text);
  }
};

TEST_F(CommandCardCheck, FindsNothingWrongWithACardThatThisProgramMade) {
  const Outcome folder = check();
  EXPECT_EQ(folder.exit_code, 0) << folder.output << folder.errors;
  EXPECT_THAT(
      folder.output,
      AllOf(HasSubstr("fine   firmware start_cd of Aug 26 2022, 102f1e84"),
            HasSubstr("fine   kernel.img, a kernel, 0.1.0 (0123456789ab, 2026-11-30)"),
            HasSubstr("fine   barellama.ini"),
            HasSubstr("fine   tales.blm: all checksums are right"), HasSubstr("on a Pi Zero: "),
            HasSubstr("boots a Pi Zero, and tells a story"), Not(HasSubstr("note"))));
  ASSERT_EQ(image({"--firmware", path("boot")}, "tales.blm").exit_code, 0);
  const Outcome of_image = check("card.img");
  EXPECT_EQ(of_image.exit_code, 0) << of_image.output << of_image.errors;
  EXPECT_THAT(of_image.output, AllOf(HasSubstr("all checksums"), Not(HasSubstr("note"))));
}

TEST_F(CommandCardCheck, TellsWhatKeepsTheFirmwareFromStarting) {
  write_file(path("mounted/start_cd.elf"), start_elf("start"));
  expect_wrong("start_cd.elf is start.elf under another name");
  fs::remove(path("mounted/start_cd.elf"));
  expect_wrong("start_cd.elf is missing, which config.txt asks for (gpu_mem=16)");
  // Of a board with 512 MiB this key is the one that counts.
  replace_in("config.txt", "gpu_mem=16", "gpu_mem_512=64\ngpu_mem=16");
  EXPECT_EQ(check().exit_code, 0);
  replace_in("config.txt", "gpu_mem_512=64", "start_file=start_x.elf");
  expect_wrong("start_x.elf is missing");
  fs::remove(path("mounted/bootcode.bin"));
  expect_wrong("bootcode.bin is missing");
}

TEST_F(CommandCardCheck, TellsWhatTheConfigurationAsksForInVain) {
  write_file(path("mounted/bcm2708-rpi-zero.dtb"), "x");
  EXPECT_EQ(check().exit_code, 0);
  replace_in("config.txt", "device_tree=\n", "");
  expect_note("config.txt: with .dtb files on the card");
  replace_in("config.txt", "enable_uart=1\n", "[pi4]\nenable_uart=1\n[all]\n");
  expect_note("config.txt: without enable_uart=1");
  replace_in("config.txt", "kernel_address=0x8000", "kernel_address=0x80000");
  expect_wrong("config.txt: kernel_address=0x80000");
  replace_in("config.txt", "kernel=kernel.img", "kernel=other.img");
  expect_wrong("other.img is missing");
}

TEST_F(CommandCardCheck, TellsAKernelFromOtherFiles) {
  write_file(path("mounted/kernel.img"), image_at(16 << 20));
  expect_wrong("barellama.img is missing");
  write_file(path("mounted/barellama.img"), image_at(16 << 20));
  expect_wrong("barellama.img is a boot loader, too");
  write_file(path("mounted/barellama.img"), image_at(0x8000));
  const Outcome outcome = check();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("fine   kernel.img, the boot loader, 0.1.0 ("));
  EXPECT_THAT(outcome.output,
              HasSubstr("fine   barellama.img, the kernel that it starts, 0.1.0 ("));
  // Of before there were versions.
  std::string old = image_at(0x8000);
  old.replace(24, 4, std::string(4, '\0'));
  write_file(path("mounted/barellama.img"), old);
  EXPECT_THAT(check().output, HasSubstr("that it starts, of no version that it tells"));
  write_file(path("mounted/kernel.img"), std::string(1000, 'x'));
  expect_wrong("kernel.img: ");
}

TEST_F(CommandCardCheck, ReadsTheSettingsAsTheKernelDoes) {
  replace_in("barellama.ini", "# steps = 0", "stepps = 3");
  expect_note("barellama.ini, line ");
  replace_in("barellama.ini", "model = tales.blm", "model = other.blm");
  expect_wrong("other.blm is missing, which barellama.ini names");
  fs::rename(path("mounted/barellama.ini"), path("mounted/barellama.ini.txt"));
  expect_note("barellama.ini.txt is not read");
}

TEST_F(CommandCardCheck, TellsTextsThatAreNotReadAsTheyLook) {
  using namespace std::string_literals;
  const std::string ini = read_file(path("mounted/barellama.ini"));
  // Of any system, and in any case.
  fs::remove(path("mounted/barellama.ini"));
  std::string dos;
  for (const char c : "\xef\xbb\xbf" + ini) dos += c == '\n' ? "\r\n"s : std::string(1, c);
  write_file(path("mounted/BARELLAMA.INI"), dos);
  EXPECT_THAT(check().output, AllOf(HasSubstr("fine   barellama.ini"), Not(HasSubstr("note"))));
  write_file(path("mounted/BARELLAMA.INI"), "\xff\xfes\0e\0e\0d\0"s);
  expect_note("barellama.ini is UTF-16: nothing in it is read; save it as plain text in UTF-8");
  write_file(path("mounted/BARELLAMA.INI"), "prompt = caf\xe9\n");
  expect_note("barellama.ini, line 1 is not read: it is not UTF-8, but in an 8-bit encoding");
  write_file(path("mounted/BARELLAMA.INI"), ini);
  for (const std::string name : {"config.txt.txt", "cmdline.txt.txt", "barellama.txt"}) {
    write_file(path("mounted/" + name), "x");
    expect_note(name + " is not read: its name must be ");
    fs::remove(path("mounted/" + name));
  }
  write_file(path("mounted/cmdline.txt"),
             "\xef\xbb\xbf"
             "barellama.seed=3\r\n");
  EXPECT_THAT(check().output, Not(HasSubstr("note")));
  write_file(path("mounted/cmdline.txt"), "console=x\nbarellama.seed=3\n");
  expect_note("cmdline.txt: only its first line counts");
  write_file(path("mounted/cmdline.txt"),
             "\xff\xfe"
             "b\0a\0"s);
  expect_note("cmdline.txt is UTF-16");
  write_file(path("mounted/cmdline.txt"), "barellama.sed=3");
  expect_note("command line: there is no setting \"sed\"; did you mean \"seed\"?");
  fs::remove(path("mounted/cmdline.txt"));
  write_file(path("mounted/config.txt"), "\xef\xbb\xbf" + read_file(path("mounted/config.txt")));
  expect_note("config.txt begins with a byte order mark");
  write_file(path("mounted/config.txt"), "\xff\xfe[\0"s);
  expect_wrong("config.txt is UTF-16");
}

TEST_F(CommandCardCheck, RefusesTextsThatTheCardCouldNotUse) {
  using namespace std::string_literals;
  write_file(path("wide"), "\xff\xfes\0"s);
  write_file(path("latin"), "# caf\n# caf\xe9\n");
  write_file(path("long"), std::string(20'000, '#'));
  expect_failure(image({"--settings", path("wide")}), 1, "wide: is UTF-16; save it");
  expect_failure(image({"--config", path("wide")}), 1, "wide: is UTF-16; save it");
  expect_failure(image({"--settings", path("latin")}), 1, "latin, line 2: is not UTF-8");
  expect_failure(image({"--settings", path("long")}), 1, "long: has more than 16384 bytes");
}

TEST_F(CommandCardCheck, ReadsEveryByteOfTheModel) {
  std::string model = read_file(path("mounted/tales.blm"));
  model[model.size() / 2] ^= 1;
  write_file(path("mounted/tales.blm"), model);
  expect_wrong("tales.blm is damaged at bytes ");
  write_file(path("mounted/tales.blm"), model.substr(0, model.size() / 2));
  expect_wrong("tales.blm");
  fs::remove(path("mounted/tales.blm"));
  fs::remove(path("mounted/barellama.ini"));
  expect_wrong("there is no model");
}

TEST_F(CommandCardCheck, SaysWhatItCannotReadAndMakesNothing) {
  expect_failure(check("absent"), 1, "absent");
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  expect_failure(check("fifo"), 1, "is neither an image");
  expect_failure(barellama({"card", "--check", "/dev/null"}), 1, "is neither an image");
  write_file(path("empty.img"), std::string(1 << 20, '\0'));
  expect_failure(check("empty.img"), 1, "empty.img");
  expect_failure(barellama({"card", "--check", path("mounted"), "-o", path("card.img")}), 2,
                 "--check CARD looks at a card");
  expect_failure(barellama({"card", "-o", path("card.img")}), 2, "at least one model");
}

}  // namespace
}  // namespace host
