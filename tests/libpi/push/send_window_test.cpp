#include "libpi/push/send_window.h"

#include <gtest/gtest.h>

#include "libpi/push/frame.h"

namespace pi::push {
namespace {

TEST(SendWindow, SendsAgainOnlyWhatWasLost) {
  SendWindow window(12, 1 << 16);
  for (uint16_t sequence = 0; sequence < 3; ++sequence) {
    const auto cells = window.next();
    ASSERT_TRUE(cells);
    EXPECT_EQ(cells->first, sequence * 4u);
    EXPECT_EQ(cells->count, 4u);
    window.sent(*cells, sequence);
  }
  EXPECT_FALSE(window.next());
  // The second frame is lost, of the third nothing is known yet.
  ASSERT_TRUE(window.take({.last_sequence = 1, .first_missing = 4}));
  const auto again = window.next();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->first, 4u);
  EXPECT_EQ(again->count, 2u);  // shorter after a loss
  window.sent(*again, 3);
  window.sent({6, 2}, 4);
  EXPECT_FALSE(window.next());
  ASSERT_TRUE(window.take({.last_sequence = 4, .first_missing = 12}));
  EXPECT_TRUE(window.is_complete());
  EXPECT_TRUE(window.is_idle());
}

TEST(SendWindow, KnowsTheOrderWhenTheSequenceWraps) {
  SendWindow window(100, 1 << 16);
  window.sent({0, 1}, 65535);
  window.sent({1, 1}, 0);
  ASSERT_TRUE(window.take({.last_sequence = 65535, .first_missing = 1}));
  EXPECT_EQ(window.next()->first, 2u);
  ASSERT_TRUE(window.take({.last_sequence = 0, .first_missing = 2}));
  EXPECT_TRUE(window.is_idle());
}

TEST(SendWindow, StaysWithinTheLoadersBuffer) {
  SendWindow window(1000, 3000);
  uint16_t sequence = 0;
  while (const auto cells = window.next()) window.sent(*cells, sequence++);
  EXPECT_EQ(sequence, 2);
  EXPECT_EQ(window.in_flight(), 2 * kMaxEncodedFrame);
}

TEST(SendWindow, SendsSomethingThroughTheSmallestBuffer) {
  SendWindow window(1000, 10);
  window.sent(*window.next(), 0);
  EXPECT_FALSE(window.next());
}

TEST(SendWindow, RefusesAnAckThatCannotBe) {
  SendWindow window(100, 1 << 16);
  window.sent(*window.next(), 0);
  ASSERT_TRUE(window.take({.last_sequence = 0, .first_missing = 4}));
  EXPECT_FALSE(window.take({.last_sequence = 0, .first_missing = 3}));
  EXPECT_FALSE(window.take({.last_sequence = 0, .first_missing = 101}));
  EXPECT_FALSE(window.take({.last_sequence = 0, .first_missing = 4 + kWindowCells + 1}));
  EXPECT_EQ(window.arrived(), 4u);
}

}  // namespace
}  // namespace pi::push
