// `barellama emulate` at a real terminal: a pseudo-terminal whose other end is the test.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/host-tools/console/terminal_program.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

class EmulateAtATerminal : public KernelMachine {
 protected:
  EmulateAtATerminal()
      : program_(
            {BARELLAMA_PROGRAM, "emulate", make_card({{"tales.blm", tales()}}), "--kernel",
             image("kernel.img"), "--set", "autostart=0", "--temperature", "0", "--steps", "20"},
            {{"XDG_STATE_HOME", folder().path()}, {"TERM", "vt100"}}) {
    expect_prompt();
  }

  // The board's, and then that of the line editor, which writes it in the same place.
  void expect_prompt() {
    program_.expect("\r\n> ");
    program_.expect("\r> ");
  }

  TerminalProgram& program() { return program_; }

 private:
  TerminalProgram program_;
};

TEST_F(EmulateAtATerminal, TellsAStoryForALineAndLeavesAtControlBracket) {
  EXPECT_THAT(program().screen(), HasSubstr("Ctrl-] leaves"));
  EXPECT_FALSE(program().is_line_terminal());
  program().type("The dragon\r");
  const std::string story =
      tell_on_host(tales_path(), {.prompt = "The dragon",
                                  .steps = 20,
                                  .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1}})
          .text;
  std::string told = program().expect("tokens/s, first");
  // One return for each line feed, from either end.
  EXPECT_THAT(told, Not(HasSubstr("\r\r\n")));
  std::erase(told, '\r');
  EXPECT_THAT(told, HasSubstr("The dragon\n" + story + "\n["));
  expect_prompt();
  program().type("\x1d");
  EXPECT_EQ(program().wait(), 0) << program().screen();
  EXPECT_TRUE(program().is_line_terminal());
}

TEST_F(EmulateAtATerminal, StartsTheMachineAnewWhenTold) {
  program().type("/set seed 5\r");
  expect_prompt();
  program().type("/reboot\r");
  program().expect("barellama");
  program().expect("model: tales.blm");
  expect_prompt();
  program().type("/settings\r");
  EXPECT_THAT(program().expect("top_k"), HasSubstr("seed           = 0"));
  expect_prompt();
  program().type("/poweroff\r");
  EXPECT_EQ(program().wait(), 0) << program().screen();
}

TEST_F(EmulateAtATerminal, DropsTheLineAtControlCAndRecallsTheOneBefore) {
  program().type("/hell\x7fp\r");
  EXPECT_THAT(program().expect("this list"), HasSubstr("/help"));
  expect_prompt();
  program().type("The drag\x03");
  expect_prompt();
  program().type("\x1b[A\r");
  EXPECT_THAT(program().expect("this list"), HasSubstr("/help"));
  expect_prompt();
  program().type("\x04");
  EXPECT_EQ(program().wait(), 0);
}

TEST_F(EmulateAtATerminal, StopsAStoryAndKeepsWhatWasTypedMeanwhile) {
  program().type("/set steps 0\r");
  expect_prompt();
  program().type("The dragon\r");
  program().expect("The dragon\r\n");
  program().type("/set\x1b");
  program().expect("[stopped]");
  expect_prompt();
  program().type("tings\r");
  program().expect("temperature");
  program().type("\x1d");
  EXPECT_EQ(program().wait(), 0);
}

TEST_F(EmulateAtATerminal, EndsWithTheMachine) {
  program().type("/poweroff\r");
  program().expect("the machine switched itself off");
  EXPECT_EQ(program().wait(), 0);
  EXPECT_TRUE(program().is_line_terminal());
}

TEST_F(EmulateAtATerminal, LeavesTheTerminalAsItWasWhenItIsKilled) {
  program().signal(SIGTERM);
  EXPECT_EQ(program().wait(), 128 + SIGTERM);
  EXPECT_TRUE(program().is_line_terminal());
}

}  // namespace
}  // namespace host
