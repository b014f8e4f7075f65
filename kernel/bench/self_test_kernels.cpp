// Arithmetic on pseudo-random numbers, all known.
#include <array>

#include "base/check.h"
#include "base/crc32c.h"
#include "kernel/bench/self_test.h"
#include "llama/kernels/kernels.h"

namespace kernel {
namespace {

constexpr uint32_t kRows = 8;
constexpr uint32_t kWidth = 96;
constexpr uint32_t kMostColumns = 8;
static_assert(kMostColumns >= kRows);

// xorshift32 (Marsaglia 2003); its state is never 0, where it would stay.
class Random {
 public:
  uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  // Between -4 and 4, in steps that a float holds exactly.
  float fraction() { return (static_cast<float>(next() >> 24) - 128) / 32; }
  void fill(std::span<float> values) {
    for (float& value : values) value = fraction();
  }

 private:
  uint32_t state_ = 2463534242;
};

constexpr uint32_t kOperationsCrc = 0x2e016472;

// More than any machine's layout takes.
constexpr size_t kPreparedBytes = 8192;

constexpr size_t kWeightFloats = size_t{kRows} * kWidth;  // no type is larger than floats

// Packed rows; `rows` is room for them unpacked. Of a type that leaves out zeros, half are.
void fill_weights(const llama::WeightTraits& traits, Random& random, std::span<float> weights,
                  std::span<float> rows) {
  const auto packed = std::as_writable_bytes(weights);
  CHECK(traits.packed_bytes(kRows, kWidth).most <= packed.size());
  random.fill(weights);
  if (traits.any_bytes_are_weights) {
    for (std::byte& byte : packed) byte = static_cast<std::byte>(random.next() >> 24);
  } else if (traits.dense != nullptr) {
    for (float& value : rows) value = random.next() >> 31 == 0 ? 0 : random.fraction();
    CHECK(traits.pack(rows.first(kWeightFloats), kWidth, packed));
  }
}

}  // namespace

uint32_t known_operations_crc() { return kOperationsCrc; }

uint32_t kernel_crc(llama::WeightType type, uint32_t columns) {
  CHECK(columns <= kMostColumns);
  Random random;
  alignas(8) std::array<float, kWeightFloats> weights;
  std::array<float, size_t{kMostColumns} * kWidth> values;
  fill_weights(llama::traits_of(type), random, weights, values);
  const auto packed = std::as_bytes(std::span(weights));
  alignas(8) std::array<std::byte, kPreparedBytes> prepared;
  CHECK(llama::prepared_bytes(columns, kWidth) <= kPreparedBytes);
  random.fill(values);
  const llama::Columns input{.count = columns,
                             .width = kWidth,
                             .values = std::span(values).first(size_t{columns} * kWidth),
                             .prepared = prepared};
  llama::prepare_columns(type, input);
  std::array<float, size_t{kMostColumns} * kRows> out{};
  llama::multiply_rows(type, packed, kRows, input, out.data(), kRows);
  return base::crc32c(std::as_bytes(std::span(out).first(size_t{columns} * kRows)));
}

uint32_t operations_crc() {
  Random random;
  std::array<float, kWidth> x;
  std::array<float, kWidth> y;
  std::array<float, kWidth / 3> turns;
  random.fill(x);
  random.fill(y);
  random.fill(turns);
  llama::rmsnorm(x, x, y, 1e-5f);
  llama::rotate_pairs(x, turns);
  llama::swiglu(y, x);
  llama::add(x, y);
  llama::softmax(y);
  return base::crc32c(std::as_bytes(std::span(y)), base::crc32c(std::as_bytes(std::span(x))));
}

}  // namespace kernel
