// q4_0 on the ARM1176. The loops (q4_0_armv6.S) take a packed word of weights as two halfwords and
// multiply each by one SMLAD with a pair of activations; the excess of that product is taken
// away again by the next ones.
//
// A half is 4096 s3 + 256 u2 + 16 u1 + u0, where s is a weight and u = s + 8. With
//   x3             for the half,
//   16 x2 - x3     for 256 u2 (one AND),
//   256 x1 - x3    for 16 u1 + u0 (one UXTB16),
//   16 x0 - x1     for 256 u0 (one AND of the word shifted)
// the sum is 4096 (s3 x3 + u2 x2 + u1 x1 + u0 x0), and the bias -8 * 4096 * (x2 + x1 + x0).
//
// All operands fit 16 bits since |x| <= 127; sums wrap around on the way, and end within 32 bits.
#include "llama/kernels/groups_armv6.h"
#include "llama/kernels/q4_0.h"

extern "C" {
void armv6_multiply_q4_1(const llama::RowsWork* work);
void armv6_multiply_q4_4(const llama::RowsWork* work);
int32_t armv6_write_pairs_q4(const uint32_t* words, uint32_t* pairs, size_t step);
void armv6_unmask_q4(llama::MaskedPlace* place, uint32_t count, std::byte* dense);
}

namespace llama::q4_0 {
namespace {

static_assert(sizeof(Block) == Q4_0_BLOCK_BYTES && offsetof(Block, words) == SCALES_BYTES);

constexpr armv6::GroupLoops kLoops = {.multiply_1 = armv6_multiply_q4_1,
                                      .multiply_4 = armv6_multiply_q4_4,
                                      .write_pairs = armv6_write_pairs_q4,
                                      .block_bytes = sizeof(Block),
                                      .activation_factor = Rows::kActivationFactor};

void prepare_columns(const Columns& columns) { armv6::prepare_columns(kLoops, columns); }

void multiply_rows(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                   float* out, size_t out_stride, Largest* largest) {
  armv6::multiply_blocks(kLoops, packed, Rows::layout(columns.width), rows, columns, out,
                         out_stride, largest);
}

void multiply_part(std::span<const std::byte> blocks, uint32_t rows, const Columns& columns,
                   const ColumnPart& part, float* out, size_t out_stride) {
  armv6::multiply_part(kLoops, blocks, rows, columns, part, out, out_stride);
}

void unmask(MaskedPlace& place, uint32_t count, std::byte* dense) {
  armv6_unmask_q4(&place, count, dense);
}

constexpr UnmaskedLoops kUnmasked = {sizeof(Block), unmask, multiply_part};

void multiply_masked(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                     float* out, size_t out_stride, Largest* largest) {
  multiply_masked_rows(kUnmasked, packed, rows, columns, out, out_stride, largest);
}

}  // namespace

constexpr RowsKernel kFast = {prepare_columns, multiply_rows};
constexpr RowsKernel kFastMasked = {prepare_columns, multiply_masked};

}  // namespace llama::q4_0
