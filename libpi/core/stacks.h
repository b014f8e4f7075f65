// The stacks, and how much of them was ever used: start-up paints them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace pi::core {

// What an unused word of a stack holds.
inline constexpr uint32_t kStackPaint = 0x5ac35ac3;

struct Stack {
  std::string_view name;
  std::span<const uint32_t> words;  // from the lowest address up

  uint32_t size_bytes() const { return static_cast<uint32_t>(words.size_bytes()); }
  // What was ever written, from the top down. Reads all of the unused part.
  uint32_t high_water_bytes() const;
};

inline constexpr int kStacks = 3;
Stack main_stack();
Stack interrupt_stack();
Stack fault_stack();

}  // namespace pi::core
