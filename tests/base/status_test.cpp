#include "base/status.h"

#include <gtest/gtest.h>

#include <string>

#include "base/format.h"

namespace base {
namespace {

Result<int> half_of(int value) {
  if (value % 2 != 0) return Status::error(ErrorCode::kInvalidArgument, "{} is odd", 3);
  return value / 2;
}

Result<int> quarter_of(int value) {
  TRY_ASSIGN(const int half, half_of(value));
  TRY(half_of(half));
  return half / 2;
}

TEST(Status, TryReturnsTheFirstErrorUntouched) {
  EXPECT_EQ(quarter_of(8).value(), 2);
  EXPECT_FALSE(quarter_of(7).ok());
  const auto failed = quarter_of(6);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_STREQ(failed.status().text(), "{} is odd");
}

std::string message(const Status& status) {
  char memory[256];
  TextBuffer buffer(memory);
  print(buffer, status);
  return std::string(buffer.view());
}

TEST(Status, PutsItsNameWhereItStandsAmongTheNumbers) {
  const auto of = [](const char* text, const auto&... arguments) {
    return message(Status::error(ErrorCode::kNotFound, text, arguments...));
  };
  EXPECT_EQ(of("{} is not among {} files", "a.blm", 7), "a.blm is not among 7 files");
  EXPECT_EQ(of("{} of {} is {:x} in {}, {}", 1, 2, std::string("wq"), 255, 4),
            "1 of 2 is wq in 255, 4");
  EXPECT_EQ(of("{}, {}, {}, {}: {}", 1, 2, 3, 4, std::string_view("end")), "1, 2, 3, 4: end");
  EXPECT_EQ(of("there is no {}", ""), "there is no \"\"");
  const Status status = Status::error(ErrorCode::kIo, "{} at {}", "seed", 9);
  EXPECT_EQ(status.name(), "seed");
  EXPECT_EQ(status.number(0), 9u);
}

TEST(Status, KeepsACopyOfTheName) {
  std::string name = "story";
  const Status status = Status::error(ErrorCode::kNotFound, "{}", name);
  name = "other";
  EXPECT_EQ(message(status), "story");
}

TEST(Status, CutsTheMiddleOfALongNameBetweenCharacters) {
  const auto shown = [](std::string_view name) {
    return message(Status::error(ErrorCode::kNotFound, "{}", name));
  };
  const std::string just(Status::kNameBytes, 'x');
  EXPECT_EQ(shown(just), just);
  EXPECT_EQ(shown("models/TinyLlama-1.1B-Chat-v1.0-q4_0.blm"), "models/TinyLlam...t-v1.0-q4_0.blm");
  std::string umlauts;
  for (int i = 0; i < 20; ++i) umlauts += "\u00e4";
  const std::string cut = shown(umlauts);
  EXPECT_LE(cut.size(), Status::kNameBytes);
  std::string head, tail;
  for (int i = 0; i < 7; ++i) head += "\u00e4";
  for (int i = 0; i < 7; ++i) tail += "\u00e4";
  EXPECT_EQ(cut, head + "..." + tail);
}

TEST(Status, ShowsNoControlCharactersOfAName) {
  EXPECT_EQ(message(Status::error(ErrorCode::kNotFound, "{}", "a\x1b[2J\nb\x7f")), "a?[2J?b?");
}

}  // namespace
}  // namespace base
