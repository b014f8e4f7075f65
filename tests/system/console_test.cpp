// A person at the console.
#include <gmock/gmock.h>

#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kPrompt = "\r\n> ";

class Console : public KernelMachine {
 protected:
  void boot_tales(const Settings& settings = {}, const std::vector<std::string>& arguments = {}) {
    boot_kernel(make_card({{"tales.blm", tales()}}), settings, arguments);
  }

  // A token takes a good part of a second: that long the card sends what of the model's 1.1 MB does
  // not stay in memory. Whatever is typed, is typed while the machine is busy.
  void boot_slow_tales(Settings settings) {
    const auto card = make_card({{"tales.blm", tales()}});
    settings.insert(settings.end(), {{"ram_mb", "0.5"}, {"ctx", "64"}, {"temperature", "0"}});
    boot_kernel({}, settings, card_drive("throttling.bps-read=1048576,file=" + card.string()));
  }

  // What the model tells on the host, as a terminal gets it.
  static std::string greedy_story(const std::string& prompt, uint32_t steps = 0) {
    const HostRequest request{
        .prompt = prompt, .steps = steps, .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1}};
    std::string result;
    for (const char c : tell_on_host(tales_path(), request).text) {
      if (c == '\n') result += '\r';
      result += c;
    }
    return result;
  }

  // Types the line at a prompt, and returns what comes up to the next one.
  std::string answer_to(const std::string& line) {
    type(line + "\r");
    expect(line + "\r\n");
    return expect(kPrompt);
  }
};

TEST_F(Console, ContinuesALine) {
  boot_tales({{"temperature", "0"}});
  expect(kPrompt);
  const std::string story = greedy_story("The dragon");
  EXPECT_THAT(answer_to("The dragon"), StartsWith(story + "\r\n["));
  EXPECT_THAT(machine().log(), HasSubstr(" tokens/s, first after "));
}

TEST_F(Console, EchoesAndTellsTextBeyondAscii) {
  boot_tales({{"temperature", "0"}, {"steps", "20"}});
  expect(kPrompt);
  const std::string story = greedy_story("Zoë's café “Łódź” 🐉", 20);
  EXPECT_THAT(answer_to("Zoë's café “Łódź” 🐉"), StartsWith(story + "\r\n["));
}

TEST_F(Console, HelpsWithCommands) {
  boot_tales();
  expect(kPrompt);
  const std::string help = answer_to("/help");
  for (const char* command : {"/help", "/models", "/set ", "/mem", "/reboot", "/poweroff"}) {
    EXPECT_THAT(help, HasSubstr(command));
  }
  EXPECT_THAT(answer_to("/hepl"),
              HasSubstr("there is no command /hepl; did you mean /help? /help lists them all"));
  EXPECT_THAT(answer_to("/set temprature 1"), HasSubstr("did you mean \"temperature\"?"));
  EXPECT_THAT(answer_to("/set top_p 2"), HasSubstr("must be a number from 0 to 1"));
  EXPECT_THAT(answer_to("/models"), HasSubstr("tales.blm"));
}

TEST_F(Console, ForgetsWhatIsRubbedOut) {
  boot_tales();
  expect(kPrompt);
  type("/xé\x7f\x7fhel\bqp\b\bp\b\bolp\b\b\blp\r");
  EXPECT_THAT(expect(kPrompt), HasSubstr("there is no command /hlp; did you mean /help?"));
  type("The dragon\x15/help\r");
  EXPECT_THAT(expect(kPrompt), HasSubstr("this list"));
  type("The dragon\x03");
  EXPECT_THAT(expect(kPrompt), EndsWith("The dragon^C\r\n> "));
}

TEST_F(Console, StopsAStoryAtControlCAndAtEscape) {
  boot_slow_tales({});
  expect(kPrompt);
  for (const char* key : {"\x03", "\x1b"}) {
    type("The dragon\r");
    expect("The dragon\r\nThe dragon");
    type(key);
    EXPECT_THAT(expect(kPrompt), HasSubstr("[stopped]"));
    EXPECT_THAT(answer_to("/help"), HasSubstr("this list"));
  }
  EXPECT_THAT(machine().log(), Not(HasSubstr("tokens/s"))) << "the stories were too short";
}

TEST_F(Console, KeepsWhatIsTypedDuringAStory) {
  boot_slow_tales({{"steps", "6"}});
  expect(kPrompt);
  type("The dragon\r");
  expect("The dragon\r\nThe");
  type("/set seed 99\r/settings\r");
  const std::string story = expect(kPrompt);
  EXPECT_THAT(story, HasSubstr("tokens/s"));
  EXPECT_THAT(story, Not(HasSubstr("/set")));
  expect("/set seed 99\r\n> /settings\r\n");
  EXPECT_THAT(expect(kPrompt), HasSubstr("seed        = 99\r\n"));
}

// ---- Begin and end

TEST_F(Console, TellsAStoryByItself) {
  boot_tales({{"autostart", "1"}, {"temperature", "0"}, {"steps", "40"}});
  const std::string story = greedy_story("", 40);
  EXPECT_THAT(expect(kPrompt), HasSubstr("\r\n" + story + "\r\n["));
}

TEST_F(Console, TellsTheStoryThatTheCardAsksFor) {
  boot_kernel(make_card({{"tales.blm", tales()},
                         {"barellama.ini",
                          "# A story\r\nprompt = The dragon\r\ntemperature=0\r\nsteps = 40\r\n"}}),
              {{"autostart", "1"}});
  const std::string story = greedy_story("The dragon", 40);
  EXPECT_THAT(expect(kPrompt), HasSubstr("\r\n" + story + "\r\n["));
}

TEST_F(Console, SwitchesOffAfterItsStory) {
  boot_tales({{"autostart", "1"}, {"poweroff", "1"}, {"steps", "8"}});
  EXPECT_EQ(wait_for_end(), 0);
  EXPECT_THAT(machine().log(), EndsWith("]\r\n"));
  EXPECT_THAT(machine().log(), HasSubstr("tokens/s"));
}

TEST_F(Console, SwitchesOffWhenTold) {
  boot_tales();
  expect(kPrompt);
  type("/poweroff\r");
  EXPECT_EQ(wait_for_end(), 0);
}

TEST_F(Console, StartsAnewWhenTold) {
  // QEMU's default: a reset ends the emulated machine, and it boots again.
  boot_tales({}, {"-action", "reboot=reset"});
  expect(kPrompt);
  type("/set seed 5\r/reboot\r");
  expect("/reboot\r\n");
  EXPECT_THAT(expect(kPrompt), HasSubstr("model: tales.blm"));
  EXPECT_THAT(answer_to("/settings"), HasSubstr("seed        = 0\r\n"));
}

TEST_F(Console, EndsAnEmulationWithItsReboot) {
  boot_tales();
  expect(kPrompt);
  type("/reboot\r");
  EXPECT_EQ(wait_for_end(), 0);
}

}  // namespace
}  // namespace host
