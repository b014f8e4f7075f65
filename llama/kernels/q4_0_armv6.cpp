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

using Kernel = armv6::GroupKernel<Rows, kLoops, armv6_unmask_q4>;

}  // namespace

constexpr RowsKernel kFast = Kernel::kKernel;
constexpr RowsKernel kFastMasked = Kernel::kMaskedKernel;

}  // namespace llama::q4_0
