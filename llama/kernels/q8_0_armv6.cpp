// q8_0 on the ARM1176. The loops (q8_0_armv6.S) take a packed word of weights as two halfwords and
// multiply each by one SMLAD with a pair of activations; the excess of that product is taken
// away again by the next one.
//
// A word's halves are 256 b1 + u0 and 256 b3 + u2, where b is a weight and u = b + 128 (the even
// columns are stored so). With (x1, x3) for the halves and (256 x0 - x1, 256 x2 - x3) for the bytes
// that UXTB16 leaves, u0 and u2, the sum is
//   (256 b1 + u0) x1 + u0 (256 x0 - x1) + ... = 256 (b1 x1 + u0 x0 + b3 x3 + u2 x2),
// and a *bias* of -128 * 256 * (x0 + x2) makes b of u.
//
// All operands fit 16 bits since |x| <= 127; sums wrap around on the way, and end within 32 bits.
#include "llama/kernels/groups_armv6.h"
#include "llama/kernels/q8_0.h"

extern "C" {
void armv6_multiply_q8_1(const llama::RowsWork* work);
void armv6_multiply_q8_4(const llama::RowsWork* work);
int32_t armv6_write_pairs_q8(const uint32_t* words, uint32_t* pairs, size_t step);
void armv6_unmask_q8(llama::MaskedPlace* place, uint32_t count, std::byte* dense);
}

namespace llama::q8_0 {
namespace {

static_assert(sizeof(Block) == Q8_0_BLOCK_BYTES && offsetof(Block, words) == SCALES_BYTES);

constexpr armv6::GroupLoops kLoops = {.multiply_1 = armv6_multiply_q8_1,
                                      .multiply_4 = armv6_multiply_q8_4,
                                      .write_pairs = armv6_write_pairs_q8,
                                      .block_bytes = sizeof(Block),
                                      .activation_factor = Rows::kActivationFactor};

using Kernel = armv6::GroupKernel<Rows, kLoops, armv6_unmask_q8>;

}  // namespace

constexpr RowsKernel kFast = Kernel::kKernel;
constexpr RowsKernel kFastMasked = Kernel::kMaskedKernel;

void multiply_blocks(std::span<const std::byte> packed, const BlockLayout& layout, uint32_t rows,
                     const Columns& columns, float* out, size_t out_stride, Largest* largest) {
  armv6::multiply_blocks(kLoops, packed, layout, rows, columns, out, out_stride, largest);
}

}  // namespace llama::q8_0
