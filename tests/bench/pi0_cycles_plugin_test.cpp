// The plugin against a program whose every instruction is known.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <filesystem>

#include "base/bytes.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/bench/guest_counter.h"

namespace bench {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

// A loop that is run 100 times, some VFP, and power off.
constexpr auto kProgram = std::to_array<uint32_t>({
    0xe3a00064,  // mov r0, #100
    0xe3a01801,  // mov r1, #0x10000
    0xe891003c,  // ldm r1, {r2, r3, r4, r5}     <- loop
    0xe68f6072,  // sxtb16 r6, r2
    0xe7077316,  // smlad r7, r6, r3, r7
    0xe0288392,  // mla r8, r2, r3, r8
    0xe1c1a0d0,  // ldrd r10, r11, [r1]
    0xe1c171b0,  // strh r7, [r1, #16]
    0xe881000c,  // stm r1, {r2, r3}
    0xf5d1f040,  // pld [r1, #64]
    0xe2500001,  // subs r0, r0, #1
    0x02899001,  // addeq r9, r9, #1             done once, counted each time
    0x1afffff4,  // bne loop
    0xe3a0260f,  // mov r2, #0xf00000
    0xee012f50,  // mcr p15, 0, r2, c1, c0, 2    access to the VFP
    0xe3a02101,  // mov r2, #0x40000000
    0xeee82a10,  // vmsr fpexc, r2
    0xed910b00,  // vldr d0, [r1]
    0xee301a20,  // vadd.f32 s2, s0, s1
    0xee113a10,  // vmov r3, s2
    0xed811a00,  // vstr s2, [r1]
    0xe3a02202,  // mov r2, #0x20000000
    0xe3822601,  // orr r2, r2, #0x100000        the power manager
    0xe3a0345a,  // mov r3, #0x5a000000
    0xe3834e55,  // orr r4, r3, #0x550
    0xe3844005,  // orr r4, r4, #5
    0xe5824020,  // str r4, [r2, #0x20]          RSTS: "halt"
    0xe3833020,  // orr r3, r3, #0x20
    0xe582301c,  // str r3, [r2, #0x1c]          RSTC: reset; the last that counts
    0xeafffffe,  // b .                          for as long as QEMU needs to notice
});

GuestCounts run_program() {
  const host::TemporaryFolder folder;
  std::string image;
  for (const uint32_t word : kProgram) {
    char bytes[4];
    base::store_le32(std::as_writable_bytes(std::span(bytes)), 0, word);
    image.append(bytes, sizeof bytes);
  }
  host::EmulatorOptions options;
  options.kernel = folder.path() / "program.img";
  host::write_file(options.kernel, image);
  GuestCounter counter;
  counter.plugin = BENCH_PLUGIN;
  return count_guest(options, counter, kPatience).counts();
}

TEST(Pi0CyclesPlugin, CountsEachOneOfAKnownProgram) {
  const GuestCounts counts = run_program();
  EXPECT_EQ(counts.of(InstructionClass::kAlu), 2 + 100 * 2 + 8);
  EXPECT_EQ(counts.of(InstructionClass::kMultiply), 100);
  EXPECT_EQ(counts.of(InstructionClass::kMediaMultiply), 100);
  EXPECT_EQ(counts.of(InstructionClass::kMedia), 100);
  EXPECT_EQ(counts.of(InstructionClass::kLoad), 100);
  EXPECT_EQ(counts.of(InstructionClass::kStore), 100 + 2);
  EXPECT_EQ(counts.of(InstructionClass::kLoadMultiple), 100);
  EXPECT_EQ(counts.of(InstructionClass::kStoreMultiple), 100);
  EXPECT_EQ(counts.of(InstructionClass::kBranch), 100);
  EXPECT_EQ(counts.of(InstructionClass::kVfpArithmetic), 1);
  EXPECT_EQ(counts.of(InstructionClass::kVfpMove), 2);
  EXPECT_EQ(counts.of(InstructionClass::kVfpLoad), 1);
  EXPECT_EQ(counts.of(InstructionClass::kVfpStore), 1);
  EXPECT_EQ(counts.of(InstructionClass::kCp15), 1);
  EXPECT_EQ(counts.of(InstructionClass::kOther), 100);
  // 9 classes a hundred times, ALU, and what comes after the loop: 2 STR, an MCR, 5 of the VFP.
  EXPECT_EQ(counts.instructions, 900 + 210 + 8);
}

TEST(Pi0CyclesPlugin, CountsWhatIsLoadedAndStored) {
  const GuestCounts counts = run_program();
  // LDM 4 words, LDRD 2; VLDR 8 bytes at once.
  EXPECT_EQ(counts.loads, 100 * (4 + 2) + 1);
  EXPECT_EQ(counts.load_bytes, 100 * (16 + 8) + 8);
  // STRH, STM 2 words; VSTR, and two STR to the power manager.
  EXPECT_EQ(counts.stores, 100 * (1 + 2) + 1 + 2);
  EXPECT_EQ(counts.store_bytes, 100 * (2 + 8) + 4 + 8);
}

TEST(Pi0CyclesPlugin, CountsTheSameInEachRun) { EXPECT_EQ(run_program(), run_program()); }

TEST(Pi0CyclesPlugin, SaysWhenItCannotWrite) {
  const host::TemporaryFolder folder;
  host::EmulatorOptions options;
  options.kernel = folder.path() / "program.img";
  host::write_file(options.kernel, std::string(64, '\1'));
  options.extra_arguments = {"-plugin", BENCH_PLUGIN ",out=" + folder.path().string() + "/no/file"};
  host::Emulator machine(options);
  while (machine.is_running()) machine.read(kPatience);
  EXPECT_EQ(machine.exit_code(), 1);
  EXPECT_NE(machine.qemu_messages().find("cannot write to"), std::string::npos);
}

}  // namespace
}  // namespace bench
