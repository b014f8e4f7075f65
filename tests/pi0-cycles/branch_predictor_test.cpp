// TRM table 16-11, and chapter 5.
#include "tests/pi0-cycles/branch_predictor.h"

#include <gtest/gtest.h>

#include "tests/pi0-cycles/program.h"

namespace pi0 {
namespace {

constexpr uint32_t kBneBack = 0x1afffffc;   // to 8 bytes before
constexpr uint32_t kBneAhead = 0x1a000002;  // to 16 bytes behind
constexpr uint32_t kBl = 0xeb000010, kBxLr = 0xe12fff1e, kBxR3 = 0xe12fff13, kPopPc = 0xe8bd8000;
constexpr uint32_t kAt = 0x9000;
constexpr uint64_t kFar = 100;

class Predictor : public testing::Test {
 protected:
  uint32_t run(uint32_t code, uint32_t next, uint64_t flag_distance = kFar, uint32_t at = kAt) {
    return predictor_.run(decode(at, code), next, flag_distance).cycles;
  }
  BranchPredictor predictor_{Settings{}};
};

TEST_F(Predictor, ExpectsBackwardBranchesToBeTakenAtFirst) {
  EXPECT_EQ(run(kBneBack, kAt - 8), 4u);
}

TEST_F(Predictor, ExpectsForwardBranchesNotToBeTakenAtFirst) {
  EXPECT_EQ(run(kBneAhead, kAt + 4), 1u);
  EXPECT_EQ(run(kBneAhead, kAt + 16), 5u);
}

TEST_F(Predictor, PredictsALoopOnceItHasBeenRound) {
  run(kBneBack, kAt - 8);
  EXPECT_EQ(run(kBneBack, kAt - 8), 1u);
  EXPECT_EQ(run(kBneBack, kAt + 4), 5u);  // its end
  EXPECT_EQ(run(kBneBack, kAt - 8), 1u);  // two bits: one end does not make it forget
}

TEST_F(Predictor, ForgetsABranchForAnotherOneOfTheSameLowAddressBits) {
  run(kBneBack, kAt - 8);
  run(kBneBack, kAt + 1024 - 8, kFar, kAt + 1024);
  EXPECT_EQ(run(kBneBack, kAt - 8), 4u);
}

TEST_F(Predictor, PaysLessForAWrongPredictionWhenTheFlagsWereSetEarly) {
  EXPECT_EQ(run(kBneBack, kAt + 4, 0), 7u);
  EXPECT_EQ(run(kBneBack, kAt + 4, 1), 6u);
  EXPECT_EQ(run(kBneBack, kAt + 4, 2), 5u);
  EXPECT_EQ(run(kBneBack, kAt + 4, 3), 5u);
}

TEST_F(Predictor, ReturnsByItsStack) {
  run(kBl, kAt + 72);
  EXPECT_EQ(run(kBxLr, kAt + 4, kFar, 0xa000), 4u);
  EXPECT_EQ(run(kBxLr, kAt + 4, kFar, 0xa000), 5u);  // empty
  run(kBl, kAt + 72);
  EXPECT_EQ(run(kBxLr, kAt + 400, kFar, 0xa000), 7u);
  run(kBl, kAt + 72);
  EXPECT_EQ(run(kPopPc, kAt + 4, kFar, 0xa000), 4u);
  EXPECT_EQ(run(kPopPc, kAt + 4, kFar, 0xa000), 9u);
}

TEST_F(Predictor, RemembersThreeReturns) {
  for (uint32_t i = 0; i < 4; ++i) run(kBl, kAt + 72, kFar, kAt + 64 * i);
  for (uint32_t i = 3; i > 0; --i) EXPECT_EQ(run(kBxLr, kAt + 64 * i + 4, kFar, 0xa000), 4u);
  EXPECT_EQ(run(kBxLr, kAt + 4, kFar, 0xa000), 5u);
}

TEST_F(Predictor, DoesNotPredictOtherRegisters) { EXPECT_EQ(run(kBxR3, kAt + 400), 7u); }

}  // namespace
}  // namespace pi0
