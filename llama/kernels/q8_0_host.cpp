// A half of a word is 256 b1 + u0, where b is a weight and u = b + 128 (even columns are stored
// so). Shifted by 8 it is b1, masked u0.
#include "llama/kernels/groups_host.h"
#include "llama/kernels/q8_0.h"

namespace llama::q8_0 {
namespace {

using namespace host_loops;

struct Kernel {
  using Format = q8_0::Format;
  using Rows = q8_0::Rows;
  static constexpr int32_t kDotFactor = Format::kDotFactor;
  static constexpr uint32_t kColumnsOfWord = 4;
  static constexpr uint8_t kPairs[2][2] = {{1, 3}, {0, 2}};
  static constexpr uint32_t kOffsetFrom = 1;
  static constexpr int32_t kOffset = 128;

  static Words dot(const std::byte* words, const ActivationGroup& x) {
    const Halves low_bytes = Halves{} + 0xff;
    Words sums = Words{} + x.bias, more = {};
    for (uint32_t step = 0; step < 8; step += 2) {
      const auto pairs = load<Words>(x.pairs + step * 4);
      const auto first = load<Halves>(words + step * kStepBytes);
      const auto second = load<Halves>(words + (step + 1) * kStepBytes);
      sums += multiply_pairs(first >> 8, spread<0>(pairs));
      more += multiply_pairs(first & low_bytes, spread<1>(pairs));
      sums += multiply_pairs(second >> 8, spread<2>(pairs));
      more += multiply_pairs(second & low_bytes, spread<3>(pairs));
    }
    return sums + more;
  }
};

}  // namespace

constexpr RowsKernel kFast = GroupLoops<Kernel>::kKernel;
constexpr RowsKernel kFastMasked = GroupLoops<Kernel>::kMaskedKernel;

void multiply_blocks(std::span<const std::byte> packed, const BlockLayout& layout, uint32_t rows,
                     const Columns& columns, float* out, size_t out_stride, Largest* largest) {
  GroupLoops<Kernel>::multiply_blocks(packed, layout, rows, columns, out, out_stride, largest);
}

}  // namespace llama::q8_0
