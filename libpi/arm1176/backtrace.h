// Who called whom, from the frame pointers that gcc keeps in ARM mode with -fno-omit-frame-pointer:
//   push {..., fp, lr}; add fp, sp, #...   [fp] is the return address, [fp - 4] the caller's fp
//   push {fp};          add fp, sp, #0     in functions that call nothing: [fp] is the caller's fp
// Nothing is read but the stacks, so a broken chain ends the walk and does no harm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::arm1176 {

// Words of memory, and the address of the first.
struct MemoryWindow {
  uint32_t address;
  std::span<const uint32_t> words;
};

struct CodeRange {
  uint32_t begin;
  uint32_t end;
};

struct Registers {
  uint32_t pc;
  uint32_t lr;
  uint32_t fp;
};

// Writes pc and then return addresses, the innermost first, as many as fit; returns how many.
size_t backtrace(const Registers& registers, std::span<const MemoryWindow> stacks, CodeRange code,
                 std::span<uint32_t> out);

}  // namespace pi::arm1176
