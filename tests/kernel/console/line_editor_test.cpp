#include "kernel/console/line_editor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kernel/console/character_width.h"

namespace kernel {
namespace {

// A terminal that knows nothing but characters, backspaces and line ends.
class Screen {
 public:
  void take(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      const size_t next = next_character(text, at);
      const std::string_view character = text.substr(at, next - at);
      at = next;
      if (character == "\b") {
        ASSERT_GT(column_, 0u) << "left of the prompt's end";
        --column_;
      } else if (character == "\n") {
        rows_.emplace_back();
        column_ = 0;
      } else if (character != "\a") {
        write(character);
      }
    }
  }
  size_t column() const { return column_; }
  // Without blanks at the ends of rows.
  std::string row(size_t number) const {
    std::string text;
    for (const std::string& cell : rows_.at(number)) text += cell;
    const size_t last = text.find_last_not_of(' ');
    return text.substr(0, last == std::string::npos ? 0 : last + 1);
  }
  std::string text() const {
    std::string all = row(0);
    for (size_t i = 1; i < rows_.size(); ++i) all += "\n" + row(i);
    return all;
  }
  size_t widest() const {
    size_t most = 0;
    for (const auto& cells : rows_) most = std::max(most, cells.size());
    return most;
  }

 private:
  // A wide character has its bytes in its first cell, and nothing in the second.
  void write(std::string_view character) {
    auto& row = rows_.back();
    for (unsigned i = 0; i < std::max(1u, columns_of(character)); ++i, ++column_) {
      if (row.size() <= column_) row.resize(column_ + 1, " ");
      row[column_] = i == 0 ? std::string(character) : "";
    }
  }

  std::vector<std::vector<std::string>> rows_ = std::vector<std::vector<std::string>>(1);
  size_t column_ = 0;
};

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

  // What a terminal shows by now.
  Screen screen() const {
    Screen result;
    result.take(echo_.text);
    return result;
  }
  std::string shown() const { return screen().text(); }

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

TEST_F(LineEditorTest, ShowsALongLineThroughAWindow) {
  std::string text;
  for (int i = 0; text.size() < 400; ++i) text += std::to_string(i) + " ";
  for (const char c : text) editor_.feed(c);
  text += '.';
  lines_of(".");
  EXPECT_TRUE(text.ends_with(screen().row(0))) << screen().row(0);
  EXPECT_LE(screen().widest(), LineEditor::kColumns);
  lines_of("\x01");
  EXPECT_EQ(screen().row(0), text.substr(0, LineEditor::kColumns - 1)) << "less a blank";
  EXPECT_EQ(screen().column(), 0u);
  lines_of("!\x05?");
  EXPECT_TRUE(("!" + text + "?").ends_with(screen().row(0))) << screen().row(0);
  EXPECT_LE(screen().widest(), LineEditor::kColumns);
  EXPECT_EQ(lines_of("\r"), Lines{"!" + text + "?"});
  EXPECT_EQ(screen().row(0), "!" + text + "?") << "whole at its end";
}

TEST_F(LineEditorTest, ShowsALineThatFitsAgainFromItsBegin) {
  lines_of(std::string(100, 'a') + "b\x17short");
  EXPECT_EQ(screen().row(0), "short");
  lines_of("\x15" + std::string(60, 'a') + " " + std::string(60, 'b') + "\x17");
  EXPECT_EQ(screen().row(0), std::string(60, 'a'));
}

TEST_F(LineEditorTest, MovesTheWindowWhenAMarkJoinsTheCharacterBeforeIt) {
  lines_of(std::string(100, 'a'));
  while (screen().column() > 0) editor_.feed('\x02');
  lines_of("bc");
  while (screen().column() > 0) editor_.feed('\x02');
  ASSERT_TRUE(screen().row(0).starts_with("bca"));
  lines_of("\xcc\x81");
  EXPECT_TRUE(
      screen().row(0).starts_with("a\xcc\x81"
                                  "bca"))
      << screen().row(0);
}

TEST_F(LineEditorTest, StaysBehindBytesThatBecomeACharacterTogether) {
  // 0xe2, back, 0x82 and 0xac without their begin: only then is it a euro.
  EXPECT_EQ(lines_of("\x82\xac\x01\xe2\x05\x01\x06!\r"), Lines{"\xe2\x82\xac!"});
}

TEST_F(LineEditorTest, TakesAnyBytesInAnyOrder) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 3'000; ++i) {
      echo_.text.clear();
      // Half of them bytes of characters that are none, for lines are to get long.
      const auto byte = random() % 2 == 0 ? random() : 0x80 + random() % 0x80;
      static_cast<void>(editor_.feed(static_cast<char>(byte)));
      // A line that ended is shown whole.
      ASSERT_LT(echo_.text.size(), LineEditor::kMaxBytes + 1'000)
          << "byte " << i << ", seed " << seed;
    }
    EXPECT_EQ(lines_of("\x1b\x03gone\r"), (Lines{"", "gone"}));
  }
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
  EXPECT_EQ(lines_of("\x1b[A\x1b[A\r"), Lines{"a"}) << "it is no line to recall";
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
