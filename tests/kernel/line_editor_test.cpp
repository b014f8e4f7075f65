#include "kernel/line_editor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kernel {
namespace {

class Echo final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

class LineEditorTest : public testing::Test {
 protected:
  // The lines that these keys end.
  std::vector<std::string> lines_of(std::string_view keys) {
    std::vector<std::string> lines;
    for (const char c : keys) {
      if (editor_.feed(c)) lines.emplace_back(editor_.line());
    }
    return lines;
  }
  using Lines = std::vector<std::string>;

  Echo echo_;
  LineEditor editor_{echo_};
};

TEST_F(LineEditorTest, EchoesWhatIsTyped) {
  EXPECT_EQ(lines_of("Once\r"), Lines{"Once"});
  EXPECT_EQ(echo_.text, "Once\n");
}

TEST_F(LineEditorTest, TakesEachKindOfReturnOnce) {
  EXPECT_EQ(lines_of("a\rb\nc\r\nd\r"), (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(lines_of("e\n\n\r\r\n\n"), (Lines{"e", "", "", "", ""}));
}

TEST_F(LineEditorTest, TakesBackWholeCharacters) {
  EXPECT_EQ(lines_of("caf\xc3\xa9\x7f\x7f"
                     "b\r"),
            Lines{"cab"});
  EXPECT_EQ(echo_.text, "caf\xc3\xa9\b \b\b \bb\n");
  EXPECT_EQ(lines_of("\xf0\x9f\x90\xa5\b\r"), Lines{""});
}

TEST_F(LineEditorTest, HasNothingToTakeBackFromAnEmptyLine) {
  EXPECT_EQ(lines_of("\x7f\b\x15\x17"
                     "a\r"),
            Lines{"a"});
  EXPECT_EQ(echo_.text, "a\n");
}

TEST_F(LineEditorTest, DropsTheLineOrAWord) {
  EXPECT_EQ(lines_of("one \xc3\xa9\x15two\r"), Lines{"two"});
  EXPECT_EQ(echo_.text, "one \xc3\xa9\b \b\b \b\b \b\b \b\b \btwo\n");
  EXPECT_EQ(lines_of("one two  \x17"
                     "2\r"),
            Lines{"one 2"});
  EXPECT_EQ(lines_of("one\x17\r"), Lines{""});
}

TEST_F(LineEditorTest, BeginsANewLineAfterControlC) {
  EXPECT_EQ(lines_of("wrong\x03"), Lines{""});
  EXPECT_TRUE(editor_.was_cancelled());
  EXPECT_EQ(echo_.text, "wrong^C\n");
  EXPECT_EQ(lines_of("right\r"), Lines{"right"});
  EXPECT_FALSE(editor_.was_cancelled());
}

TEST_F(LineEditorTest, PassesOverKeysThatItDoesNotKnow) {
  // Cursor up, Ctrl-Right, F1, Delete.
  EXPECT_EQ(lines_of("a\x1b[Ab\x1b[1;5Cc\x1bOPd\x1b[3~e\r"), Lines{"abcde"});
  EXPECT_EQ(lines_of(std::string_view("g\0\x01\x02\x07h\r", 7)), Lines{"gh"});
  EXPECT_EQ(echo_.text, "abcde\ngh\n");
}

TEST_F(LineEditorTest, LosesNothingAfterTheEscKey) {
  EXPECT_EQ(lines_of("\x1bOnce\r"), Lines{"Once"});
  EXPECT_EQ(lines_of("\x1b\x1bThen\x1b\r"), (Lines{"Then"}));
  EXPECT_EQ(lines_of("\x1b/help\x1bO\r"), Lines{"/helpO"});
  EXPECT_EQ(lines_of("a\x1b[\rb\r"), (Lines{"a", "b"}));
}

TEST_F(LineEditorTest, TakesATabForASpace) { EXPECT_EQ(lines_of("a\tb\r"), Lines{"a b"}); }

TEST_F(LineEditorTest, RingsWhenTheLineIsFull) {
  const std::string most(LineEditor::kMaxBytes, 'a');
  EXPECT_TRUE(lines_of(most + "bc\r") == Lines{most});
  EXPECT_TRUE(echo_.text == most + "\a\a\n");
  EXPECT_TRUE(lines_of(most + "\x7f"
                              "b\r") == Lines{most.substr(1) + "b"});
}

TEST_F(LineEditorTest, NeverCutsACharacterWhenTheLineIsFull) {
  for (const std::string character : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\xa5"}) {
    for (size_t room = 1; room < character.size(); ++room) {
      const std::string text(LineEditor::kMaxBytes - room, 'a');
      EXPECT_TRUE(lines_of(text + character + "\r") == Lines{text}) << room;
    }
    const std::string text(LineEditor::kMaxBytes - character.size(), 'a');
    EXPECT_TRUE(lines_of(text + character + "\r") == Lines{text + character});
  }
}

}  // namespace
}  // namespace kernel
