// The kernels' loops over rows of one width after the other; the board switches itself off. What
// passes between rows::begun and rows::passed is counted by libpi0_cycles.so.
#include <algorithm>

#include "base/check.h"
#include "kernel/board/board.h"
#include "llama/kernels/kernels.h"
#include "tests/bench/rows/shapes.h"

namespace rows {

[[gnu::noipa]] void begun() {}
[[gnu::noipa]] void passed() {}

namespace {

constexpr size_t kBytes = (kChunks + 1) * kChunkBytes;
constexpr size_t kGroupBytes = 2 * kChunkBytes;  // of a chunk's rows that are not packed yet

alignas(32) std::array<float, 11008> values;
alignas(32) std::array<std::byte, llama::prepared_bytes(1, 11008)> prepared;
std::array<float, kMostRowsOfChunk> out;

// A chunk of pruned rows, each time the same ones.
void prune(const Kind& kind, uint32_t width, std::span<std::byte> chunks) {
  const llama::WeightTraits& traits = llama::traits_of(kind.type);
  const std::span groups(reinterpret_cast<llama::WeightGroup*>(chunks.data() + kBytes),
                         size_t{rows_of_chunk(kind.type, width)} * llama::column_groups(width));
  CHECK(kBytes + groups.size_bytes() <= chunks.size());
  uint32_t state = 2463534242;
  for (llama::WeightGroup& group : groups) {
    group.half_scale = 0x1c00;
    for (int8_t& weight : group.weights) {
      // xorshift32 (Marsaglia 2003).
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      weight = static_cast<int8_t>(state / 16 % 100 < kind.pruned ? 0 : state % 7 + 1);
    }
  }
  for (uint32_t chunk = 0; chunk <= kChunks; ++chunk) {
    const auto target = chunks.subspan(chunk * kChunkBytes, kChunkBytes);
    if (chunk == 0) CHECK(traits.pack_groups(groups, width, target));
    if (chunk > 0) std::ranges::copy(chunks.first(kChunkBytes), target.begin());
  }
}

void multiply(const Kind& kind, uint32_t width, std::span<std::byte> chunks) {
  const llama::WeightType type = kind.type;
  if (kind.pruned > 0) prune(kind, width, chunks);
  const llama::Columns column{1, width, std::span(values).first(width), prepared};
  llama::prepare_columns(type, column);
  const uint32_t rows = rows_of_chunk(type, width);
  CHECK(rows <= out.size());
  const auto bytes = static_cast<size_t>(llama::traits_of(type).packed_bytes(rows, width).most);
  for (uint32_t chunk = 0; chunk <= kChunks; ++chunk) {
    // The first brings the code and the column into the caches.
    if (chunk == 1) begun();
    llama::multiply_rows(type, chunks.subspan(chunk * kChunkBytes, bytes), rows, column, out.data(),
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
      free.subspan(skew == 0 ? 0 : 32 - skew, rows::kBytes + rows::kGroupBytes);
  for (size_t i = 0; i < rows::values.size(); ++i) {
    rows::values[i] = static_cast<float>(i % 255) - 127;
  }
  for (const rows::Kind& kind : rows::kKinds) {
    for (const uint32_t width : rows::kWidths) {
      if (kind.has_width(width)) rows::multiply(kind, width, memory);
    }
  }
  board.power_off();
  while (true) {
  }
}
