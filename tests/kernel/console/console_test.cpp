// Stories on the console: from the start, from what is typed, and how they are stopped.
#include "kernel/console/console.h"

#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr llama::SamplerSettings kSampling = {.temperature = 0.8f, .top_p = 0.9f, .seed = 3};

TEST_F(ConsoleTest, TellsAStoryAtStart) {
  insert_with_ini("prompt = a b\n");
  const std::string console = console_.start();
  EXPECT_THAT(console, HasSubstr("file system: FAT"));
  EXPECT_THAT(console, HasSubstr("model: tales.blm"));
  EXPECT_THAT(console, HasSubstr("\n" + told("a b", 20, kSampling) + "\n["));
  EXPECT_THAT(console, HasSubstr("seed 3, 0.0 MB from the card]\n"));
  EXPECT_FALSE(machine_.is_busy());
}

TEST_F(ConsoleTest, SaysWhatTheModelTakesAndHowFastItShouldBe) {
  insert_with_ini("autostart = 0\nctx = 32\nkv = f16\nram_mib = 0.3\n");
  EXPECT_THAT(console_.start(),
              testing::ContainsRegex("\nplan: 0.3 of 0.3 MiB in use: KV cache 0.0 \\(f16\\), .*; "
                                     "a token takes about [0-9.]+ ms \\([0-9.]+ tokens/s\\) at "
                                     "first, [0-9.]+ ms \\([0-9.]+\\) at the context's end, "
                                     "limited by the (card|core)\n"));
}

TEST_F(ConsoleTest, TellsNothingAtStartIfNobodyWantsIt) {
  insert_with_ini("autostart = 0\nprompt = a b\n");
  const std::string console = console_.start();
  EXPECT_THAT(console, HasSubstr("model: tales.blm"));
  EXPECT_THAT(console, Not(HasSubstr("first after")));
}

TEST_F(ConsoleTest, ReadsTheSettingsOfACardThatComesLate) {
  EXPECT_THAT(console_.start(), HasSubstr("error: card: "));
  insert_with_ini("ctx = 33\n");
  EXPECT_THAT(console_.say("a b"), HasSubstr("context 33"));
}

TEST_F(ConsoleTest, BeginsStoriesWithWhatIsTyped) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  EXPECT_EQ(console_.say("a b").substr(0, 8), "> a b\na ");
  EXPECT_THAT(console_.say("  a b "), HasSubstr("\n" + told("a b", 20, kSampling) + "\n["));
  EXPECT_THAT(console_.say("caf\xc3\xa9"),
              HasSubstr("\n" + told("caf\xc3\xa9", 20, kSampling) + "\n["));
}

TEST_F(ConsoleTest, EndsLinesAsTerminalsWantThem) {
  insert_with_ini("");
  console_.start();
  console_.say("a");
  std::string without_line_ends = machine_.wire();
  for (size_t at; (at = without_line_ends.find("\r\n")) != std::string::npos;) {
    without_line_ends.erase(at, 2);
  }
  EXPECT_THAT(without_line_ends, Not(HasSubstr("\n")));
}

TEST_F(ConsoleTest, PrintsTheHashOfTheLogits) {
  insert_with_ini("hash = 1\nprompt = a\n");
  const auto direct = fakes::tell_directly(model(), "a", 20, kSampling);
  char line[64];
  std::snprintf(line, sizeof line, "\nlogits-hash: %016llx\n",
                static_cast<unsigned long long>(direct.hash));
  EXPECT_THAT(console_.start(), HasSubstr(line));
}

TEST_F(ConsoleTest, PutsTheCommandLineBeforeTheSettingsOfTheCard) {
  insert_with_ini("prompt = a b\n");
  machine_.set_command_line("quiet barellama.seed=9 barellama.prompt=c%20d root=/dev/none");
  EXPECT_THAT(console_.start(),
              HasSubstr("\n" + told("c d", 20, {.temperature = 0.8f, .top_p = 0.9f, .seed = 9})));
}

TEST_F(ConsoleTest, ComplainsOfTheCommandLineOnce) {
  insert_with_ini("autostart = 0\n");
  machine_.set_command_line("barellama.sede=9 barellama.steps=few");
  const std::string console = console_.start();
  const std::string unknown =
      "command line: there is no setting \"sede\"; did you mean \"seed\"?\n";
  const std::string bad = "command line: steps cannot be \"few\": ";
  for (const std::string& complaint : {unknown, bad}) {
    const size_t at = console.find(complaint);
    ASSERT_NE(at, std::string::npos) << complaint << console;
    EXPECT_EQ(console.find(complaint, at + 1), std::string::npos) << complaint;
  }
}

TEST_F(ConsoleTest, ComplainsOfTheCommandLineWithoutACardToo) {
  machine_.set_command_line("barellama.sede=9");
  EXPECT_THAT(console_.start(), HasSubstr("did you mean \"seed\"?"));
}

TEST_F(ConsoleTest, SwitchesOffAfterTheStoryIfAsked) {
  insert_with_ini("poweroff = 1\n");
  console_.start();
  EXPECT_TRUE(machine_.powered_off());
  console_.listen();
  EXPECT_TRUE(console_.has_ended());
}

TEST_F(ConsoleTest, ChangesTheSpeedOfTheLine) {
  insert_with_ini("baud = 921600\nautostart = 0\n");
  EXPECT_THAT(console_.start(), HasSubstr("changing to 921600 baud\n"));
  EXPECT_EQ(machine_.baud(), 921600u);
}

TEST_F(ConsoleTest, ShowsHowFarLoadingIs) {
  insert_with_ini("autostart = 0\n");
  machine_.set_clock_step_us(400'000);
  const std::string console = console_.start();
  EXPECT_THAT(console, HasSubstr("\rloading the model: "));
  EXPECT_THAT(console, HasSubstr(" %\nmodel: tales.blm"));
}

TEST_F(ConsoleTest, StopsLoadingAtControlC) {
  insert_with_ini("autostart = 0\n");
  machine_.set_clock_step_us(400'000);
  machine_.type_when_shown("loading the model: ", "\x03");
  EXPECT_THAT(console_.start(), HasSubstr(" %\n[stopped]\n"));
  machine_.set_clock_step_us(1);
  EXPECT_THAT(console_.say("a"), HasSubstr("model: tales.blm"));
  EXPECT_EQ(machine_.cards_opened(), 1u);
}

TEST_F(ConsoleTest, ShowsWhereALongPassIsAndGoesOnAsIfNothingHadBeen) {
  insert_with_ini("autostart = 0\nsteps = 6\nctx = 32\nram_mib = 0.3\n");
  console_.start();
  machine_.set_clock_step_us(150'000);
  const std::string console = console_.say("a b");
  // Below the text, and rewritten there; then back to where the text ends.
  const std::string before =
      "\n\x1b"
      "7\r";
  const std::string after =
      "\r\x1b[K\x1b"
      "8\x1b[A";
  EXPECT_THAT(console, HasSubstr(before + "layer "));
  EXPECT_THAT(console, HasSubstr(" MB/s from the card, "));
  EXPECT_THAT(console, HasSubstr(" s left\x1b[K\rlayer "));
  std::string text = console;
  for (size_t at; (at = text.find(before)) != std::string::npos;) {
    const size_t end = text.find(after, at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_EQ(text.substr(at + 2, end - at - 2).find('\n'), std::string::npos) << "one row";
    text.erase(at, end + after.size() - at);
  }
  EXPECT_THAT(text, HasSubstr("> a b\n" + told("a b", 6, kSampling) + "\n["));
}

TEST_F(ConsoleTest, ShowsNothingWhileAPassTakesLessThanTwoSeconds) {
  insert_with_ini("autostart = 0\nsteps = 6\n");
  console_.start();
  machine_.set_clock_step_us(15'000);
  EXPECT_THAT(console_.say("a b"), Not(HasSubstr("layer")));
}

TEST_F(ConsoleTest, StopsAStoryAtControlC) {
  insert_with_ini("autostart = 0\nsteps = 0\n");
  console_.start();
  const std::string whole = told("a b", 0, kSampling);
  machine_.type_when_shown("\n" + whole.substr(0, 10), "\x03");
  const std::string console = console_.say("a b");
  EXPECT_THAT(console, HasSubstr(whole.substr(0, 10)));
  EXPECT_THAT(console, Not(HasSubstr(whole)));
  EXPECT_THAT(console, HasSubstr("\n[stopped]\n> "));
  EXPECT_THAT(console_.say("a b"), HasSubstr("\n" + whole + "\n["));
}

TEST_F(ConsoleTest, StopsAStoryAtEsc) {
  insert_with_ini("autostart = 0\nsteps = 0\n");
  console_.start();
  machine_.type_when_shown("> a\na", "\x1b");
  EXPECT_THAT(console_.say("a"), HasSubstr("[stopped]\n> "));
  EXPECT_TRUE(fakes::is_alive(console_, machine_));
}

TEST_F(ConsoleTest, StopsAStoryHoweverOftenEscIsPressed) {
  insert_with_ini("autostart = 0\nsteps = 0\n");
  console_.start();
  for (const char* keys : {"\x1b\x1b", "\x1b\x03", "\x1b\x1b\x1b\x1b"}) {
    machine_.type_when_shown("> a\na", keys);
    EXPECT_THAT(console_.say("a"), HasSubstr("[stopped]\n> ")) << keys;
    EXPECT_TRUE(fakes::is_alive(console_, machine_));
  }
}

TEST_F(ConsoleTest, DoesNotTakeACursorKeyForEsc) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  machine_.type_when_shown("> a\na", "\x1b[A");
  EXPECT_THAT(console_.say("a"), HasSubstr("\n" + told("a", 20, kSampling) + "\n["));
}

TEST_F(ConsoleTest, TakesWhatWasTypedAheadForTheNextPrompts) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  machine_.type_when_shown("> a\na", "b\rc");
  machine_.type_when_shown("> b\nb", " d\r");
  const std::string console = console_.say("a");
  EXPECT_THAT(console, HasSubstr("> b\n" + told("b", 20, kSampling) + "\n["));
  EXPECT_THAT(console, HasSubstr("> c d\n" + told("c d", 20, kSampling) + "\n["));
}

TEST_F(ConsoleTest, KeepsAPageThatIsPastedWhileItTells) {
  insert_with_ini("autostart = 0\nsteps = 3\n");
  console_.start();
  std::string page;
  for (int i = 0; i < 800; ++i) page += "/set seed " + std::to_string(1000 + i) + "\r";
  machine_.type_when_shown("> a\na", page);
  EXPECT_THAT(console_.say("a"), HasSubstr("> /set seed 1799\n> "));
  EXPECT_THAT(console_.say("/settings"), HasSubstr("seed           = 1799\n"));
}

TEST_F(ConsoleTest, SaysHowMuchOfWhatWasTypedIsLost) {
  insert_with_ini("autostart = 0\nsteps = 3\n");
  console_.start();
  machine_.type_when_shown("> a\na", std::string(Keyboard::kTypedAhead + 7, 'x').append("\r"));
  EXPECT_THAT(console_.say("a"),
              HasSubstr("]\n[8 typed characters came too fast and were lost]\n> "));
  machine_.line_losses().hardware_overruns += 1;
  machine_.line_losses().buffer_overruns += 2;
  EXPECT_THAT(console_.say("\x15/help"), HasSubstr("[3 typed characters came too fast"));
  EXPECT_THAT(console_.say("/help"), Not(HasSubstr("too fast")));
}

TEST_F(ConsoleTest, SaysOnceThatTheLineIsBad) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  machine_.line_losses().line_errors += 2;
  machine_.line_losses().send_timeouts += 5;
  EXPECT_THAT(console_.say("/help"),
              HasSubstr("[2 characters came damaged and were lost: another speed, or a bad "
                        "cable?]\n[5 characters could not be sent]\n> "));
  EXPECT_THAT(console_.say("/help"), AllOf(Not(HasSubstr("damaged")), Not(HasSubstr("sent"))));
}

TEST_F(ConsoleTest, DoesNotEchoALineOfAProgram) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  EXPECT_THAT(console_.say("\x01/settings"), testing::StartsWith("> model "));
}

TEST_F(ConsoleTest, StopsAModelThatStreams) {
  insert_with_ini("autostart = 0\nsteps = 0\nctx = 32\nram_mib = 0.3\nhash = 1\n");
  console_.start();
  const std::string before = console_.say("a b");
  machine_.type_when_shown("> a b\na", "\x03");
  EXPECT_THAT(console_.say("a b"), HasSubstr("[stopped]\n> "));
  EXPECT_THAT(console_.say("/models"), HasSubstr("tales.blm"));
  const size_t hash = before.find("logits-hash: ");
  ASSERT_NE(hash, std::string::npos) << before;
  EXPECT_THAT(console_.say("a b"), HasSubstr(before.substr(hash, 30)));
}

}  // namespace
}  // namespace kernel
