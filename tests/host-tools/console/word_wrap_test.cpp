// Words at the end of a terminal's line, seen on a small terminal of the test's own.
#include "host-tools/console/word_wrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "host-tools/console/character_columns.h"

namespace host {
namespace {

using testing::ElementsAre;

// Of ASCII, LF as the terminal here takes it, and the sequences that are used.
class Screen {
 public:
  void show(const std::string& bytes) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == '\x1b') {
        i = take_escape(bytes, i);
      } else if (bytes[i] == '\n') {
        down();
        column_ = 0;
      } else if (bytes[i] == '\r') {
        column_ = 0;
      } else if (bytes[i] == '\b') {
        --column_;
      } else {
        std::string& line = lines_[row_];
        line.resize(std::max(line.size(), column_ + 1), ' ');
        line[column_++] = bytes[i];
      }
    }
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void down() {
    if (++row_ == lines_.size()) lines_.emplace_back();
  }
  size_t take_escape(const std::string& bytes, size_t at) {
    if (bytes[at + 1] == '7') saved_row_ = row_, saved_column_ = column_;
    if (bytes[at + 1] == '8') row_ = saved_row_, column_ = saved_column_;
    if (bytes[at + 1] != '[') return at + 1;
    size_t end = at + 2;
    while (bytes[end] < '@') ++end;
    const size_t number = static_cast<size_t>(std::atoi(bytes.c_str() + at + 2));
    if (bytes[end] == 'D') column_ -= number;
    if (bytes[end] == 'G') column_ = number - 1;
    if (bytes[end] == 'A') --row_;
    if (bytes[end] == 'K') lines_[row_].resize(std::min(lines_[row_].size(), column_));
    return end;
  }

  std::vector<std::string> lines_{""};
  size_t row_ = 0, column_ = 0, saved_row_ = 0, saved_column_ = 0;
};

std::vector<std::string> shown(const std::vector<std::string>& pieces, size_t columns) {
  WordWrap wrap;
  Screen screen;
  for (const std::string& piece : pieces) screen.show(wrap.feed(piece, columns));
  screen.show(wrap.finish());
  std::vector<std::string> lines = screen.lines();
  // A blank that stays where a word was taken back is not seen.
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

std::vector<std::string> letters(const std::string& text) {
  std::vector<std::string> pieces;
  for (const char letter : text) pieces.emplace_back(1, letter);
  return pieces;
}

TEST(WordWrap, EndsLinesBetweenWordsHoweverTheyCome) {
  const std::string text = "Once upon a time there was a dragon.\nThe end\n";
  const auto lines = ElementsAre("Once upon", "a time", "there was", "a dragon.", "The end", "");
  EXPECT_THAT(shown({text}, 10), lines);
  EXPECT_THAT(shown(letters(text), 10), lines);
  EXPECT_THAT(shown({"Once up", "on a ti", "me there was a dra", "gon.\nThe end\n"}, 10), lines);
}

TEST(WordWrap, ShowsEachPieceAtOnce) {
  WordWrap wrap;
  EXPECT_EQ(wrap.feed("Once up", 20), "Once up");
  EXPECT_EQ(wrap.feed("on", 20), "on");
}

TEST(WordWrap, MakesNoEmptyLineOfABlankAtTheEnd) {
  EXPECT_THAT(shown({"123456789 \nnext"}, 10), ElementsAre("123456789", "next"));
  EXPECT_THAT(shown({"123456789   next"}, 10), ElementsAre("123456789", "next"));
}

TEST(WordWrap, CutsAWordThatNoLineHolds) {
  EXPECT_THAT(shown({"a 123456789012345"}, 10), ElementsAre("a", "123456789", "012345"));
  EXPECT_THAT(shown(letters("a 123456789012345"), 10), ElementsAre("a", "123456789", "012345"));
}

TEST(WordWrap, CountsColumnsAndNotBytes) {
  use_utf8();
  WordWrap wrap;
  const std::string umlauts = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc";
  EXPECT_EQ(wrap.feed(umlauts, 8), umlauts);
  // In two halves, and of two columns.
  WordWrap halves;
  EXPECT_EQ(halves.feed("\xe4\xb8", 8), "");
  EXPECT_EQ(halves.feed("\xad 12345", 8), "\xe4\xb8\xad 1234\x1b[4D\x1b[K\n12345");
}

TEST(WordWrap, LeavesARowOfItsOwnAlone) {
  // As kernel/console/pass_monitor.cpp does while a pass takes long.
  const std::string row =
      "\n\x1b"
      "7\rlayer 7/32, 142 s left\x1b[K\rlayer 8/32, 141 s left\x1b[K\r\x1b[K\x1b"
      "8\x1b[A";
  EXPECT_THAT(shown({"Once up" + row + "on a time"}, 10), ElementsAre("Once upon", "a time"));
  EXPECT_THAT(shown(letters("Once u" + row + "pon time"), 8), ElementsAre("Once", "upon", "time"));
}

TEST(WordWrap, TakesNothingBackAfterTheWindowHasChanged) {
  WordWrap wrap;
  EXPECT_EQ(wrap.feed("Once upo", 10), "Once upo");
  EXPECT_EQ(wrap.feed("n a time", 6), "\nn a t\x1b[1D\x1b[K\ntime");
}

}  // namespace
}  // namespace host
