#include "tests/pi0-cycles/instruction_class.h"

#include <gtest/gtest.h>

namespace pi0 {

// How a failing test shows a class.
static void PrintTo(InstructionClass instruction_class, std::ostream* out) {
  *out << name_of(instruction_class);
}

namespace {

using enum InstructionClass;

TEST(InstructionClass, TellsDataProcessing) {
  EXPECT_EQ(classify(0xe0810002), kAlu);    // add r0, r1, r2
  EXPECT_EQ(classify(0xe0810312), kAlu);    // add r0, r1, r2, lsl r3
  EXPECT_EQ(classify(0xe3520a01), kAlu);    // cmp r2, #4096
  EXPECT_EQ(classify(0xe16f0f11), kAlu);    // clz r0, r1
  EXPECT_EQ(classify(0xe1010052), kAlu);    // qadd r0, r2, r1
  EXPECT_EQ(classify(0xe15f0001), kAlu);    // cmp pc, r1
  EXPECT_EQ(classify(0xe10f0000), kOther);  // mrs r0, cpsr
  EXPECT_EQ(classify(0xe321f0d3), kOther);  // msr cpsr_c, #0xd3
  EXPECT_EQ(classify(0xe129f000), kOther);  // msr cpsr_fc, r0
}

TEST(InstructionClass, TellsMultiplications) {
  EXPECT_EQ(classify(0xe0000291), kMultiply);       // mul r0, r1, r2
  EXPECT_EQ(classify(0xe0e10392), kMultiply);       // smlal r0, r1, r2, r3
  EXPECT_EQ(classify(0xe1003281), kMultiply);       // smlabb r0, r1, r2, r3
  EXPECT_EQ(classify(0xe7003211), kMediaMultiply);  // smlad r0, r1, r2, r3
  EXPECT_EQ(classify(0xe750f211), kMediaMultiply);  // smmul r0, r1, r2
}

TEST(InstructionClass, TellsMedia) {
  EXPECT_EQ(classify(0xe6cf0071), kMedia);  // uxtb16 r0, r1
  EXPECT_EQ(classify(0xe6bf0f31), kMedia);  // rev r0, r1
  EXPECT_EQ(classify(0xe6510f92), kMedia);  // uadd8 r0, r1, r2
  EXPECT_EQ(classify(0xe6810fb2), kMedia);  // sel r0, r1, r2
  EXPECT_EQ(classify(0xe780f211), kMedia);  // usad8 r0, r1, r2
}

TEST(InstructionClass, TellsLoadsAndStores) {
  EXPECT_EQ(classify(0xe5910004), kLoad);           // ldr r0, [r1, #4]
  EXPECT_EQ(classify(0xe7910102), kLoad);           // ldr r0, [r1, r2, lsl #2]
  EXPECT_EQ(classify(0xe7c10002), kStore);          // strb r0, [r1, r2]
  EXPECT_EQ(classify(0xe1d100d1), kLoad);           // ldrsb r0, [r1, #1]
  EXPECT_EQ(classify(0xe1d100f2), kLoad);           // ldrsh r0, [r1, #2]
  EXPECT_EQ(classify(0xe1c120f8), kStore);          // strd r2, r3, [r1, #8]
  EXPECT_EQ(classify(0xe1c120d8), kLoad);           // ldrd r2, r3, [r1, #8]
  EXPECT_EQ(classify(0xe1910f9f), kLoad);           // ldrex r0, [r1]
  EXPECT_EQ(classify(0xe1820f91), kStore);          // strex r0, r1, [r2]
  EXPECT_EQ(classify(0xe1020091), kLoad);           // swp r0, r1, [r2]
  EXPECT_EQ(classify(0xe8bd8010), kLoadMultiple);   // pop {r4, pc}
  EXPECT_EQ(classify(0xe92d4010), kStoreMultiple);  // push {r4, lr}
  EXPECT_EQ(classify(0xf5d1f000), kOther);          // pld [r1]
}

TEST(InstructionClass, TellsBranches) {
  EXPECT_EQ(classify(0xeafffffe), kBranch);  // b .
  EXPECT_EQ(classify(0xebfffffe), kBranch);  // bl .
  EXPECT_EQ(classify(0xe12fff1e), kBranch);  // bx lr
  EXPECT_EQ(classify(0xe12fff33), kBranch);  // blx r3
  EXPECT_EQ(classify(0xfafffffe), kBranch);  // blx .
  EXPECT_EQ(classify(0xe1a0f00e), kBranch);  // mov pc, lr
  EXPECT_EQ(classify(0xe08ff103), kBranch);  // add pc, pc, r3, lsl #2
}

TEST(InstructionClass, TellsVfpAndCp15) {
  EXPECT_EQ(classify(0xee300a20), kVfpArithmetic);  // vadd.f32 s0, s0, s1
  EXPECT_EQ(classify(0xee000a81), kVfpArithmetic);  // vmla.f32 s0, s1, s2
  EXPECT_EQ(classify(0xeeb80ac0), kVfpArithmetic);  // vcvt.f32.s32 s0, s0
  EXPECT_EQ(classify(0xee100a10), kVfpMove);        // vmov r0, s0
  EXPECT_EQ(classify(0xec410b10), kVfpMove);        // vmov d0, r0, r1
  EXPECT_EQ(classify(0xeef1fa10), kVfpMove);        // vmrs APSR_nzcv, fpscr
  EXPECT_EQ(classify(0xed900a01), kVfpLoad);        // vldr s0, [r0, #4]
  EXPECT_EQ(classify(0xecb00a08), kVfpLoad);        // vldmia r0!, {s0-s7}
  EXPECT_EQ(classify(0xed2d8b02), kVfpStore);       // vpush {d8}
  EXPECT_EQ(classify(0xee070f9a), kCp15);           // mcr p15, 0, r0, c7, c10, 4
  EXPECT_EQ(classify(0xec410f06), kCp15);           // mcrr p15, 0, r0, r1, c6
  EXPECT_EQ(classify(0xef000000), kOther);          // svc 0
}

TEST(InstructionClass, HasANameForEach) {
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    EXPECT_FALSE(name_of(static_cast<InstructionClass>(i)).empty());
  }
}

}  // namespace
}  // namespace pi0
