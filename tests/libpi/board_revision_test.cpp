#include "libpi/board_revision.h"

#include <gtest/gtest.h>

namespace pi {
namespace {

TEST(BoardRevision, KnowsTheBoardsThatWeAreFor) {
  const struct {
    uint32_t code;
    std::string_view model;
    unsigned revision;
  } cases[] = {{0x900092, "Zero", 2},
               {0x900093, "Zero", 3},
               {0x920093, "Zero", 3},
               {0x9000c1, "Zero W", 1},
               {0x00920092, "Zero", 2}};  // QEMU's
  for (const auto& c : cases) {
    const BoardRevision revision = decode_board_revision(c.code);
    EXPECT_EQ(revision.model, c.model);
    EXPECT_EQ(revision.revision, c.revision);
    EXPECT_EQ(revision.memory_mib, 512u);
    EXPECT_TRUE(revision.is_supported);
  }
}

TEST(BoardRevision, IgnoresTheWarrantyBits) {
  EXPECT_EQ(decode_board_revision(0x029000c1).model, "Zero W");
}

TEST(BoardRevision, TellsOtherBoards) {
  EXPECT_EQ(decode_board_revision(0x902120).model, "Zero 2 W");
  EXPECT_FALSE(decode_board_revision(0x902120).is_supported);
  EXPECT_EQ(decode_board_revision(0xa02082).memory_mib, 1024u);
  EXPECT_EQ(decode_board_revision(0x000e).memory_mib, 0u);
  EXPECT_FALSE(decode_board_revision(0x000e).is_supported);
  EXPECT_EQ(decode_board_revision(0x900ff0).model, "(unknown model)");
}

}  // namespace
}  // namespace pi
