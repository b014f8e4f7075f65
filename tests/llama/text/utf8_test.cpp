#include "llama/text/utf8.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace llama {
namespace {

// Everything that `text` becomes when it is pushed in pieces of `piece` bytes, flush included.
std::string stream_in_pieces(std::string_view text, size_t piece) {
  Utf8Stream stream;
  std::string all;
  for (size_t at = 0; at < text.size(); at += piece) {
    const std::string_view part = text.substr(at, piece);
    std::vector<char> out(Utf8Stream::max_output(part.size()));
    all += stream.push(part, out);
  }
  std::array<char, 3> last;
  all += stream.flush(last);
  return all;
}

std::string replacements(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += Utf8Stream::kReplacement;
  return text;
}

TEST(Utf8Stream, PassesValidTextHoweverItIsCut) {
  using namespace std::string_view_literals;
  const std::string text(
      "caf\u00e9 \u4f60\u597d \U0001F600\0 \u07ff\u0800\uffff\U0010FFFF\ud7ff"sv);
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(stream_in_pieces(text, piece), text) << "pieces of " << piece;
  }
}

TEST(Utf8Stream, HoldsBackACharacterUntilItIsWhole) {
  Utf8Stream stream;
  std::array<char, Utf8Stream::max_output(2)> out;
  EXPECT_EQ(stream.push("a\xf0", out), "a");
  EXPECT_EQ(stream.push("\x9f\x98", out), "");
  EXPECT_EQ(stream.push("\x80!", out), "\U0001F600!");
  EXPECT_EQ(stream.flush(out), "");
}

TEST(Utf8Stream, ReplacesEachMaximalSubpart) {
  const struct {
    const char* bytes;
    int replacements;
  } cases[] = {
      {"\x80", 1},              // a continuation alone
      {"\xff", 1},              // no byte of UTF-8
      {"\xc0\xaf", 2},          // overlong '/'
      {"\xe0\x80\xaf", 3},      // overlong '/' in three bytes
      {"\xed\xa0\x80", 3},      // surrogate D800
      {"\xf4\x90\x80\x80", 4},  // above U+10FFFF
      {"\xe2\x82", 1},          // cut by the end
      {"\xf0\x9f\x98", 1},      // cut by the end
      {"\xf1\x80\x80\xe1\x80\xc2", 3},
  };
  for (const auto& item : cases) {
    for (const size_t piece : {1u, 2u, 6u}) {
      EXPECT_EQ(stream_in_pieces(item.bytes, piece), replacements(item.replacements));
      const std::string framed = std::string(1, 'a').append(item.bytes).append("b");
      const std::string expected = std::string(1, 'a').append(replacements(item.replacements));
      EXPECT_EQ(stream_in_pieces(framed, piece), expected + "b");
    }
  }
}

TEST(Utf8Stream, IsAsNewAfterAFlush) {
  Utf8Stream stream;
  std::array<char, 6> out;
  EXPECT_EQ(stream.push("\xe2", out), "");
  EXPECT_EQ(stream.flush(out), Utf8Stream::kReplacement);
  EXPECT_EQ(stream.flush(out), "");
  EXPECT_EQ(stream.push("x", out), "x");
}

TEST(Utf8Stream, WritesValidTextWithinItsBoundForAnyBytes) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& byte : bytes) {
      // Mostly bytes of 0x80 and above, where all decisions are.
      byte = static_cast<char>(random() % 4 == 0 ? random() % 128 : 128 + random() % 128);
    }
    const std::string whole = stream_in_pieces(bytes, bytes.size() + 1);
    EXPECT_TRUE(is_valid_utf8(whole));
    EXPECT_EQ(stream_in_pieces(bytes, 1), whole);
    EXPECT_EQ(stream_in_pieces(bytes, 3), whole);
    if (is_valid_utf8(bytes)) {
      EXPECT_EQ(whole, bytes);
    }
  }
}

TEST(Utf8CharacterLength, MeasuresWholeCharactersOnly) {
  EXPECT_EQ(utf8_character_length(""), 0u);
  EXPECT_EQ(utf8_character_length("ab"), 1u);
  EXPECT_EQ(utf8_character_length(std::string_view("\0", 1)), 1u);
  EXPECT_EQ(utf8_character_length("\u00e9a"), 2u);
  EXPECT_EQ(utf8_character_length("\u2581\u2581"), 3u);
  EXPECT_EQ(utf8_character_length("\U0001F600"), 4u);
  EXPECT_EQ(utf8_character_length("\xe2\x96"), 0u);
  EXPECT_EQ(utf8_character_length("\x96\x81"), 0u);
}

TEST(FindInvalidUtf8, PointsAtTheFirstBadSequence) {
  EXPECT_EQ(find_invalid_utf8(""), 0u);
  EXPECT_EQ(find_invalid_utf8("abc"), 3u);
  EXPECT_EQ(find_invalid_utf8("\u00e9\xe9!"), 2u);
  EXPECT_EQ(find_invalid_utf8("ab\xe2\x82"), 2u);
  EXPECT_EQ(find_invalid_utf8("\xc1\x81"), 0u);
  EXPECT_EQ(find_invalid_utf8("x\xed\xbf\xbf"), 1u);
}

// Each of the 1,112,064 scalar values, encoded by the definition (table 3-6).
TEST(FindInvalidUtf8, AcceptsEveryScalarValueAndNoSurrogate) {
  for (uint32_t value = 0; value <= 0x10ffff; ++value) {
    std::string text;
    const auto continuation = [&](int shift) {
      text += static_cast<char>(0x80 | ((value >> shift) & 0x3f));
    };
    if (value < 0x80) {
      text += static_cast<char>(value);
    } else if (value < 0x800) {
      text += static_cast<char>(0xc0 | value >> 6);
      continuation(0);
    } else if (value < 0x10000) {
      text += static_cast<char>(0xe0 | value >> 12);
      continuation(6);
      continuation(0);
    } else {
      text += static_cast<char>(0xf0 | value >> 18);
      continuation(12);
      continuation(6);
      continuation(0);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    ASSERT_EQ(is_valid_utf8(text), !surrogate) << std::hex << value;
  }
}

}  // namespace
}  // namespace llama
