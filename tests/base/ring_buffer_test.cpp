#include "base/ring_buffer.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(RingBuffer, GivesBackInOrderAcrossItsEnd) {
  RingBuffer<int, 4> ring;
  int in = 0;
  int out = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(ring.push(in++));
    for (int i = 0; i < 3; ++i) {
      int value = -1;
      EXPECT_TRUE(ring.pop(value));
      EXPECT_EQ(value, out++);
    }
  }
}

TEST(RingBuffer, RefusesWhenFullAndLosesNothing) {
  RingBuffer<int, 2> ring;
  EXPECT_TRUE(ring.push(1));
  EXPECT_TRUE(ring.push(2));
  EXPECT_FALSE(ring.push(3));
  EXPECT_EQ(ring.size(), 2u);
  int value = 0;
  EXPECT_TRUE(ring.pop(value));
  EXPECT_EQ(value, 1);
  EXPECT_TRUE(ring.pop(value));
  EXPECT_EQ(value, 2);
  EXPECT_FALSE(ring.pop(value));
}

}  // namespace
}  // namespace base
