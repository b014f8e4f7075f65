// The plain model on the board: one token of each shape in the middle of a context of 256, with
// weights that are pseudo-random. `plain::forward` and `plain::passed` frame what is counted.
#include <array>
#include <cstdint>
#include <span>

#include "base/format.h"
#include "kernel/board/board.h"
#include "tests/bench/plain/fill.h"
#include "tests/bench/plain/plain_int8.h"

namespace plain {

[[gnu::noinline]] void passed(base::TextSink& out, uint32_t token) {
  base::print(out, "token {}\n", token);
}

}  // namespace plain

namespace {

// tests/bench/plain_bench.cpp counts on their order.
constexpr std::array<plain::Shape, 3> kShapes = {{
    {288, 768, 6, 6, 6, 32000, 256},      // stories15M
    {768, 2048, 12, 12, 12, 32000, 256},  // stories110M
    {576, 1536, 30, 9, 3, 49152, 256},    // SmolLM2-135M
}};
constexpr uint32_t kPosition = 128;

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  const std::span<std::byte> free = board.free_memory();
  const size_t skew = reinterpret_cast<uintptr_t>(free.data()) % 32;
  const std::span<std::byte> aligned = free.subspan(skew == 0 ? 0 : 32 - skew);
  for (const plain::Shape& shape : kShapes) {
    const std::span<std::byte> memory = aligned.first(plain::bytes_needed(shape));
    plain::fill(memory);
    plain::passed(board.serial(), plain::forward(shape, memory, 1, kPosition));
  }
  board.power_off();
  while (true) {
  }
}
