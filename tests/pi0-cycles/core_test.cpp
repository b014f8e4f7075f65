// The examples and tables of the ARM1176JZF-S Technical Reference Manual, chapters 16 and 21.
#include "tests/pi0-cycles/core.h"

#include <gtest/gtest.h>

#include "tests/pi0-cycles/program.h"

namespace pi0 {
namespace {

constexpr uint32_t kData = 0x100000;  // where the data lie
constexpr uint32_t kAddR6R5R4 = 0xe0856004, kAddR6R5R1 = 0xe0856001, kAddR9R9R1 = 0xe0899001;
constexpr uint32_t kAddR9R9R3 = 0xe0899003, kAddR9R9R8 = 0xe0899008;
constexpr uint32_t kLdrR1R2 = 0xe5921000, kLdrR5R1 = 0xe5915000, kStrR1R2 = 0xe5821000;
constexpr uint32_t kMovR9R9 = 0xe1a09009;

uint64_t cycles(const std::vector<Step>& steps) { return Program().cycles(steps); }

TEST(Core, IssuesOneInstructionACycleWithoutDependencies) {
  EXPECT_EQ(cycles({loads(kLdrR1R2, kData, 4), {kAddR6R5R4}}), 2);  // TRM table 16-3, here and on
}

TEST(Core, ForwardsAResultToTheNextInstruction) {
  constexpr uint32_t kAddR1R2R3 = 0xe0821003, kAddR9R6R1 = 0xe0869001;
  EXPECT_EQ(cycles({{kAddR1R2R3}, {kAddR9R6R1}}), 2);
}

TEST(Core, WaitsForALoad) { EXPECT_EQ(cycles({loads(kLdrR1R2, kData, 4), {kAddR6R5R1}}), 4); }

TEST(Core, NeedsAnAddressACycleEarly) {
  constexpr uint32_t kAddR1R5R6 = 0xe0851006, kLdrR2R1 = 0xe5912000;
  EXPECT_EQ(cycles({{kAddR1R5R6}, loads(kLdrR2R1, kData, 4)}), 3);
  EXPECT_EQ(cycles({loads(kLdrR1R2, kData, 4), loads(kLdrR5R1, kData, 4)}), 5);
}

TEST(Core, HasAnUpdatedBaseReadyForTheNextAddress) {
  constexpr uint32_t kLdrR5R2Post = 0xe4925004, kLdrR6R2Post = 0xe4926004;  // TRM 16.11
  EXPECT_EQ(cycles({loads(kLdrR5R2Post, kData, 4), loads(kLdrR6R2Post, kData, 4)}), 2);
}

TEST(Core, StoresWhatIsLoadedWithoutWaitingAsLong) {
  // The value is a Late Reg: a latency of 3, less one.
  EXPECT_EQ(cycles({loads(kLdrR1R2, kData, 4), stores(kStrR1R2, kData, 4)}), 3);
}

TEST(Core, NeedsShiftedOperandsACycleEarly) {
  constexpr uint32_t kAddR3R1R1 = 0xe0813001, kAddLsl = 0xe0821083, kAddLslR4 = 0xe0821413;
  EXPECT_EQ(cycles({{kAddR3R1R1}, {kAddLsl}}), 3);
  EXPECT_EQ(cycles({{kAddLslR4}}), 2);  // by a register: two cycles
}

TEST(Core, SumsDifferencesAsInTable16_9) {
  constexpr uint32_t kUsad8 = 0xe781f312, kUsada8 = 0xe7811514;
  EXPECT_EQ(cycles({{kUsad8}, {kAddR6R5R1}}), 4);
  EXPECT_EQ(cycles({{kUsad8}, {kMovR9R9}, {kMovR9R9}, {kAddR6R5R1}}), 4);
  EXPECT_EQ(cycles({{kUsad8}, {kUsada8}}), 3);
}

// Of chains each link is as long as the latency, one more for an early operand, one less for an
// accumulator; and never shorter than the issue cycles.
TEST(Core, MultipliesInChainsAsLongAsTheLatencies) {
  constexpr uint32_t kMul = 0xe0010192;          // mul r1, r2, r1: 4, and 1 for the early operand
  constexpr uint32_t kMlaSum = 0xe0211392;       // mla r1, r2, r3, r1: 4, less 1
  constexpr uint32_t kSmladSum = 0xe7000211;     // smlad r0, r1, r2, r0: 3, less 1
  constexpr uint32_t kSmladFactor = 0xe7013112;  // smlad r1, r2, r1, r3: 3, and 1
  constexpr uint32_t kSmlawbSum = 0xe1211382;    // smlawb r1, r2, r3, r1: 3, less 1
  EXPECT_EQ(cycles(times(8, {{kMul}})), 7 * 5 + 2);
  EXPECT_EQ(cycles(times(8, {{kMlaSum}})), 7 * 3 + 2);
  EXPECT_EQ(cycles(times(8, {{kSmladSum}})), 7 * 2 + 1);
  EXPECT_EQ(cycles(times(8, {{kSmladFactor}})), 7 * 4 + 1);
  EXPECT_EQ(cycles(times(8, {{kSmlawbSum}})), 7 * 2 + 1);
}

TEST(Core, MultipliesEachCycleIntoSeveralSums) {
  const std::vector<Step> four = {{0xe7000211}, {0xe7033211}, {0xe7044211}, {0xe7066211}};
  EXPECT_EQ(cycles(times(4, four)), 16);
}

TEST(Core, TakesSeveralCyclesForLongProducts) {
  constexpr uint32_t kSmull = 0xe0c10392;  // smull r0, r1, r2, r3
  EXPECT_EQ(cycles({{kSmull}}), 3);
  EXPECT_EQ(cycles({{kSmull}, {kAddR6R5R1}}), 6);  // RdHi: a latency of 5
}

TEST(Core, HasAnExtractReadyForAMultiplicationAfterACycle) {
  constexpr uint32_t kSxtb16 = 0xe68f1072, kSmlad = 0xe7055411;  // r1 to smlad r5, r1, r4, r5
  EXPECT_EQ(cycles({{kSxtb16}, {kSmlad}}), 3);
  EXPECT_EQ(cycles({{kSxtb16}, {kAddR6R5R1}}), 2);
}

TEST(Core, SaturatesInTwoCycles) {
  constexpr uint32_t kQadd = 0xe1031052, kSsat = 0xe6a71012;  // into r1
  EXPECT_EQ(cycles({{kQadd}, {kAddR6R5R1}}), 3);
  EXPECT_EQ(cycles({{kSsat}, {kAddR6R5R1}}), 3);
}

TEST(Core, LoadsTwoWordsACycle) {
  constexpr uint32_t kLdm = 0xe89001fe;  // ldm r0, {r1-r8}
  const Step ldm = loads(kLdm, kData, 32);
  EXPECT_EQ(cycles({ldm}), 1);
  EXPECT_EQ(cycles({ldm, {kAddR9R9R1}}), 4);  // the first word: latency 3
  EXPECT_EQ(cycles({ldm, {kAddR9R9R8}}), 7);  // the eighth: 6
  EXPECT_EQ(cycles({ldm, ldm}), 5);           // the unit is taken for four cycles
  EXPECT_EQ(cycles({ldm, loads(0xe8aa0000, kData, 4)}), 5);
}

TEST(Core, LoadsTheFirstWordAloneWhenItLiesOdd) {
  constexpr uint32_t kLdm = 0xe89001fe;
  EXPECT_EQ(cycles({loads(kLdm, kData + 4, 32), {kAddR9R9R1}}), 4);
  EXPECT_EQ(cycles({loads(kLdm, kData + 4, 32), {kAddR9R9R3}}), 5);
}

TEST(Core, LoadsPairsByTheirAlignment) {
  constexpr uint32_t kLdrd = 0xe1c020d0;  // ldrd r2, r3, [r0]
  EXPECT_EQ(cycles({loads(kLdrd, kData, 8), {kAddR9R9R3}}), 4);
  EXPECT_EQ(cycles({loads(kLdrd, kData + 4, 8), {kAddR9R9R3}}), 5);
}

TEST(Core, ComputesNegativeRegisterOffsetsInACycleMore) {
  constexpr uint32_t kLdrbMinus = 0xe7521003;  // ldrb r1, [r2, -r3]
  EXPECT_EQ(cycles({loads(kLdrbMinus, kData, 1)}), 2);
  EXPECT_EQ(cycles({loads(kLdrbMinus, kData, 1), {kAddR6R5R1}}), 5);
}

TEST(Core, ForwardsVfpResultsAfterEightCycles) {
  constexpr uint32_t kFadds = 0xee300a80;  // s0 = s1 + s0: TRM example 21-1 stalls for seven
  constexpr uint32_t kFmacs = 0xee000a81;  // s0 += s1 * s2
  constexpr uint32_t kFmuld = 0xee200b01;  // d0 = d0 * d1
  constexpr uint32_t kFdivs = 0xee800a20;  // s0 = s0 / s1
  EXPECT_EQ(cycles(times(5, {{kFadds}})), 4 * 8 + 1);
  EXPECT_EQ(cycles(times(5, {{kFmacs}})), 4 * 8 + 1);
  EXPECT_EQ(cycles(times(5, {{kFmuld}})), 4 * 9 + 1);
  EXPECT_EQ(cycles(times(5, {{kFdivs}})), 4 * 19 + 1);
}

TEST(Core, StartsAVfpInstructionEachCycleButForDoubleProductsAndDivisions) {
  constexpr uint32_t kFmacs0 = 0xee000a81, kFmacs4 = 0xee002a81;
  constexpr uint32_t kFmuld2 = 0xee202b01, kFmuld3 = 0xee203b01;
  constexpr uint32_t kFdivs0 = 0xee800a20, kFdivs3 = 0xeec21a22;
  EXPECT_EQ(cycles({{kFmacs0}, {kFmacs4}}), 2);
  EXPECT_EQ(cycles({{kFmuld2}, {kFmuld3}}), 3);
  EXPECT_EQ(cycles({{kFdivs0}, {kFdivs3}}), 16);
}

TEST(Core, ForwardsNoVfpResultToStoresAndCoreRegisters) {
  constexpr uint32_t kFadds = 0xee300a80, kFsts = 0xed800a00, kFmrs = 0xee101a10;
  EXPECT_EQ(cycles({{kFadds}, stores(kFsts, kData, 4)}), 10);
  EXPECT_EQ(cycles({{kFadds}, {kFmrs}}), 10);
}

TEST(Core, LoadsVfpRegistersInFourCycles) {
  constexpr uint32_t kFlds = 0xed900a00, kFldm = 0xec900a08, kFadds = 0xee300a80;
  EXPECT_EQ(cycles({loads(kFlds, kData, 4), {kFadds}}), 5);
  EXPECT_EQ(cycles({loads(kFldm, kData, 32), loads(0xe8aa0000, kData, 4)}), 5);  // 8 words: 4
}

TEST(Core, WaitsForAComparisonOfVfp) {
  constexpr uint32_t kFcmps = 0xeeb40a60, kFmstat = 0xeef1fa10, kAddne = 0x12811001;
  // 4 to the comparison's flags, not forwarded, 2 until the core has them.
  EXPECT_EQ(cycles({{kFcmps}, {kFmstat}, {kAddne}}), 5 + 2 + 1);
}

// From LEN = 4 back to scalars.
std::vector<Step> with_vectors(const std::vector<Step>& steps) {
  constexpr uint32_t kOrrLength4 = 0xe3844803, kBicLength = 0xe3c44807, kFmxr = 0xeee14a10;
  std::vector<Step> all = {{kOrrLength4}, {kFmxr}};
  all.insert(all.end(), steps.begin(), steps.end());
  all.push_back({kBicLength});
  all.push_back({kFmxr});  // waits for all results
  return all;
}

TEST(Core, RepeatsVfpInstructionsForTheElementsOfVectors) {
  constexpr uint32_t kFmacs8 = 0xee084a0c;   // s8-s11 += s16-s19 * s24-s27
  constexpr uint32_t kFmacs12 = 0xee086a0c;  // s12-s15 += the same
  constexpr uint32_t kFmacs0 = 0xee080a0c;   // s0 += s16 * s24: the first bank has no vectors
  const uint64_t one = cycles(with_vectors({{kFmacs8}}));
  EXPECT_EQ(cycles(with_vectors({{kFmacs8}, {kFmacs12}})) - one, 4);
  EXPECT_EQ(cycles(with_vectors({{kFmacs8}, {kFmacs8}})) - one,
            8);  // each element waits for its own
  EXPECT_EQ(cycles(with_vectors({{kFmacs0}, {kFmacs12}})) - one, 1);
  EXPECT_EQ(one - cycles(with_vectors({{kFmacs0}})), 3);
}

TEST(Core, KeepsOperandsOfVectorsUntilTheyAreRead) {
  constexpr uint32_t kFmacs8 = 0xee084a0c, kFldm24 = 0xec90ca04;  // s24-s27
  const std::vector<Step> load = {loads(kFldm24, kData, 16)};
  const uint64_t alone = cycles(load);
  const Counters both = Program().run_warm(with_vectors({{kFmacs8}, loads(kFldm24, kData, 16)}));
  EXPECT_GE(both.cycles_by_cause[static_cast<size_t>(Cause::kVfpBusy)], 3u);
  EXPECT_EQ(alone, 1u);
}

TEST(Core, LocksTheWaysThatAProgramLocks) {
  constexpr uint32_t kLdr = 0xe5912000;       // ldr r2, [r1]
  constexpr uint32_t kMvn1 = 0xe3e03001;      // mvn r3, #1: ways 1 to 3
  constexpr uint32_t kMvn15 = 0xe3e0300f;     // mvn r3, #15: none
  constexpr uint32_t kLockdown = 0xee093f10;  // mcr p15, 0, r3, c9, c0, 0
  constexpr uint32_t kWayBytes = 4096;
  const auto misses = [&](uint32_t ways) {
    Program program;
    // Two lines of the same set, in turn: they need two ways.
    std::vector<Step> steps = {{ways}, {kLockdown}};
    for (int i = 0; i < 64; ++i) {
      steps.push_back(loads(kLdr, kData, 4));
      steps.push_back(loads(kLdr, kData + kWayBytes, 4));
    }
    return program.run(steps).data_misses;
  };
  EXPECT_EQ(misses(kMvn1), 128u);
  EXPECT_LT(misses(kMvn15), 32u);
  // A value that is not known: counted, and without effect.
  Program program;
  EXPECT_EQ(program.run({{kLockdown}}).unknown_preloads, 1u);
}

TEST(Core, EmptiesALineBySetAndWay) {
  constexpr uint32_t kLdr = 0xe5912000;   // ldr r2, [r1]
  constexpr uint32_t kAnd = 0xe2014efe;   // and r4, r1, #0xfe0: the set of r1's line, in way 0
  constexpr uint32_t kMcr = 0xee074f5e;   // mcr p15, 0, r4, c7, c14, 2
  constexpr uint32_t kLock = 0xee093f10;  // mcr p15, 0, r3, c9, c0, 0
  const auto misses = [&](uint32_t ways) {
    Program program;
    return program
        .run({{ways}, {kLock}, loads(kLdr, kData, 4), {kAnd}, {kMcr}, loads(kLdr, kData, 4)})
        .data_misses;
  };
  EXPECT_EQ(misses(0xe3a0300e), 2u) << "mov r3, #14: way 0 is the one that is filled";
  EXPECT_EQ(misses(0xe3a03001), 1u) << "mov r3, #1: the line is in another way";
}

}  // namespace
}  // namespace pi0
