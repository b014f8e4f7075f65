#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace base {
namespace {

TEST(Bytes, ReadsAndWritesLittleEndianAtAnyAddress) {
  std::array<std::byte, 16> bytes{};
  store_le64(bytes, 3, 0x0123456789abcdef);
  EXPECT_EQ(std::to_integer<int>(bytes[3]), 0xef);
  EXPECT_EQ(load_le64(bytes, 3), 0x0123456789abcdefu);
  EXPECT_EQ(load_le32(bytes, 3), 0x89abcdefu);
  EXPECT_EQ(load_le16(bytes, 9), 0x0123u);
  store_le32(bytes, 1, 0x3fc00000);
  EXPECT_EQ(load_le_f32(bytes, 1), 1.5f);
}

TEST(BytesDeathTest, StopsAReadBeyondTheEnd) {
  std::array<std::byte, 4> bytes{};
  EXPECT_DEATH(static_cast<void>(load_le32(bytes, 1)), "CHECK");
}

}  // namespace
}  // namespace base
