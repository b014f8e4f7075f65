#include "libpi/arm1176/fault_status.h"

#include <gtest/gtest.h>

namespace pi::arm1176 {
namespace {

TEST(FaultStatus, NamesTheCauses) {
  EXPECT_EQ(describe_fault_status(0x005), "translation fault, no section is mapped");
  EXPECT_EQ(describe_fault_status(0x807), "translation fault, no page is mapped");
  EXPECT_EQ(describe_fault_status(0x80d), "permission fault of a section");
  EXPECT_EQ(describe_fault_status(0x001), "alignment fault");
  EXPECT_EQ(describe_fault_status(0x008), "external abort, no device or memory answers");
  EXPECT_EQ(describe_fault_status(0x406), "imprecise external abort, of an earlier access");
  EXPECT_EQ(describe_fault_status(0x40f), "unknown fault status");
}

TEST(FaultStatus, TellsWritesFromReads) {
  EXPECT_TRUE(fault_was_write(0x805));
  EXPECT_FALSE(fault_was_write(0x005));
}

TEST(FaultStatus, HasNoAddressForImpreciseAborts) {
  EXPECT_FALSE(fault_address_is_valid(0xc06));
  EXPECT_TRUE(fault_address_is_valid(0x805));
}

TEST(FaultStatus, NamesModes) {
  EXPECT_EQ(mode_name(0x600001d3), "SVC");
  EXPECT_EQ(mode_name(0x12), "IRQ");
  EXPECT_EQ(mode_name(0x00), "invalid");
}

}  // namespace
}  // namespace pi::arm1176
