#include "libpi/arm1176/backtrace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pi::arm1176 {
namespace {

using testing::ElementsAre;

constexpr CodeRange kCode{0x8000, 0x9000};
constexpr uint32_t kStack = 0x100000;
constexpr uint32_t kIrqStack = 0x200000;

struct BacktraceTest : testing::Test {
  // A frame as gcc makes it: `fp` points at the return address, the caller's fp below it.
  void frame(uint32_t fp, uint32_t caller_fp, uint32_t return_address) {
    word(fp) = return_address;
    word(fp - 4) = caller_fp;
  }
  uint32_t& word(uint32_t address) {
    return address >= kIrqStack ? irq_stack.at((address - kIrqStack) / 4)
                                : stack.at((address - kStack) / 4);
  }
  std::vector<uint32_t> trace(const Registers& registers, size_t most = 16) {
    const MemoryWindow windows[] = {{kStack, stack}, {kIrqStack, irq_stack}};
    std::vector<uint32_t> out(most);
    out.resize(backtrace(registers, windows, kCode, out));
    return out;
  }

  std::array<uint32_t, 64> stack = {};
  std::array<uint32_t, 16> irq_stack = {};
};

TEST_F(BacktraceTest, FollowsFramesToTheOutermost) {
  frame(kStack + 0x10, kStack + 0x40, 0x8100);
  frame(kStack + 0x40, 0, 0x8004);
  EXPECT_THAT(trace({0x8200, 0x8abc, kStack + 0x10}), ElementsAre(0x8200, 0x8100, 0x8004));
}

TEST_F(BacktraceTest, TakesTheReturnAddressOfALeafFromLr) {
  word(kStack + 0x10) = kStack + 0x40;  // push {fp}; add fp, sp, #0
  frame(kStack + 0x40, 0, 0x8004);
  EXPECT_THAT(trace({0x8200, 0x8abc, kStack + 0x10}), ElementsAre(0x8200, 0x8abc, 0x8004));
}

TEST_F(BacktraceTest, NamesTheFunctionThatJumpedIntoTheVoid) {
  frame(kStack + 0x40, 0, 0x8004);
  EXPECT_THAT(trace({0x0, 0x8abc, kStack + 0x40}), ElementsAre(0x0, 0x8abc, 0x8004));
}

TEST_F(BacktraceTest, CrossesFromTheInterruptsStack) {
  frame(kIrqStack + 0x10, kStack + 0x40, 0x8300);
  frame(kStack + 0x40, 0, 0x8004);
  EXPECT_THAT(trace({0x8200, 0, kIrqStack + 0x10}), ElementsAre(0x8200, 0x8300, 0x8004));
}

TEST_F(BacktraceTest, EndsAtGarbage) {
  EXPECT_THAT(trace({0x8200, 0x8abc, 0xdeadbeec}), ElementsAre(0x8200));
  EXPECT_THAT(trace({0x8200, 0x8abc, kStack + 0x11}), ElementsAre(0x8200));
  frame(kStack + 0x10, kStack + 0x40, 0x8100);
  word(kStack + 0x40) = 0x12345;
  EXPECT_THAT(trace({0x8200, 0x8abc, kStack + 0x10}), ElementsAre(0x8200, 0x8100));
  word(kStack) = 0x8100;  // its saved fp would be below the stack
  EXPECT_THAT(trace({0x8200, 0x8abc, kStack}), ElementsAre(0x8200, 0x8100));
}

TEST_F(BacktraceTest, EndsInACircle) {
  frame(kStack + 0x10, kStack + 0x40, 0x8100);
  frame(kStack + 0x40, kStack + 0x10, 0x8104);
  EXPECT_EQ(trace({0x8200, 0, kStack + 0x10}, 8).size(), 8u);
  frame(kStack + 0x10, kStack + 0x10, 0x8100);
  EXPECT_EQ(trace({0x8200, 0, kStack + 0x10}, 8).size(), 2u);
}

TEST_F(BacktraceTest, WritesNoMoreThanFits) { EXPECT_TRUE(trace({0x8200, 0, kStack}, 0).empty()); }

}  // namespace
}  // namespace pi::arm1176
