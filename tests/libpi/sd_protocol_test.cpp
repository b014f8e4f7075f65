#include "libpi/sd_protocol.h"

#include <gtest/gtest.h>

namespace pi {
namespace {

SdLongRegister long_register(uint32_t word3, uint32_t word2, uint32_t word1, uint32_t word0) {
  return {{word0, word1, word2, word3}};
}

TEST(SdLongRegister, ReadsFieldsThatCrossWords) {
  const SdLongRegister value = long_register(0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210);
  EXPECT_EQ(value.bits(127, 120), 0x01u);
  EXPECT_EQ(value.bits(7, 0), 0x10u);
  EXPECT_EQ(value.bits(31, 0), 0x76543210u);
  EXPECT_EQ(value.bits(71, 60), 0xeffu);
  EXPECT_EQ(value.bits(35, 4), 0x87654321u);
  EXPECT_EQ(value.bits(96, 96), 1u);
}

// The CSDs of cards that are sold: 16 GB SDHC, and a 2 GB SDSC with blocks of 1024 bytes.
TEST(SdCsd, TellsTheCapacityOfBothVersions) {
  const auto high = SdCsd::parse(long_register(0x400e0032, 0x5b590000, 0x751d7f80, 0x0a404013));
  ASSERT_TRUE(high.ok());
  EXPECT_EQ(high->block_count, (0x751du + 1) * 1024);
  EXPECT_TRUE(high->has_switch_command);

  // READ_BL_LEN 10, C_SIZE 0xf24, C_SIZE_MULT 7: 3877 * 512 * 1024 bytes.
  const auto standard = SdCsd::parse(long_register(0x002e0032, 0x5b5a83c9, 0x3fffff80, 0x16800000));
  ASSERT_TRUE(standard.ok());
  EXPECT_EQ(standard->block_count, 3877u * 512 * 1024 / 512);
}

TEST(SdCsd, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(SdCsd::parse(long_register(0x800e0032, 0, 0, 0)).status().code(),
            base::ErrorCode::kUnsupported);
  // READ_BL_LEN 8.
  EXPECT_EQ(SdCsd::parse(long_register(0x002e0032, 0x5b5883c9, 0, 0)).status().code(),
            base::ErrorCode::kCorrupt);
}

TEST(SdCid, NamesTheCard) {
  const SdCid cid(long_register(0x03534453, 0x4c313647, 0x80123456, 0x78013a01));
  EXPECT_EQ(cid.manufacturer_name(), "SanDisk");
  EXPECT_EQ(cid.product_name(), "SL16G");
  EXPECT_EQ(cid.revision, 0x80);
  EXPECT_EQ(cid.serial, 0x12345678u);
  EXPECT_EQ(cid.year, 2019);
  EXPECT_EQ(cid.month, 10);
}

TEST(SdCid, ShowsNothingThatATerminalWouldObey) {
  const SdCid cid(long_register(0xfe535441, 0x1b5b2020, 0, 0));
  EXPECT_EQ(cid.manufacturer_name(), "unknown make");
  EXPECT_EQ(cid.product_name(), "A?[");
}

TEST(SdScr, TellsBusWidthAndVersion) {
  const std::array<std::byte, 8> four{std::byte{0x02}, std::byte{0x35}};
  EXPECT_TRUE(SdScr(four).four_bit_bus);
  const std::array<std::byte, 8> one{std::byte{0x00}, std::byte{0x21}};
  EXPECT_FALSE(SdScr(one).four_bit_bus);
}

TEST(SdSwitch, ReadsTheFunctionsOfGroupOne) {
  std::array<std::byte, sd::kSwitchStatusSize> status{};
  EXPECT_FALSE(sd::switch_supports_high_speed(status));
  status[13] = std::byte{0x03};
  EXPECT_TRUE(sd::switch_supports_high_speed(status));
  status[16] = std::byte{0x0f};
  EXPECT_FALSE(sd::switch_selected_high_speed(status));
  status[16] = std::byte{0x01};
  EXPECT_TRUE(sd::switch_selected_high_speed(status));
}

}  // namespace
}  // namespace pi
