// `barellama card` and names of files: stored as they are typed, or refused with another one.
#include <filesystem>
#include <memory>

#include "host-tools/card/card_image.h"
#include "tests/host-tools/commands/command_card.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class CommandCardNames : public CommandCard {
 protected:
  void expect_proposal(const std::string& name, const std::string& why,
                       const std::string& proposal) {
    write_file(path(name), model_);
    expect_failure(image({}, name), 1, "can't have this name: ");
    EXPECT_THAT(image({}, name).errors,
                AllOf(HasSubstr(why), HasSubstr("rename it, perhaps to " + proposal + "\n")));
    fs::create_directory(path("mounted"));
    EXPECT_EQ(card({"--into", path("mounted")}, name).exit_code, 1);
    EXPECT_TRUE(fs::is_empty(path("mounted")));
    fs::remove(path("mounted"));
    fs::remove(path(name));
  }
};

TEST_F(CommandCardNames, AreStoredAsTheyAreTyped) {
  const std::string names[] = {
      "caf\xc3\xa9.blm",                               // fits 8.3, in some code page
      "cafe\xcc\x81.blm",                              // decomposed, as macOS writes it
      "\xf0\x9f\x90\x89 dragon \xf0\x9f\x94\xa5.blm",  // beyond 16 bits
      "\xf0\x9f\x90\x89.blm",
      "\xe4\xb8\xad\xe6\x96\x87.blm",
      "\xe6\x97\xa5\xe6\x9c\xac.blm",
      "\xd1\x81\xd0\xba\xd0\xb0\xd0\xb7\xd0\xba\xd0\xb0 of thirteen.blm",
      "plus + comma, [brackets]; and dots...blm",
      std::string(100, 'x') + "\xc3\xa9" + std::string(100, 'y') + ".blm",
  };
  for (const char* size : {"64M", "4G"}) {
    std::vector<std::string> arguments = {"--size", size};
    uint32_t seed = 10;
    for (const std::string& name : names) {
      write_file(path(name), "BLM1" + content(10'000, ++seed));
      arguments.push_back(path(name));
    }
    const Outcome outcome = image(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    const auto card = std::make_unique<CardImage>(path("card.img"));
    for (const std::string& name : names) {
      ASSERT_TRUE(card->contains(name)) << name;
      EXPECT_EQ(card->read_file(name), read_file(path(name))) << name;
    }
    EXPECT_THAT(card->read_file("barellama.ini"), HasSubstr("model = caf\xc3\xa9.blm\n"));
    fs::remove(path("card.img"));
  }
}

TEST_F(CommandCardNames, AreRefusedWithAProposalWhereACardCannotHaveThem) {
  expect_proposal("what?.blm", "one of", "what_.blm");
  expect_proposal("a\nb.blm", "control characters", "a_b.blm");
  expect_proposal("story.blm.", "ends with a dot", "story.blm");
  expect_proposal("story.blm ", "ends with a dot or a blank", "story.blm");
  expect_proposal(" story.blm", "begins with a blank", "story.blm");
  expect_proposal("con.blm", "a device", "_con.blm");
  expect_proposal("Lpt1.blm", "a device", "_Lpt1.blm");
  expect_proposal("COM9", "a device", "_COM9");
  expect_proposal("caf\xe9.blm", "not UTF-8", "caf_.blm");
}

TEST_F(CommandCardNames, ThatOnlyLookLikeDevicesAreFine) {
  for (const char* name : {"console.blm", "com.blm", "comm1.blm", "nulls.blm"}) {
    write_file(path(name), model_);
    EXPECT_EQ(image({}, name).exit_code, 0) << name;
  }
}

}  // namespace
}  // namespace host
