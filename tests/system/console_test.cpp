// A person at the console.
#include <gmock/gmock.h>

#include <cstdio>

#include "tests/fakes/story_card.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
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
  void boot_slow_tales(Settings settings, uint32_t bytes_a_second = 1 << 20) {
    const auto card = make_card({{"tales.blm", tales()}});
    settings.insert(settings.end(), {{"ram_mib", "0.5"}, {"ctx", "64"}, {"temperature", "0"}});
    boot_kernel({}, settings,
                card_drive("throttling.bps-read=" + std::to_string(bytes_a_second) +
                           ",file=" + card.string()));
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
  EXPECT_THAT(machine().log(), HasSubstr(" first after "));
}

TEST_F(Console, MeasuresPerplexityAsTheHostDoes) {
  constexpr std::string_view kText = "Once upon a time, a little fox lived in a village.";
  const fakes::Bytes model = fakes::to_bytes(tales());
  const llama::Perplexity measured = fakes::predict_directly(model, kText);
  char line[64];
  std::snprintf(line, sizeof line, "perplexity %.4f over %u tokens\r\n",
                static_cast<double>(measured.value()), static_cast<unsigned>(measured.tokens));
  boot_tales();
  expect(kPrompt);
  EXPECT_THAT(answer_to("/perplexity " + std::string(kText)), StartsWith(line));
}

TEST_F(Console, ShowsTheCardAndHowItsReadsWent) {
  boot_tales();
  expect(kPrompt);
  const std::string card = answer_to("/card");
  EXPECT_THAT(card, StartsWith("  card       QEMU QEMU!, revision "));
  EXPECT_THAT(card, HasSubstr("blocks of 512 bytes (SDSC)\r\n"
                              "  bus        4 data lines at 50.0 MHz, DMA\r\n"));
  // The model's 1.1 MB, at least.
  EXPECT_THAT(card, MatchesRegex(".*  reads      [1-9][0-9]*\\.[0-9] MB in [1-9][0-9]* commands, "
                                 "[1-9][0-9]* by DMA and [1-9][0-9]* by PIO; .*"));
  EXPECT_THAT(card, HasSubstr("  faults     none\r\n"));
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
    expect("The dragon\r\n");
    expect("The dragon");  // a row that shows where the pass is may stand between
    type(key);
    EXPECT_THAT(expect(kPrompt), HasSubstr("[stopped]"));
    EXPECT_THAT(answer_to("/help"), HasSubstr("this list"));
  }
  EXPECT_THAT(machine().log(), Not(HasSubstr("first after"))) << "the stories were too short";
}

TEST_F(Console, KeepsWhatIsTypedDuringAStory) {
  boot_slow_tales({{"steps", "6"}});
  expect(kPrompt);
  type("The dragon\r");
  expect("The dragon\r\n");
  expect("The");
  type("/set seed 99\r/settings\r");
  const std::string story = expect(kPrompt);
  EXPECT_THAT(story, HasSubstr("first after"));
  EXPECT_THAT(story, Not(HasSubstr("/set")));
  expect("/set seed 99\r\n> /settings\r\n");
  EXPECT_THAT(expect(kPrompt), HasSubstr("seed           = 99\r\n"));
}

TEST_F(Console, RecallsAndChangesEarlierLines) {
  boot_tales();
  expect(kPrompt);
  type("/set seed 41\r");
  expect("41\r\n> ");
  answer_to("/help");
  type(
      "\x1b[A\x1b[A\x7f"
      "2\r");  // up, up, Backspace
  expect("2\r\n> ");
  EXPECT_THAT(answer_to("/settings"), HasSubstr("seed           = 42\r\n"));
  type("eed 7\x01/set s\x1b[F8\r");  // Ctrl-A, End
  expect("8\r\n> ");
  EXPECT_THAT(answer_to("/settings"), HasSubstr("seed           = 78\r\n"));
}

TEST_F(Console, DoesNotEchoALineOfAProgram) {
  boot_tales();
  expect(kPrompt);
  type("\x15\x01/set seed 43\r");
  EXPECT_EQ(expect("> "), "> ");
  EXPECT_THAT(answer_to("/settings"), HasSubstr("seed           = 43\r\n"));
}

TEST_F(Console, StopsLoadingAtControlC) {
  const auto card = make_card({{"tales.blm", tales()}});
  boot_kernel({}, {}, card_drive("throttling.bps-read=204800,file=" + card.string()));
  expect("loading the model: ");
  type("\x03");
  EXPECT_THAT(expect(kPrompt), HasSubstr("[stopped]"));
  EXPECT_THAT(answer_to("/help"), HasSubstr("this list"));
}

TEST_F(Console, ShowsWhereALongTokenIs) {
  boot_slow_tales({{"steps", "5"}}, 150 << 10);
  expect(kPrompt);
  std::string told = answer_to("The dragon");
  const std::string begin =
      "\n\x1b"
      "7\r";
  const std::string end =
      "\r\x1b[K\x1b"
      "8\x1b[A";
  size_t rows = 0;
  for (size_t at; (at = told.find(begin)) != std::string::npos; ++rows) {
    const size_t behind = told.find(end, at);
    ASSERT_NE(behind, std::string::npos) << told;
    const std::string row = told.substr(at, behind - at);
    EXPECT_THAT(row, HasSubstr("layer ")) << told;
    EXPECT_THAT(row, HasSubstr(" MB/s from the card, ")) << told;
    told.erase(at, behind + end.size() - at);
  }
  EXPECT_GT(rows, 0u) << told;
  EXPECT_THAT(told, StartsWith(greedy_story("The dragon", 5) + "\r\n["));
}

// ---- The board itself

TEST_F(Console, MeasuresTheBoard) {
  boot_tales();
  expect(kPrompt);
  const std::string table = answer_to("/bench");
  for (const char* line :
       {" C before", "this is an emulator", "read, 4 KiB (L1)", "read, PLD, 8192 KiB (SDRAM)",
        "write, 48 KiB (L2)", "copy, PLD, 8192 KiB (SDRAM)", "  8 KiB ", "  16384 KiB ",
        "sequential, 64 KiB per command", "sequential, 1024 KiB per command", "random, 4 KiB",
        "f32, 1 token", "q8_0, 8 tokens", "q4_0, 8 tokens", " after\r\n"}) {
    EXPECT_THAT(table, HasSubstr(line));
  }
  EXPECT_THAT(table, Not(HasSubstr(" 0.0 ")));
  type("/bench\r");
  expect("read, PLD, 4 KiB");
  type("\x03");
  EXPECT_THAT(expect(kPrompt), HasSubstr("[stopped]"));
}

TEST_F(Console, TestsItself) {
  boot_tales();
  expect(kPrompt);
  const std::string result = answer_to("/selftest");
  EXPECT_THAT(result, HasSubstr("pass tales-1m, logits of 24 positions: "));
  EXPECT_THAT(result, HasSubstr("MB read from the card again: 0 pieces differ from memory"));
  EXPECT_THAT(result, HasSubstr("selftest: 14 passed, 0 failed\r\n"));
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
  EXPECT_THAT(machine().log(), HasSubstr("first after"));
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
  EXPECT_THAT(answer_to("/settings"), HasSubstr("seed           = 0\r\n"));
}

TEST_F(Console, EndsAnEmulationWithItsReboot) {
  boot_tales();
  expect(kPrompt);
  type("/reboot\r");
  EXPECT_EQ(wait_for_end(), 0);
}

}  // namespace
}  // namespace host
