// A half of a word is 4096 s3 + 256 u2 + 16 u1 + u0, where s is a weight and u = s + 8. Shifted by
// 12 it is s3; by 8, 4 and 0, and masked, the others.
#include "llama/kernels/groups_host.h"
#include "llama/kernels/q4_0.h"

namespace llama::q4_0 {
namespace {

using namespace host_loops;

struct Kernel {
  using Format = q4_0::Format;
  using Rows = q4_0::Rows;
  static constexpr int32_t kDotFactor = Format::kDotFactor;
  static constexpr uint32_t kColumnsOfWord = 8;
  static constexpr uint8_t kPairs[4][2] = {{3, 7}, {2, 6}, {1, 5}, {0, 4}};
  static constexpr uint32_t kOffsetFrom = 1;
  static constexpr int32_t kOffset = 8;

  static Words dot(const std::byte* words, const ActivationGroup& x) {
    const Halves nibble = Halves{} + 15;
    Words sums = Words{} + x.bias, more = {};
    for (uint32_t step = 0; step < 4; ++step) {
      const auto pairs = load<Words>(x.pairs + step * 8);
      const auto halves = load<Halves>(words + step * kStepBytes);
      sums += multiply_pairs(halves >> 12, spread<0>(pairs));
      more += multiply_pairs(halves >> 8 & nibble, spread<1>(pairs));
      sums += multiply_pairs(halves >> 4 & nibble, spread<2>(pairs));
      more += multiply_pairs(halves & nibble, spread<3>(pairs));
    }
    return sums + more;
  }
};

}  // namespace

constexpr RowsKernel kFast = GroupLoops<Kernel>::kKernel;
constexpr RowsKernel kFastMasked = GroupLoops<Kernel>::kMaskedKernel;

}  // namespace llama::q4_0
