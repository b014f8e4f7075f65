#include "tests/kernel/console/line_editor_fixture.h"

namespace kernel {
namespace {

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
  EXPECT_EQ(shown(), "two\n");
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
  // F1, F5, Insert, Alt-X's Esc, Ctrl-G.
  EXPECT_EQ(lines_of("a\x1bOPb\x1b[15~c\x1b[2~d\x1b"
                     "e\x07"
                     "f\r"),
            Lines{"abcdef"});
  EXPECT_EQ(lines_of(std::string_view("g\0\x1c\x1dh\r", 6)), Lines{"gh"});
  EXPECT_EQ(echo_.text, "abcdef\ngh\n");
}

TEST_F(LineEditorTest, MovesTheCursor) {
  EXPECT_EQ(lines_of("bd\x1b[Dc\x1b[Ha\x1b[Fe\r"), Lines{"abcde"});
  EXPECT_EQ(shown(), "abcde\n");
  EXPECT_EQ(lines_of("bd\x02"
                     "c\x01"
                     "a\x06\x06\x06\x06"
                     "e\r"),
            Lines{"abcde"});
  EXPECT_EQ(lines_of("bd\x1bODc\x1b[1~a\x1b[4~\x1b[1;5C"
                     "e\r"),
            Lines{"abcde"});
  EXPECT_EQ(lines_of("a\x1b[D\x1b[D\x1b[C\x1b[C\x1b[Cb\r"), Lines{"ab"});
}

TEST_F(LineEditorTest, ChangesTheMiddleOfALine) {
  const std::string home = "\x1b[H";
  EXPECT_EQ(lines_of("one two three\x02\x02\x02\x02\x02\x02\x17"
                     "2\r"),
            Lines{"one 2 three"});
  EXPECT_EQ(shown(), "one 2 three\n");
  EXPECT_EQ(lines_of("abc" + home +
                     "\x1b[3~\x04z\x0b"
                     "y\r"),
            Lines{"zy"});
  EXPECT_EQ(lines_of("abc" + home + "\x04\r"), Lines{"bc"});
  EXPECT_EQ(lines_of("abc\x02\x7f\r"), Lines{"ac"});
  EXPECT_EQ(lines_of("abc\x02\x15z\r"), Lines{"z"});
  EXPECT_EQ(shown(), "one 2 three\nzy\nbc\nac\nz\n");
}

TEST_F(LineEditorTest, MovesAndDropsWholeCharacters) {
  // e with acute, the euro sign, a dragon (two columns), a letter with a mark of its own.
  const std::string text =
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x89"
      "e\xcc\x81";
  EXPECT_EQ(lines_of(text + "\x02\x02x\r"), Lines{"\xc3\xa9\xe2\x82\xacx\xf0\x9f\x90\x89"
                                                  "e\xcc\x81"});
  EXPECT_EQ(lines_of(text + "\x7f\x7f.\r"), Lines{"\xc3\xa9\xe2\x82\xac."});
  EXPECT_EQ(lines_of(text + "\x01\x04\x04\x04\r"), Lines{"e\xcc\x81"});
  EXPECT_EQ(shown(),
            "\xc3\xa9\xe2\x82\xacx\xf0\x9f\x90\x89"
            "e\xcc\x81\n\xc3\xa9\xe2\x82\xac.\n"
            "e\xcc\x81\n");
}

TEST_F(LineEditorTest, KeepsBytesThatAreNoCharacter) {
  EXPECT_EQ(lines_of("caf\xe9\r"), Lines{"caf\xe9"});
  EXPECT_EQ(lines_of("caf\xe9\x7f\x7f\r"), Lines{"ca"});
  EXPECT_EQ(lines_of("\x80\xffz\x7f\r"), Lines{"\x80\xff"});
}

TEST_F(LineEditorTest, RecallsEarlierLines) {
  lines_of("one\rtwo two\r");
  EXPECT_EQ(lines_of("dr\x1b[A\x1b[A\r"), Lines{"one"});
  EXPECT_EQ(lines_of("draft\x1b[A\x1b[A\x1b[A\x1b[A\x1b[B\x1b[B\x1b[B!\r"), Lines{"draft!"});
  EXPECT_EQ(lines_of("\x10\x10\x10s\r"), Lines{"two twos"});
  EXPECT_EQ(shown(), "one\ntwo two\none\ndraft!\ntwo twos\n");
}

TEST_F(LineEditorTest, RecallsNothingThatWasCancelledRepeatedOrForgotten) {
  EXPECT_EQ(lines_of("a\ra\rb\x03\x1b[A\x1b[A\r"), (Lines{"a", "a", "", "a"}));
  editor_.forget_history();
  EXPECT_EQ(lines_of("\x1b[A\r"), Lines{""});
}

TEST_F(LineEditorTest, DoesNotEchoALineOfAProgram) {
  EXPECT_EQ(lines_of("\x01/stats x\x7f\ra\r"), (Lines{"/stats ", "a"}));
  EXPECT_EQ(echo_.text, "a\n");
  EXPECT_EQ(lines_of("\x1b[A\x1b[A\r"), Lines{"a"}) << "it is not a line to recall";
}

TEST_F(LineEditorTest, TakesAControlAThatNothingFollowsForAKey) {
  lines_of("\x01");
  editor_.pause();
  EXPECT_EQ(lines_of("ab\x01x\r"), Lines{"xab"});
  EXPECT_EQ(shown(), "xab\n");
  // Later pauses do not unveil what a program types slowly.
  lines_of(
      "\x01"
      "a");
  editor_.pause();
  EXPECT_EQ(lines_of("b\r"), Lines{"ab"});
  EXPECT_EQ(shown(), "xab\n");
  EXPECT_EQ(lines_of("\x01"
                     "abc\x15"
                     "d\r"),
            Lines{"d"});
  EXPECT_EQ(shown(), "xab\nd\n");
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
  EXPECT_EQ(std::ranges::count(echo_.text, '\a'), 2);
  EXPECT_EQ(shown(), most + "\n");
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
