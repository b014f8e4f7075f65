// The kernels' loops over rows of one width after the other; the board switches itself off. What
// passes between rows::begun and rows::passed is counted by libpi0_cycles.so.
#include "base/check.h"
#include "kernel/board/board.h"
#include "llama/kernels/kernels.h"
#include "tests/bench/rows/shapes.h"

namespace rows {

[[gnu::noipa]] void begun() {}
[[gnu::noipa]] void passed() {}

namespace {

alignas(32) std::array<float, 11008> values;
alignas(32) std::array<std::byte, llama::prepared_bytes(1, 11008)> prepared;
std::array<float, kMostRowsOfChunk> out;

void multiply(llama::WeightType type, uint32_t width, std::span<const std::byte> memory) {
  const llama::Columns column{1, width, std::span(values).first(width), prepared};
  llama::prepare_columns(type, column);
  const uint32_t rows = rows_of_chunk(type, width);
  CHECK(rows <= out.size());
  const auto bytes =
      static_cast<size_t>(llama::row_group_bytes(type, width)) * (rows / llama::kRowsPerGroup);
  for (uint32_t chunk = 0; chunk <= kChunks; ++chunk) {
    // The first brings the code and the column into the caches.
    if (chunk == 1) begun();
    llama::multiply_rows(type, memory.subspan(chunk * kChunkBytes, bytes), rows, column, out.data(),
                         rows);
  }
  passed();
}

}  // namespace
}  // namespace rows

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  const std::span<std::byte> free = board.free_memory();
  const size_t skew = reinterpret_cast<uintptr_t>(free.data()) % 32;
  const std::span<std::byte> memory =
      free.subspan(skew == 0 ? 0 : 32 - skew, (rows::kChunks + 1) * rows::kChunkBytes);
  for (size_t i = 0; i < rows::values.size(); ++i) {
    rows::values[i] = static_cast<float>(i % 255) - 127;
  }
  for (const llama::WeightType type : rows::kTypes) {
    for (const uint32_t width : rows::kWidths) rows::multiply(type, width, memory);
  }
  board.power_off();
  while (true) {
  }
}
