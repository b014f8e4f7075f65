#include "libpi/cycle_counter.h"

#include <gtest/gtest.h>

namespace pi {
namespace {

uint32_t raw = 0;
uint32_t step = 0;
uint32_t read_raw() { return raw += step; }

TEST(CycleCounter, GoesOnWhereTheHardwareWraps) {
  raw = 0xfffffff0;
  step = 0;
  CycleCounter counter(read_raw);
  EXPECT_EQ(counter.cycles(), 0u);
  raw += 0x20;
  EXPECT_EQ(counter.cycles(), 0x20u);
  for (int i = 0; i < 4; ++i) {
    raw += 0x80000000;
    (void)counter.cycles();
  }
  EXPECT_EQ(counter.cycles(), 0x200000020u);
}

// An interrupt that reads the counter too, between any two reads of the program.
CycleCounter* shared = nullptr;
bool interrupts = false;
uint32_t read_interrupted() {
  const uint32_t before = raw += step;
  if (interrupts) {
    interrupts = false;
    (void)shared->cycles();
  }
  return before;
}

TEST(CycleCounter, StaysRightWhenAnInterruptReadsItToo) {
  raw = 0x7fffffff;
  step = 0;
  CycleCounter counter(read_interrupted);
  shared = &counter;
  uint64_t expected = 0;
  for (int i = 0; i < 100; ++i) {
    raw += 0x33333333;
    expected += 0x33333333;
    // On some of them the interrupt is the first to see the next half.
    interrupts = i % 3 != 0;
    EXPECT_EQ(counter.cycles(), expected) << i;
  }
  shared = nullptr;
}

TEST(CycleCounter, NoticesOneThatStandsStill) {
  raw = 0;
  step = 0;
  CycleCounter counter(read_raw);
  EXPECT_FALSE(counter.counts());
  step = 5;
  EXPECT_TRUE(counter.counts());
}

}  // namespace
}  // namespace pi
