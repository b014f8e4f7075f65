// Lines that begin with '/'.
#include <cstdio>

#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

class Commands : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    if (!IsSkipped()) insert_with_ini("autostart = 0\n");
  }
};

TEST_F(Commands, AreListedByHelp) {
  console_.start();
  const std::string help = console_.say("/help");
  for (const char* command : {"/help", "/models", "/model ", "/set", "/settings", "/mem", "/reload",
                              "/reset", "/reboot", "/poweroff", "Ctrl-C"}) {
    EXPECT_THAT(help, HasSubstr(command));
  }
}

TEST_F(Commands, AreGuessedWhenMisspelt) {
  console_.start();
  EXPECT_THAT(
      console_.say("/modles"),
      HasSubstr("there is no command /modles; did you mean /models? /help lists them all\n"));
  EXPECT_THAT(console_.say("/hlep me"), HasSubstr("did you mean /help?"));
  EXPECT_THAT(console_.say("/"), HasSubstr("there is no command / /help lists them all\n"));
  EXPECT_THAT(console_.say("/abracadabra"), Not(HasSubstr("did you mean")));
}

TEST_F(Commands, VersionSaysWhichThisIs) {
  console_.start();
  EXPECT_THAT(console_.say("/version"), HasSubstr("barellama 1.2.3 (0123456789ab)\n"));
}

TEST_F(Commands, AnswersWhatPeopleTypeWhoKnowOtherPrograms) {
  console_.start();
  EXPECT_THAT(console_.say("/?"), HasSubstr("/models "));
  for (const char* command : {"/quit", "/exit", "/bye"}) {
    EXPECT_THAT(console_.say(command), HasSubstr("Ctrl-] leaves `barellama console`"));
  }
  EXPECT_FALSE(console_.has_ended());
  EXPECT_FALSE(machine_.powered_off());
  EXPECT_THAT(console_.say("/clear"), HasSubstr("[there is no conversation yet to forget]\n"));
}

TEST_F(Commands, ModelsListsThem) {
  console_.start();
  EXPECT_THAT(console_.say("/models"), HasSubstr("  tales.blm "));
  EXPECT_THAT(console_.say("/model"), HasSubstr("  tales.blm "));
}

TEST_F(Commands, ModelsSaysWhenThereAreNone) {
  insert({});
  console_.start();
  EXPECT_THAT(console_.say("/models"), HasSubstr("the card has no model: copy a .blm file"));
}

TEST_F(Commands, PerplexityOfATextIsTheHosts) {
  console_.start();
  const llama::Perplexity direct = fakes::predict_directly(model(), "a b a");
  char text[64];
  std::snprintf(text, sizeof text, "perplexity %.4f over %llu tokens\n",
                static_cast<double>(direct.value()),
                static_cast<unsigned long long>(direct.tokens));
  EXPECT_THAT(console_.say("/perplexity a b a"), HasSubstr(text));
  EXPECT_THAT(console_.say("/perplexity"), HasSubstr("/perplexity TEXT"));
  EXPECT_THAT(console_.say("/perplexity " + std::string(200, '7')),
              HasSubstr("longer than the context"));
}

TEST_F(Commands, ModelChangesToAnother) {
  const auto other = fakes::make_story_model(llama::WeightType::kF32, 4096, 2);
  insert({{"barellama.ini", fakes::to_bytes("steps = 20\nautostart = 0\ntemperature = 0\n")},
          {"tales.blm", model()},
          {"other.blm", other}});
  console_.start();
  const std::string console = console_.say("/model other.blm");
  EXPECT_THAT(console, HasSubstr("model: other.blm"));
  const auto direct = fakes::tell_directly(other, "a", 20, {.temperature = 0, .seed = 1});
  EXPECT_THAT(console_.say("a"), HasSubstr("\n" + direct.text + "\n["));
}

TEST_F(Commands, ModelListsWhatThereIsWhenThereIsNoSuch) {
  console_.start();
  const std::string console = console_.say("/model absent.blm");
  EXPECT_THAT(console, HasSubstr("error: absent.blm: "));
  EXPECT_THAT(console, HasSubstr("models on the card:\n  tales.blm "));
  EXPECT_THAT(console, HasSubstr("\n[tales.blm goes on]\n"));
  EXPECT_THAT(console_.say("/settings"), HasSubstr("model          = \n"));
  EXPECT_THAT(console_.say("a"), testing::StartsWith("> a\na"));
  EXPECT_THAT(console_.say("/model tales.blm"), HasSubstr("model: tales.blm"));
}

TEST_F(Commands, SetChangesASetting) {
  console_.start();
  EXPECT_EQ(console_.say("/set steps 5"), "> /set steps 5\n> ");
  EXPECT_EQ(console_.say("/set temperature=0"), "> /set temperature=0\n> ");
  EXPECT_EQ(console_.say("/set top_p = 0.5"), "> /set top_p = 0.5\n> ");
  const std::string settings = console_.say("/settings");
  EXPECT_THAT(settings, HasSubstr("steps          = 5\n"));
  EXPECT_THAT(settings, HasSubstr("temperature    = 0"));
  EXPECT_THAT(settings, HasSubstr("top_p          = 0.5"));
  EXPECT_THAT(console_.say("a"), HasSubstr("\n" + told("a", 5, {.temperature = 0, .seed = 1})));
}

TEST_F(Commands, SetRefusesWhatCannotBe) {
  console_.start();
  EXPECT_THAT(console_.say("/set steps"), HasSubstr("/set KEY VALUE; /settings lists the keys\n"));
  EXPECT_THAT(console_.say("/set"), HasSubstr("/set KEY VALUE"));
  EXPECT_THAT(console_.say("/set steps few"), HasSubstr("/set: steps cannot be \"few\": "));
  EXPECT_THAT(console_.say("/set stepps 5"), HasSubstr("did you mean \"steps\"?"));
  EXPECT_THAT(console_.say("/settings"), HasSubstr("steps          = 20\n"));
}

TEST_F(Commands, SetOfTheContextLoadsTheModelAnew) {
  console_.start();
  console_.say("/set ctx 32");
  EXPECT_THAT(console_.say("a"), HasSubstr("context 32"));
  console_.say("/set ctx 65");
  EXPECT_THAT(console_.say("a"), HasSubstr("error: tales.blm: "));
  console_.say("/set ctx 0");
  EXPECT_THAT(console_.say("a"), HasSubstr("context 64"));
}

TEST_F(Commands, SetOfTheSpeedTalksToTheLine) {
  console_.start();
  machine_.set_max_baud(1'000'000);
  console_.say("/set baud 921600");
  EXPECT_EQ(machine_.baud(), 921600u);
  EXPECT_THAT(console_.say("/set baud 2000000"), HasSubstr("error: baud: this line has 1000000"));
  EXPECT_EQ(machine_.baud(), 921600u);
}

TEST_F(Commands, MemShowsWhereTheMemoryGoes) {
  console_.start();
  const std::string table = console_.say("/mem");
  for (const char* tag : {"tokenizer", "weights", "profile", "free", "16777216 bytes"}) {
    EXPECT_THAT(table, HasSubstr(tag));
  }
  machine_.insert(nullptr);
  console_.say("/reload");
  EXPECT_THAT(console_.say("/mem"), HasSubstr(" 8388608 bytes"));
}

TEST_F(Commands, StatsShowWhereTheTimeOfTheLastStoryWent) {
  console_.start();
  EXPECT_THAT(console_.say("/stats"), HasSubstr("this model has not told anything yet\n"));
  console_.say("a b");
  const std::string table = console_.say("/stats");
  for (const char* part : {"answer 1: ", "  wq ", "  sample ", "  rest ", "  in all ",
                           "card: not read", "clock: fake clock at 1.00 MHz"}) {
    EXPECT_THAT(table, HasSubstr(part));
  }
  // What was expected, beside what was.
  EXPECT_THAT(table, testing::ContainsRegex(
                         "\nplan: [0-9.]+ ms for the prompt, [0-9.]+ ms a token \\([0-9.]+ "
                         "tokens/s\\); measured: [0-9.]+ m?s and [0-9.]+ m?s \\("));
  EXPECT_THAT(console_.say("/stats layers"), HasSubstr("  layer "));
  EXPECT_THAT(console_.say("/stats lairs"), HasSubstr("/stats, or /stats layers\n"));
  console_.say("/set profile off");
  EXPECT_THAT(console_.say("/stats"), HasSubstr("the profiler is off: /set profile on\n"));
}

TEST_F(Commands, ReloadLooksAtTheCardAgain) {
  machine_.insert(nullptr);
  EXPECT_THAT(console_.start(), HasSubstr("error: card: there is no card in the slot\n"));
  EXPECT_THAT(console_.say("/reload"), HasSubstr("error: card: there is no card in the slot\n"));
  machine_.insert(disk());
  EXPECT_THAT(console_.say("/reload"), HasSubstr("model: tales.blm"));
}

TEST_F(Commands, ResetGoesBackToTheSettingsOfCardAndCommandLine) {
  machine_.set_command_line("barellama.steps=7");
  console_.start();
  for (const char* line : {"/set steps 5", "/set temperature 0", "/set seed 9", "/set ctx 32",
                           "/set baud 921600", "/set records 1"}) {
    console_.say(line);
  }
  EXPECT_THAT(console_.say("a"), HasSubstr("context 32"));
  EXPECT_EQ(machine_.cards_opened(), 1u);
  console_.say("/reset");
  const std::string settings = console_.say("/settings");
  for (const char* line :
       {"steps          = 7\n", "temperature    = 0.8", "seed           = 3\n",
        "ctx            = 0\n", "baud           = 921600\n", "records        = 1\n"}) {
    EXPECT_THAT(settings, HasSubstr(line));
  }
  EXPECT_THAT(console_.say("a"), HasSubstr("context 64"));
  EXPECT_EQ(machine_.cards_opened(), 1u) << "the same card";
}

TEST_F(Commands, ResetForgetsEarlierLinesAndKeepsTheModel) {
  console_.start();
  console_.say("/set seed 4");
  console_.say("/reset");
  EXPECT_THAT(console_.say("\x1b[A/settings"), HasSubstr("seed           = 3\n"));
  EXPECT_THAT(console_.say("a"), Not(HasSubstr("context")));
}

TEST_F(Commands, RebootAndPoweroffEndTheConsole) {
  console_.start();
  console_.say("/reboot");
  EXPECT_TRUE(machine_.rebooted());
  EXPECT_TRUE(console_.has_ended());

  fakes::Conversation another(machine_);
  another.start();
  another.say("/poweroff");
  EXPECT_TRUE(machine_.powered_off());
  EXPECT_TRUE(another.has_ended());
}

}  // namespace
}  // namespace kernel
