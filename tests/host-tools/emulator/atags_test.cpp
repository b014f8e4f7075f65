#include "host-tools/emulator/atags.h"

#include <gtest/gtest.h>

#include <span>

#include "base/bytes.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

uint32_t word(const std::string& bytes, size_t index) {
  return base::load_le32(std::as_bytes(std::span(bytes)), index * 4);
}

TEST(CommandLine, EncodesWhatIsNoPlainLetter) {
  EXPECT_EQ(command_line({{"prompt", "Once upon, 100% \xc3\xa9\n"}, {"seed", "1"}}),
            "barellama.prompt=Once%20upon,%20100%25%20%c3%a9%0a barellama.seed=1");
}

TEST(Atags, AreAListThatEnds) {
  for (const std::string line : {"", "a", "abc", "abcd", "barellama.seed=1"}) {
    const std::string list = make_atags(0x1c000000, line);
    EXPECT_EQ(word(list, 0), 5u);
    EXPECT_EQ(word(list, 1), 0x54410001u);
    EXPECT_EQ(word(list, 5), 4u);
    EXPECT_EQ(word(list, 6), 0x54410002u);
    EXPECT_EQ(word(list, 7), 0x1c000000u);
    EXPECT_EQ(word(list, 8), 0u);
    const uint32_t size = word(list, 9);
    EXPECT_EQ(word(list, 10), 0x54410009u);
    EXPECT_EQ(std::string(list.c_str() + 44), line);
    ASSERT_EQ(list.size(), (9 + size + 2) * 4);
    EXPECT_EQ(word(list, 9 + size), 0u);
    EXPECT_EQ(word(list, 9 + size + 1), 0u);
  }
}

TEST(Atags, DoNotReachIntoTheKernel) {
  const std::string longest(kMaxAtagBytes - 53, 'x');
  EXPECT_EQ(make_atags(1, longest).size(), kMaxAtagBytes);
  EXPECT_THROW(make_atags(1, longest + "x"), Failure);
}

}  // namespace
}  // namespace host
