#include "libpi/arm1176/backtrace.h"

#include <optional>

namespace pi::arm1176 {
namespace {

std::optional<uint32_t> read_word(std::span<const MemoryWindow> stacks, uint32_t address) {
  if (address % sizeof(uint32_t) != 0) return std::nullopt;
  for (const MemoryWindow& stack : stacks) {
    if (address < stack.address) continue;
    const size_t index = (address - stack.address) / sizeof(uint32_t);
    if (index < stack.words.size()) return stack.words[index];
  }
  return std::nullopt;
}

}  // namespace

size_t backtrace(const Registers& registers, std::span<const MemoryWindow> stacks, CodeRange code,
                 std::span<uint32_t> out) {
  size_t count = 0;
  const auto add = [&](uint32_t address) {
    if (count < out.size()) out[count++] = address;
  };
  const auto is_code = [&](uint32_t value) { return value >= code.begin && value < code.end; };

  add(registers.pc);
  // After a jump to where no code is, the frame is still that of the function that jumped.
  if (!is_code(registers.pc) && is_code(registers.lr)) add(registers.lr);
  uint32_t fp = registers.fp;
  bool innermost = true;
  while (count < out.size()) {
    const std::optional<uint32_t> top = read_word(stacks, fp);
    if (!top) break;
    uint32_t next;
    if (is_code(*top)) {
      const std::optional<uint32_t> saved = read_word(stacks, fp - 4);
      add(*top);
      if (!saved) break;
      next = *saved;
    } else if (innermost && is_code(registers.lr)) {
      // A function that calls nothing keeps its return address in lr; stacks hold no code, so what
      // [fp] is cannot be mistaken.
      add(registers.lr);
      next = *top;
    } else {
      break;
    }
    if (next == fp) break;
    fp = next;
    innermost = false;
  }
  return count;
}

}  // namespace pi::arm1176
