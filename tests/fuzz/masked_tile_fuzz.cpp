// Any bytes as a tile of masked rows: refused, or nothing outside of them is read, and what the
// fast loops compute is what the definition says.
//
// The first four bytes are type, rows, columns and whether the head is mended first, as an attacker
// would do, so that forms and masks are what is looked at.
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "llama/kernels/fp_mode.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/masked_rows.h"

namespace {

using llama::WeightTraits;

constexpr size_t kChoices = 4;
constexpr uint32_t kColumnCount = 2;

// The head that rows, columns and forms ask for.
void mend_head(const WeightTraits& traits, uint32_t rows, uint32_t columns,
               std::span<std::byte> tile) {
  const uint32_t blocks =
      base::divide_up(rows, llama::kRowsPerGroup) * llama::column_groups(columns);
  const auto head_bytes = static_cast<size_t>(llama::masked_head_bytes(blocks));
  if (tile.size() < head_bytes) return;
  llama::MaskedPlace place = llama::first_place(tile);
  uint32_t masked = 0;
  for (; place.block < blocks; ++place.block) masked += place.is_masked() ? 1 : 0;
  for (uint64_t i = blocks; i < (head_bytes - sizeof(llama::MaskedHead)) * 8; ++i) {
    tile[sizeof(llama::MaskedHead) + static_cast<size_t>(i / 8)] &= ~(std::byte{1} << i % 8);
  }
  const llama::MaskedHead head{
      blocks, static_cast<uint32_t>(head_bytes + masked * sizeof(llama::MaskedBlock) +
                                    (blocks - masked) * traits.largest_block_bytes)};
  std::memcpy(tile.data(), &head, sizeof head);
}

void read_all(const WeightTraits& traits, std::span<const std::byte> tile, uint32_t rows,
              uint32_t columns) {
  std::vector<float> row(columns);
  std::vector<llama::WeightGroup> groups(llama::column_groups(columns));
  for (uint32_t i = 0; i < rows; ++i) {
    traits.unpack_row(tile, i, row);
    traits.unpack_groups(tile, i, groups);
  }
  std::vector<float> values(size_t{kColumnCount} * columns);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) - 8;
  std::vector<std::byte> prepared(llama::prepared_bytes(kColumnCount, columns)),
      defined(prepared.size());
  const llama::Columns fast{kColumnCount, columns, values, prepared};
  const llama::Columns reference{kColumnCount, columns, values, defined};
  llama::prepare_columns(traits.type, fast);
  llama::reference::prepare_columns(traits.type, reference);
  std::vector<float> out(size_t{kColumnCount} * rows), expected(out.size());
  llama::multiply_rows(traits.type, tile, rows, fast, out.data(), rows);
  llama::reference::multiply_rows(traits.type, tile, rows, reference, expected.data(), rows);
  for (size_t i = 0; i < out.size(); ++i) {
    CHECK(std::bit_cast<uint32_t>(out[i]) == std::bit_cast<uint32_t>(expected[i]) ||
          (std::isnan(out[i]) && std::isnan(expected[i])));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < kChoices) return 0;
  llama::enter_flush_to_zero();
  const WeightTraits& traits = llama::traits_of(data[0] % 2 == 0 ? llama::WeightType::kQ8_0Masked
                                                                 : llama::WeightType::kQ4_0Masked);
  const uint32_t rows = 1 + data[1] % 20;
  const uint32_t columns = 1 + data[2] * 9;
  // Of its own, so that each byte that is read beyond it is noticed; aligned as tiles are.
  const size_t words = (size - kChoices) / sizeof(uint64_t);
  const auto memory = std::make_unique<uint64_t[]>(words);
  const auto tile = std::as_writable_bytes(std::span(memory.get(), words));
  std::memcpy(tile.data(), data + kChoices, tile.size());
  if (data[3] % 2 == 0) mend_head(traits, rows, columns, tile);
  if (traits.holds_rows(tile, rows, columns)) read_all(traits, tile, rows, columns);
  return 0;
}
