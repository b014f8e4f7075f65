// `barellama run --chat`, as a user types it and talks with it.
#include "tests/host-tools/commands/command_model.h"
#include "tests/host-tools/console/terminal_program.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

using CommandRunChat = CommandModel;

TEST_F(CommandRunChat, TalksWithAModel) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  const auto talk = [&](std::vector<std::string> options, const std::string& input = "") {
    options.insert(options.begin(),
                   {"run", path("story.blm"), "--chat", "-t", "0", "-n", "5", "--json"});
    return barellama(options, input);
  };
  const Outcome one = talk({"-p", "a b"});
  EXPECT_EQ(one.exit_code, 0) << one.errors;
  EXPECT_THAT(one.errors, HasSubstr("\"tokens\":5,"));
  EXPECT_THAT(one.output, Not(HasSubstr("a b")));
  // Line by line: the first as alone, the same again as what goes on, and as alone once more.
  const Outcome lines = talk({"--record", path("chat.jsonl")}, "a b\n\na b\n/new\na b\n");
  EXPECT_EQ(lines.exit_code, 0) << lines.errors;
  const std::string tokens = "\"prompt_tokens\":";
  std::vector<int> counts;
  for (size_t at = 0; (at = lines.errors.find(tokens, at)) != std::string::npos; ++at) {
    counts.push_back(std::stoi(lines.errors.substr(at + tokens.size())));
  }
  ASSERT_EQ(counts.size(), 3u);
  // The last token of the first answer, and what ends it.
  EXPECT_GT(counts[1], counts[0]);
  EXPECT_LE(counts[1], counts[0] + 3);
  EXPECT_EQ(counts[2], counts[0]);
  EXPECT_TRUE(lines.output.starts_with(one.output)) << lines.output;
  EXPECT_TRUE(lines.output.ends_with("\n" + one.output)) << lines.output;
  const std::string records = read_file(path("chat.jsonl"));
  EXPECT_THAT(records, HasSubstr("\"answer\":3"));
  EXPECT_EQ(records.find("\"machine\""), records.rfind("\"machine\""));
  const std::string with_system = talk({"-p", "a b", "--system", "c d e f"}).errors;
  EXPECT_GT(std::stoi(with_system.substr(with_system.find(tokens) + tokens.size())), counts[0]);
  EXPECT_EQ(barellama({"run", path("story.blm"), "--system", "c"}).exit_code, 2);
  EXPECT_THAT(run({"-p", "a b", "-n", "9"}).output, testing::StartsWith("a b"));
}

TEST_F(CommandRunChat, TalksAtATerminalUntilCtrlD) {
  llama::ModelConfig config = fakes::checkpoint_config(true);
  config.context = 65536;  // an answer goes on until it is stopped
  write_file(path("story.bin"), fakes::make_checkpoint(config, 0));
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  std::string begin = run({"--chat", "-p", "a b", "-n", "3"}).output;
  begin.pop_back();
  ASSERT_THAT(begin, Not(testing::IsEmpty()));
  TerminalProgram chat({BARELLAMA_PROGRAM, "run", path("story.blm"), "--chat", "-t", "0"},
                       {{"XDG_STATE_HOME", path("state")}, {"TERM", "vt100"}});
  chat.expect("Ctrl-D leaves.\r\n");
  chat.expect("> ");
  chat.type("forgotten\x03");
  chat.expect("^C\r\n");
  chat.type("/hlep\r");
  chat.expect("there is no such command; /new begins a new conversation, /quit leaves\r\n");
  chat.type("/?\r");
  chat.expect("/new begins a new conversation, /quit leaves\r\n");
  for (const char* const stop : {"\x03", "\x1b"}) {
    // With the cursor keys, as in the console of a board.
    chat.type("b\x1b[Da \r");
    chat.expect("\r\n" + begin);
    // Kept for the next line, as what is typed during an answer is.
    chat.type("/ne");
    chat.type(stop);
    chat.expect("\r\n");
    chat.expect("> /ne");
    chat.type("w\r");
    chat.expect("\r\n");
    chat.expect("> ");
  }
  // From the history.
  chat.type("\x1b[A\x1b[A\r");
  chat.expect("\r\n" + begin);
  chat.type("\x03");
  chat.expect("\r\n");
  chat.expect("> ");
  chat.type("\x04");
  EXPECT_EQ(chat.wait(), 0) << chat.screen();
  EXPECT_TRUE(chat.is_line_terminal());
  EXPECT_THAT(read_file(path("state/barellama/history")), HasSubstr("a\\040b\n"));
}

TEST_F(CommandRunChat, LeavesAtItsCommands) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  for (const std::string command : {"/quit", "/exit"}) {
    const Outcome outcome = barellama({"run", path("story.blm"), "--chat"}, command + "\na b\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "");
  }
}

TEST_F(CommandRunChat, TakesQuestionsOfAnyEditor) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  const auto talk = [&](const std::string& input) {
    return barellama({"run", path("story.blm"), "--chat", "-t", "0", "-n", "5"}, input).output;
  };
  EXPECT_EQ(talk("\xef\xbb\xbf"
                 "a b\r\n/new\r\nb\r\n"),
            talk("a b\n/new\nb\n"));
}

TEST_F(CommandRunChat, SaysWhyItCannotTalk) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin")}).exit_code, 0);
  expect_failure(run({"--chat", "-p", "a"}), 1, "this model has no chat template");
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama3"}).exit_code, 0);
  expect_failure(run({"--chat", "-p", "a"}), 1, "<|start_header_id|>");
}

}  // namespace
}  // namespace host
