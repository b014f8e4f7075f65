#include "base/arena.h"

#include <gtest/gtest.h>

#include <array>

namespace base {
namespace {

struct alignas(kCacheLineBytes) Memory {
  std::array<std::byte, 1024> bytes;
};

TEST(Arena, HandsOutAlignedSpansThatDoNotOverlap) {
  Memory memory;
  Arena arena(memory.bytes);
  auto first = arena.allocate<char>(3, "text");
  auto second = arena.allocate<uint64_t>(2, "numbers");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(second->data()) % Arena::kAlignment, 0u);
  EXPECT_GE(reinterpret_cast<char*>(second->data()), first->data() + 3);
  EXPECT_EQ(arena.used(), 64u);
}

TEST(Arena, RefusesWithTheShortfallInBytes) {
  Memory memory;
  Arena arena(memory.bytes);
  ASSERT_TRUE(arena.allocate<char>(1000, "most").ok());
  const auto refused = arena.allocate<char>(64, "more");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), ErrorCode::kOutOfMemory);
  EXPECT_EQ(refused.status().number(2), 64u);
  EXPECT_EQ(arena.used(), 1024u);
}

TEST(Arena, RefusesAnAbsurdCountInsteadOfOverflowing) {
  Memory memory;
  Arena arena(memory.bytes);
  EXPECT_FALSE(arena.allocate<uint64_t>(UINT64_MAX / 4, "absurd").ok());
  EXPECT_FALSE(arena.allocate<char>(UINT64_MAX / 2 - 1, "absurd").ok());
  EXPECT_EQ(arena.used(), 0u);
}

TEST(Arena, MeasuresExactlyWhatTheRealOneTakes) {
  const auto allocate_all = [](Arena& arena) {
    EXPECT_TRUE(arena.allocate<float>(7, "a").ok());
    EXPECT_TRUE(arena.allocate<char>(33, "b").ok());
    EXPECT_TRUE(arena.allocate<uint16_t>(100, "a").ok());
  };
  Memory memory;
  Arena real(memory.bytes);
  Arena measuring = Arena::measuring();
  allocate_all(real);
  allocate_all(measuring);
  EXPECT_EQ(real.high_water(), measuring.high_water());
  ASSERT_EQ(measuring.uses().size(), 2u);
  EXPECT_EQ(measuring.uses()[0].bytes, 32u + 224u);
}

TEST(Arena, RewindGivesBackMemoryAndTagsButKeepsTheHighWater) {
  Memory memory;
  Arena arena(memory.bytes);
  ASSERT_TRUE(arena.allocate<char>(32, "kept").ok());
  const Arena::Mark mark = arena.mark();
  ASSERT_TRUE(arena.allocate<char>(320, "kept").ok());
  ASSERT_TRUE(arena.allocate<char>(64, "dropped").ok());
  arena.rewind(mark);
  EXPECT_EQ(arena.used(), 32u);
  EXPECT_EQ(arena.high_water(), 416u);
  ASSERT_EQ(arena.uses().size(), 1u);
  EXPECT_EQ(arena.uses()[0].bytes, 32u);
}

}  // namespace
}  // namespace base
