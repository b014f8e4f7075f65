// Compares the fast matrix kernels of this core with their definition, bit for bit, over shapes and
// values that a model may have and some that it may not.
#include <bit>

#include "kernel/board/board.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/attention.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/math.h"

namespace {

using llama::WeightType;

// Marsaglia's xorshift32.
struct Random {
  uint32_t state = 2463534242u;
  uint32_t next() {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }
};

constexpr uint32_t kMaxWidth = 1600;
constexpr uint32_t kMaxRows = 140;
constexpr uint32_t kMaxColumns = 9;

alignas(32) std::byte packed[kMaxRows * kMaxWidth * sizeof(float)];
alignas(32) float values[kMaxColumns * kMaxWidth];
alignas(32) std::byte prepared[kMaxColumns * kMaxWidth * 12];
float expected[kMaxColumns * (kMaxRows + 3)];
float actual[kMaxColumns * (kMaxRows + 3)];

enum class Flavour : uint8_t { kUsual, kExtreme };

// A float of the size of a model's activations, or of any.
float random_float(Random& random, Flavour flavour) {
  const uint32_t bits = random.next();
  if (flavour == Flavour::kExtreme) {
    // One in eight has any bits at all: subnormal, infinite, no number.
    if ((bits & 7) == 0) return std::bit_cast<float>(random.next());
    // 2^-64 to 2^31 in magnitude.
    return std::bit_cast<float>((bits & 0x807fffffu) | (63u + random.next() % 96u) << 23);
  }
  return static_cast<float>(static_cast<int32_t>(bits)) / 1073741824.0f;
}

void fill(WeightType type, uint32_t width, uint32_t rows, uint32_t columns, Flavour flavour,
          Random& random) {
  for (uint32_t i = 0; i < columns * width; ++i) values[i] = random_float(random, flavour);
  const size_t bytes = (rows + 3) / 4 * static_cast<size_t>(llama::row_group_bytes(type, width));
  for (size_t i = 0; i < bytes; i += 4) {
    // f32 weights stay finite; of quantized blocks all bit patterns are valid.
    const uint32_t word = type == WeightType::kF32
                              ? std::bit_cast<uint32_t>(random_float(random, Flavour::kUsual))
                              : random.next();
    __builtin_memcpy(packed + i, &word, sizeof(word));
  }
}

// Equal bits, or both no number: the payload of a NaN does not matter.
bool same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a != a && b != b);
}

bool compare(base::TextSink& out, WeightType type, uint32_t width, uint32_t rows, uint32_t columns,
             Flavour flavour, Random& random) {
  fill(type, width, rows, columns, flavour, random);
  const uint32_t stride = rows + 3;
  for (uint32_t i = 0; i < columns * stride; ++i) expected[i] = actual[i] = -99;
  const llama::Columns input{columns, width, {values, columns * width}, prepared};
  if (type != WeightType::kF32) llama::reference::prepare_columns(type, input);
  llama::reference::multiply_rows(type, packed, rows, input, expected, stride);
  if (type != WeightType::kF32) llama::prepare_columns(type, input);
  llama::multiply_rows(type, packed, rows, input, actual, stride);
  for (uint32_t i = 0; i < columns * stride; ++i) {
    if (same(expected[i], actual[i])) continue;
    base::print(
        out, "DIFFERENT: {} width {} rows {} columns {}: column {} row {} is {:08x}, not {:08x}\n",
        name_of(type), width, rows, columns, i / stride, i % stride,
        std::bit_cast<uint32_t>(actual[i]), std::bit_cast<uint32_t>(expected[i]));
    return false;
  }
  return true;
}

// The loops over cached keys and values.
bool compare_attention(base::TextSink& out, llama::KvType type, uint32_t head_size,
                       uint32_t positions, Random& random) {
  const std::span kept = std::span(packed).first(llama::values_bytes(type, positions, head_size));
  for (uint32_t t = 0; t < positions; ++t) {
    for (uint32_t i = 0; i < head_size; ++i) values[i] = random_float(random, Flavour::kUsual);
    llama::store_value(type, kept, t, {values, head_size});
    if (type == llama::KvType::kF16) llama::store_key(type, prepared, t, {values, head_size});
  }
  for (uint32_t t = 0; t < positions; ++t) values[t] = random_float(random, Flavour::kUsual);
  for (uint32_t i = 0; i < head_size; ++i) expected[i] = actual[i] = static_cast<float>(i);
  uint32_t size = head_size;
  if (type == llama::KvType::kQ8_0) {
    const llama::Columns weights{1, positions, {values, positions}, prepared};
    const std::span<const std::byte> blocks =
        kept.subspan(llama::value_scales_bytes(kept.size(), head_size));
    const llama::BlockLayout layout{llama::kQ8BlockBytes, llama::value_blocks_bytes(head_size)};
    llama::reference::prepare_columns(WeightType::kQ8_0, weights);
    llama::reference::multiply_blocks(WeightType::kQ8_0, blocks, layout, head_size, weights,
                                      expected, head_size);
    llama::prepare_columns(WeightType::kQ8_0, weights);
    llama::multiply_blocks(WeightType::kQ8_0, blocks, layout, head_size, weights, actual,
                           head_size);
  } else {
    const size_t stride = llama::values_bytes(type, 1, head_size);
    llama::reference::add_weighted(type, {expected, size}, {values, positions}, packed, stride);
    llama::add_weighted(type, {actual, size}, {values, positions}, packed, stride);
  }
  if (type == llama::KvType::kF16) {
    const uint32_t whole = positions / 4 * 4;
    llama::reference::multiply_half_keys(prepared, {values, head_size}, {expected + size, whole});
    llama::multiply_half_keys(prepared, {values, head_size}, {actual + size, whole});
    size += whole;
  }
  for (uint32_t i = 0; i < size; ++i) {
    if (same(expected[i], actual[i])) continue;
    base::print(out,
                "DIFFERENT: attention {} head size {} positions {}: {} is {:08x}, not {:08x}\n",
                name_of(type), head_size, positions, i, std::bit_cast<uint32_t>(actual[i]),
                std::bit_cast<uint32_t>(expected[i]));
    return false;
  }
  return true;
}

// Exponentials and 8-bit activations, against those of single values.
bool compare_elements(base::TextSink& out, Flavour flavour, Random& random) {
  constexpr uint32_t kCount = 32;
  for (uint32_t i = 0; i < kCount; ++i) {
    values[i] = random_float(random, flavour) * (flavour == Flavour::kUsual ? 44 : 1);
    expected[i] = llama::exp(values[i]);
    actual[i] = values[i];
  }
  uint32_t words[kCount], expected_words[kCount];
  const std::span<const float> given(values, kCount);
  expected[kCount] = llama::activation_scale(given);
  llama::quantize_to_words(given, expected[kCount], expected_words);
  actual[kCount] = llama::quantize_to_words(given, words);
  llama::exp({actual, kCount});
  for (uint32_t i = 0; i <= kCount; ++i) {
    // Of a word the lower half counts.
    const bool same_words = i == kCount || ((words[i] ^ expected_words[i]) & 0xffff) == 0;
    if (same(expected[i], actual[i]) && same_words) continue;
    base::print(out, "DIFFERENT: elements, of {:08x}: {} is {:08x}, not {:08x}\n",
                std::bit_cast<uint32_t>(values[i]), i, std::bit_cast<uint32_t>(actual[i]),
                std::bit_cast<uint32_t>(expected[i]));
    return false;
  }
  return true;
}

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  pi::Serial& out = board.serial();
  Random random;
  uint32_t compared = 0;
  bool all_same = true;
  for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
    for (const uint32_t width : {1u, 3u, 32u, 64u, 172u, 288u, 1056u, 1600u}) {
      for (const uint32_t rows : {1u, 4u, 7u, 64u, 137u}) {
        for (uint32_t columns = 1; columns <= kMaxColumns; ++columns) {
          // The large ones only in the numbers of columns that take different ways.
          if (width * rows > 50'000 && columns != 1 && columns != 6) continue;
          for (const Flavour flavour : {Flavour::kUsual, Flavour::kExtreme}) {
            all_same &= compare(out, type, width, rows, columns, flavour, random);
            ++compared;
          }
        }
      }
    }
  }
  for (const auto type : {llama::KvType::kF32, llama::KvType::kF16, llama::KvType::kQ8_0}) {
    for (const uint32_t head_size : {2u, 8u, 10u, 48u, 64u, 128u}) {
      for (const uint32_t positions : {1u, 2u, 4u, 7u, 33u, 200u}) {
        all_same &= compare_attention(out, type, head_size, positions, random);
        ++compared;
      }
    }
  }
  for (uint32_t round = 0; round < 1000; ++round) {
    all_same &= compare_elements(out, Flavour::kUsual, random);
    all_same &= compare_elements(out, Flavour::kExtreme, random);
    compared += 2;
  }
  base::print(out, "{} products compared: {}\n", compared, all_same ? "all the same" : "FAILED");
  for (;;) board.idle(1'000'000);
}
