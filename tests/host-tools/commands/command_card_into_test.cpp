// `barellama card --into`, as a user types it: what becomes of what is on the card already.
#include <sys/stat.h>

#include <filesystem>

#include "host-tools/card/card_manifest.h"
#include "tests/host-tools/commands/command_card.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class CommandCardInto : public CommandCard {
 protected:
  CommandCardInto() { fs::create_directory(path("mounted")); }

  Outcome into(std::vector<std::string> arguments = {}, const std::string& model = "story.blm") {
    arguments.insert(arguments.begin(), {"--into", path("mounted")});
    return card(arguments, model);
  }
  void fill() {
    const Outcome outcome = into();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
  std::string on_card(const std::string& name) { return read_file(path("mounted/" + name)); }
  void put(const std::string& name, const std::string& content) {
    write_file(path("mounted/" + name), content);
  }
  std::vector<std::string> card_files() { return names_in(path("mounted")); }
};

TEST_F(CommandCardInto, FillsAnEmptyFolder) {
  const Outcome outcome = into();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(on_card("story.blm"), model_);
  EXPECT_EQ(on_card("kernel.img"), kernel_);
  EXPECT_THAT(card_files(), ElementsAre("barellama.ini", "barellama.lst", "config.txt",
                                        "kernel.img", "story.blm"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("before-barellama")));
}

TEST_F(CommandCardInto, NamesAndKeepsWhatIsNotOurs) {
  put("kernel.img", "my kernel");
  put("config.txt", "my config");
  put("story.blm", "my story");
  put("photo.jpg", "my photo");
  const Outcome outcome = into();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  for (const std::string name : {"kernel.img", "config.txt", "story.blm"}) {
    EXPECT_THAT(outcome.output, HasSubstr(name + " is there and not ours: it is kept as " + name +
                                          ".before-barellama\n"));
  }
  EXPECT_EQ(on_card("kernel.img.before-barellama"), "my kernel");
  EXPECT_EQ(on_card("config.txt.before-barellama"), "my config");
  EXPECT_EQ(on_card("story.blm.before-barellama"), "my story");
  EXPECT_EQ(on_card("photo.jpg"), "my photo");
  EXPECT_EQ(on_card("kernel.img"), kernel_);
}

TEST_F(CommandCardInto, NeverOverwritesWhatItKeptBefore) {
  put("config.txt.before-barellama", "the first");
  put("CONFIG.TXT.before-barellama-2", "the second");
  put("config.txt", "the third");
  fill();
  EXPECT_EQ(on_card("config.txt.before-barellama"), "the first");
  EXPECT_EQ(on_card("CONFIG.TXT.before-barellama-2"), "the second");
  EXPECT_EQ(on_card("config.txt.before-barellama-3"), "the third");
}

TEST_F(CommandCardInto, ReplacesWhatItPutThereUnlessItWasChanged) {
  fill();
  write_file(path("kernel.img"), content(40'000, 9));
  write_file(path("story.blm"), "BLM1" + content(2'000'000, 8));
  put("config.txt", on_card("config.txt") + "gpio=4=op\n");
  const Outcome outcome = into();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(card_files(), ElementsAre("barellama.ini", "barellama.lst", "config.txt",
                                        "config.txt.before-barellama", "kernel.img", "story.blm"));
  EXPECT_THAT(on_card("config.txt.before-barellama"), HasSubstr("gpio"));
  EXPECT_EQ(on_card("story.blm"), read_file(path("story.blm")));
  EXPECT_EQ(on_card("kernel.img"), read_file(path("kernel.img")));
}

TEST_F(CommandCardInto, RemembersFilesOfEarlierCallsThatItDidNotTouch) {
  fill();
  write_file(path("other.blm"), "BLM1" + content(100'000, 5));
  ASSERT_EQ(into({}, "other.blm").exit_code, 0);
  write_file(path("story.blm"), "BLM1" + content(100'000, 6));
  const Outcome outcome = into();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, Not(HasSubstr("not ours")));
  EXPECT_EQ(on_card("story.blm"), read_file(path("story.blm")));
}

TEST_F(CommandCardInto, KnowsAKernelOfOursOnACardWithoutAList) {
  put("kernel.img", image_at(0x8000));
  fill();
  EXPECT_FALSE(fs::exists(path("mounted/kernel.img.before-barellama")));
  EXPECT_EQ(on_card("kernel.img"), kernel_);
}

TEST_F(CommandCardInto, LeavesEqualFilesAlone) {
  fill();
  struct stat before;
  ASSERT_EQ(::stat(path("mounted/story.blm").c_str(), &before), 0);
  fill();
  struct stat after;
  ASSERT_EQ(::stat(path("mounted/story.blm").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(CommandCardInto, TakesNamesAsACardDoesWhateverTheirCase) {
  put("KERNEL.IMG", "mine");
  fill();
  EXPECT_EQ(on_card("KERNEL.IMG"), kernel_);
  EXPECT_EQ(on_card("KERNEL.IMG.before-barellama"), "mine");
  EXPECT_FALSE(fs::exists(path("mounted/kernel.img")));
}

TEST_F(CommandCardInto, NeverReplacesSettingsUnlessAsked) {
  put("Barellama.ini", "model = tales.blm\nseed = 5\n");
  put("cmdline.txt", "barellama.seed=7");
  const Outcome outcome = into();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(on_card("Barellama.ini"), "model = tales.blm\nseed = 5\n");
  EXPECT_EQ(on_card("cmdline.txt"), "barellama.seed=7");
  EXPECT_THAT(outcome.output, HasSubstr("Barellama.ini stays as it is; --settings FILE"));
  EXPECT_THAT(outcome.output, HasSubstr("names tales.blm as the model, not story.blm"));
  write_file(path("my.ini"), "seed = 6\n");
  ASSERT_EQ(into({"--settings", path("my.ini")}).exit_code, 0);
  EXPECT_EQ(on_card("Barellama.ini"), "seed = 6\n");
  EXPECT_EQ(on_card("Barellama.ini.before-barellama"), "model = tales.blm\nseed = 5\n");
  EXPECT_EQ(on_card("cmdline.txt"), "barellama.seed=7");
}

TEST_F(CommandCardInto, RefusesACardWithAnotherSystem) {
  const std::vector<std::pair<std::string, std::string>> signs = {
      {"issue.txt", "Raspberry Pi reference 2023"},
      {"overlays/", ""},
      {"kernel7.img", "x"},
      {"KERNEL8.IMG", "x"},
      {"kernel.img", std::string(36, 'x') + "\x18\x28\x6f\x01" + std::string(100, 'x')},
      {"cmdline.txt", "console=serial0,115200 root=PARTUUID=1-02 rootfstype=ext4"},
      {"config.txt", "[all]\nauto_initramfs=1\n"},
      {"recovery.rfs", "x"},
      {"RECOVERY7.img", "x"},
      {"u-boot.bin", "x"},
      {"initrd.img-6.1", "x"},
      {"vmlinuz", "x"},
      {"SYSTEM", "x"},
      {"EFI/", ""},
      {"IO.SYS", "x"},
      {"user-data", "x"},
      {"autoboot.txt", "x"},
      {"etc/", ""}};
  for (const auto& [name, bytes] : signs) {
    fs::remove_all(path("mounted"));
    fs::create_directory(path("mounted"));
    if (name.ends_with('/')) {
      fs::create_directory(path("mounted/" + name));
    } else {
      put(name, bytes);
    }
    const Outcome refused = into();
    EXPECT_EQ(refused.exit_code, 1) << name;
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("has another system on it"), HasSubstr("--replace"),
                                      HasSubstr(name.substr(0, name.size() - 1))));
    EXPECT_EQ(card_files().size(), 1u) << name;
    const Outcome replaced = into({"--replace"});
    EXPECT_EQ(replaced.exit_code, 0) << name << replaced.errors;
    const std::string kept =
        name == "kernel.img" || name == "config.txt" ? name + ".before-barellama" : name;
    EXPECT_TRUE(fs::exists(path("mounted/" + kept))) << name;
  }
}

TEST_F(CommandCardInto, TakesACardThatOnlyHasFilesOfPeople) {
  fs::create_directory(path("mounted/DCIM"));
  put("kernel-old.img", image_at(0x8000));
  put("cmdline.txt", "barellama.prompt=root%20of");
  put("notes.txt", "x");
  EXPECT_EQ(into().exit_code, 0);
}

TEST_F(CommandCardInto, KeepsAllPartsOfAModelThatIsNotOurs) {
  put("parts.blm", "BLM1 my first part");
  put("parts.b02", "BLMP my second part");
  put("parts.b03", "BLMP my third part");
  write_file(path("parts.blm"), model_);
  const Outcome outcome = into({}, "parts.blm");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(on_card("parts.blm.before-barellama"), "BLM1 my first part");
  EXPECT_EQ(on_card("parts.b02.before-barellama"), "BLMP my second part");
  EXPECT_EQ(on_card("parts.b03.before-barellama"), "BLMP my third part");
  EXPECT_FALSE(fs::exists(path("mounted/parts.b02")));
}

TEST_F(CommandCardInto, KeepsTheOldFilesWhenAWriteFails) {
  put("kernel.img", "my kernel");
  put("config.txt", "my config");
  // A disk that ends in the middle of the model.
  const Outcome full =
      outcome_of({"/bin/sh", "-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\"",
                  BARELLAMA_PROGRAM, "card", "--no-firmware", "--into", path("mounted"), "--kernel",
                  path("kernel.img"), path("story.blm")});
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.errors, HasSubstr("can't be written: File too large"));
  EXPECT_THAT(card_files(), ElementsAre("config.txt", "kernel.img"));
  EXPECT_EQ(on_card("kernel.img"), "my kernel");
}

TEST_F(CommandCardInto, RefusesWhatIsInTheWayAndIsNoFile) {
  fs::create_directory(path("mounted/config.txt"));
  const Outcome folder = into();
  EXPECT_EQ(folder.exit_code, 1);
  EXPECT_THAT(folder.errors, HasSubstr("config.txt: is not a file, and in the way"));
  fs::remove(path("mounted/config.txt"));
  write_file(path("precious"), "x");
  fs::create_symlink(path("precious"), path("mounted/config.txt"));
  EXPECT_EQ(into().exit_code, 1);
  EXPECT_EQ(read_file(path("precious")), "x");
  EXPECT_EQ(card_files().size(), 1u);
}

TEST_F(CommandCardInto, FillsTheFolderThatItTakesTheFilesFrom) {
  const Outcome outcome = card({"--into", folder_.path().string()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(read_file(path("story.blm")), model_);
  EXPECT_EQ(read_file(path("kernel.img")), kernel_);
}

TEST_F(CommandCardInto, SaysWhatIsNoFolder) {
  write_file(path("file.img"), "x");
  EXPECT_THAT(card({"--into", path("file.img")}).errors, HasSubstr("-o "));
  EXPECT_THAT(card({"--into", path("absent")}).errors, HasSubstr("mount the card"));
}

// ---- An image in the place of something

TEST_F(CommandCard, PutsAnImageOnlyInPlaceOfAnImageOfOurs) {
  ASSERT_EQ(image().exit_code, 0);
  EXPECT_EQ(image().exit_code, 0) << "over its own";
  EXPECT_EQ(card({"-o", path("story.blm")}).exit_code, 1);
  EXPECT_EQ(card({"-o", path("kernel.img"), "--replace"}).exit_code, 1);
  EXPECT_EQ(read_file(path("kernel.img")), kernel_);
  write_file(path("thesis.pdf"), "years of work");
  const Outcome refused = card({"-o", path("thesis.pdf")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors,
              AllOf(HasSubstr("no card image of this program"), HasSubstr("--replace")));
  EXPECT_EQ(read_file(path("thesis.pdf")), "years of work");
  EXPECT_EQ(card({"-o", path("thesis.pdf"), "--replace"}).exit_code, 0);
  write_file(path("empty.img"), "");
  EXPECT_EQ(card({"-o", path("empty.img")}).exit_code, 0);
}

TEST_F(CommandCard, RefusesPlacesThatTakeNoImage) {
  EXPECT_THAT(card({"-o", folder_.path().string()}).errors, HasSubstr("--into"));
  EXPECT_THAT(card({"-o", "/dev/null"}).errors, HasSubstr("is not a file"));
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(card({"-o", path("fifo")}).errors, HasSubstr("is not a file"));
}

}  // namespace
}  // namespace host
