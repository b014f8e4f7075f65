// What a terminal shows of lines that are longer than it, and of any bytes.
#include <random>

#include "tests/kernel/console/line_editor_fixture.h"

namespace kernel {
namespace {

using LineEditorScreen = LineEditorTest;

TEST_F(LineEditorScreen, ShowsALongLineThroughAWindow) {
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

TEST_F(LineEditorScreen, ShowsALineThatFitsAgainFromItsBeginning) {
  const std::string hundred(100, 'a');
  lines_of(hundred + "b\x17short");
  EXPECT_EQ(screen().row(0), "short");
  lines_of("\x15" + std::string(60, 'a') + " " + std::string(60, 'b') + "\x17");
  EXPECT_EQ(screen().row(0), std::string(60, 'a'));
}

TEST_F(LineEditorScreen, MovesTheWindowWhenAMarkJoinsTheCharacterBeforeIt) {
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

TEST_F(LineEditorScreen, StaysAfterBytesThatBecomeACharacterTogether) {
  // 0xe2, back, 0x82 and 0xac without their begin: only then is it a euro.
  EXPECT_EQ(lines_of("\x82\xac\x01\xe2\x05\x01\x06!\r"), Lines{"\xe2\x82\xac!"});
}

TEST_F(LineEditorScreen, TakesAnyBytesInAnyOrder) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 3'000; ++i) {
      echo_.text.clear();
      // Half of them bytes of characters that are none, so that lines get long.
      const auto byte = random() % 2 == 0 ? random() : 0x80 + random() % 0x80;
      static_cast<void>(editor_.feed(static_cast<char>(byte)));
      // A line that ended is shown whole.
      ASSERT_LT(echo_.text.size(), LineEditor::kMaxBytes + 1'000)
          << "byte " << i << ", seed " << seed;
    }
    EXPECT_EQ(lines_of("\x1b\x03gone\r"), (Lines{"", "gone"}));
  }
}

}  // namespace
}  // namespace kernel
