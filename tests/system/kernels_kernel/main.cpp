// Compares the fast matrix kernels of this core with their definition, bit for bit, over shapes and
// values that a model may have and some that it may not.
#include <bit>

#include "kernel/board/board.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/attention.h"
#include "llama/kernels/attention_reference.h"
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
// A type that leaves out zeros takes little of it, so that there is room for more: what is packed,
// and the same rows in the dense type.
constexpr size_t kDenseAt = 256 << 10;
constexpr size_t kGroupsAt = 512 << 10;
static_assert(sizeof packed > kGroupsAt + kMaxRows * kMaxWidth / 32 * sizeof(llama::WeightGroup));
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

// Of a type that leaves out zeros: from none of them on to all.
void fill_masked(const llama::WeightTraits& traits, uint32_t width, uint32_t rows, Random& random) {
  const std::span groups(reinterpret_cast<llama::WeightGroup*>(packed + kGroupsAt),
                         (rows + 3) / 4 * 4 * llama::column_groups(width));
  const uint32_t kept = random.next() % 5 * 0x3fffffff;
  for (llama::WeightGroup& group : groups) {
    group.half_scale = static_cast<uint16_t>(0x1400 | random.next() % 0x800);
    for (int8_t& weight : group.weights) {
      const uint32_t bits = random.next();
      weight = static_cast<int8_t>(
          bits > kept ? 0 : static_cast<int32_t>(bits) >> (32 - traits.integer_bits));
    }
  }
  const auto whole = std::span(packed);
  CHECK(traits.pack_groups(groups, width, whole.first(kDenseAt)));
  CHECK(traits.holds_rows(whole.first(kDenseAt), rows, width));
  CHECK(traits.dense->pack_groups(groups, width, whole.subspan(kDenseAt, kGroupsAt - kDenseAt)));
}

void fill(WeightType type, uint32_t width, uint32_t rows, uint32_t columns, Flavour flavour,
          Random& random) {
  for (uint32_t i = 0; i < columns * width; ++i) values[i] = random_float(random, flavour);
  const llama::WeightTraits& traits = llama::traits_of(type);
  if (traits.dense != nullptr) return fill_masked(traits, width, rows, random);
  const auto bytes = static_cast<size_t>(traits.packed_bytes(rows, width).most);
  for (size_t i = 0; i < bytes; i += 4) {
    // f32 weights stay finite; of quantized blocks all bit patterns are valid.
    const uint32_t word = traits.any_bytes_are_weights
                              ? random.next()
                              : std::bit_cast<uint32_t>(random_float(random, Flavour::kUsual));
    __builtin_memcpy(packed + i, &word, sizeof(word));
  }
}

// Equal bits, or both no number: the payload of a NaN does not matter.
bool same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a != a && b != b);
}

// Both of the reference, or, of a type that leaves out zeros, of the type with them.
bool compare(base::TextSink& out, WeightType type, uint32_t width, uint32_t rows, uint32_t columns,
             Flavour flavour, Random& random) {
  fill(type, width, rows, columns, flavour, random);
  const uint32_t stride = rows + 3;
  for (uint32_t i = 0; i < columns * stride; ++i) expected[i] = actual[i] = -99;
  const llama::Columns input{columns, width, {values, columns * width}, prepared};
  const llama::WeightTraits* const with_zeros = llama::traits_of(type).dense;
  if (with_zeros != nullptr && width * rows > 20'000) {
    llama::prepare_columns(with_zeros->type, input);
    llama::multiply_rows(with_zeros->type, std::span(packed).subspan(kDenseAt), rows, input,
                         expected, stride);
  } else {
    llama::reference::prepare_columns(type, input);
    llama::reference::multiply_rows(type, packed, rows, input, expected, stride);
  }
  llama::prepare_columns(type, input);
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

// Compares what was computed, `size` values of it.
bool compare_values(base::TextSink& out, const char* what, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) {
    if (same(expected[i], actual[i])) continue;
    base::print(out, "DIFFERENT: {}: {} is {:08x}, not {:08x}\n", what, i,
                std::bit_cast<uint32_t>(actual[i]), std::bit_cast<uint32_t>(expected[i]));
    return false;
  }
  return true;
}

void fill_usual(std::span<float> some, Random& random) {
  for (float& value : some) value = random_float(random, Flavour::kUsual);
}

// Scores of all keys, and a mix of all values, for one head and for three that share them.
bool compare_attention(base::TextSink& out, llama::KvType type, uint32_t head_size,
                       uint32_t positions, uint32_t heads, Random& random) {
  const size_t keys_bytes = llama::keys_bytes(type, positions, head_size);
  const std::span keys = std::span(packed).first(keys_bytes);
  const std::span kept = std::span(packed)
                             .subspan(base::round_up<size_t>(keys_bytes, 32))
                             .first(llama::values_bytes(type, positions, head_size));
  for (uint32_t t = 0; t < positions; ++t) {
    fill_usual({values, size_t{2} * head_size}, random);
    llama::store_key(type, keys, t, {values, head_size});
    llama::store_value(type, kept, t, {values + head_size, head_size});
  }
  // Both scores and weights are lost.
  float* const given = values;
  float* const again = values + kMaxWidth;
  const uint32_t stride = base::round_up(positions, llama::kKeysPerGroup);
  fill_usual({given, size_t{heads} * head_size}, random);
  for (uint32_t i = 0; i < heads * head_size; ++i) again[i] = given[i];
  for (uint32_t i = 0; i < heads * stride; ++i) expected[i] = actual[i] = -99;
  llama::reference::attention_scores(type, {given, heads * head_size}, heads, prepared, keys,
                                     positions, expected, stride);
  llama::attention_scores(type, {again, heads * head_size}, heads, prepared, keys, positions,
                          actual, stride);
  for (uint32_t h = 0; h < heads; ++h) {
    for (uint32_t t = positions; t < stride; ++t) {
      expected[h * stride + t] = actual[h * stride + t] = 0;  // padding
    }
  }
  if (!compare_values(out, "attention scores", heads * stride)) return false;
  fill_usual({given, size_t{heads} * stride}, random);
  for (uint32_t i = 0; i < heads * stride; ++i) again[i] = given[i];
  llama::reference::attention_mix(type, {expected, heads * head_size}, heads, given, stride,
                                  prepared, kept, positions);
  llama::attention_mix(type, {actual, heads * head_size}, heads, again, stride, prepared, kept,
                       positions);
  return compare_values(out, "attention mix", heads * head_size);
}

// The operations over single values, of `size` of them.
bool compare_operations(base::TextSink& out, Flavour flavour, uint32_t size, Random& random) {
  float* const x = values;
  float* const y = values + kMaxWidth;
  for (uint32_t i = 0; i < size; ++i) {
    x[i] = random_float(random, flavour);
    y[i] = random_float(random, flavour);
  }
  const auto restart = [&] {
    for (uint32_t i = 0; i < size; ++i) expected[i] = actual[i] = x[i];
  };
  const std::span<float> defined(expected, size), made(actual, size);
  const std::span<const float> other(y, size);
  bool all_same = true;
  const auto compared = [&](const char* what) {
    all_same = all_same && compare_values(out, what, size);
    restart();
  };
  restart();
  llama::reference::rmsnorm(defined, {x, size}, other, 1e-5f);
  llama::rmsnorm(made, {x, size}, other, 1e-5f);
  compared("rmsnorm");
  llama::reference::scale(defined, y[0]);
  llama::scale(made, y[0]);
  compared("scale");
  llama::reference::exp(defined);
  llama::exp(made);
  compared("exp");
  llama::reference::softmax(defined);
  llama::softmax(made);
  compared("softmax");
  llama::reference::swiglu(defined, other);
  llama::swiglu(made, other);
  compared("swiglu");
  llama::reference::add(defined, other);
  llama::add(made, other);
  compared("add");
  llama::reference::multiply(defined, other);
  llama::multiply(made, other);
  compared("multiply");
  if (size % 4 == 0) {
    const std::span<const float> turns = other.first(size / 2);
    llama::reference::rotate_pairs(defined, turns);
    llama::rotate_pairs(made, turns);
    compared("rotate_pairs");
  }
  return all_same;
}

// Exponentials and 8-bit activations, against those of single values.
bool compare_elements(base::TextSink& out, Flavour flavour, Random& random) {
  constexpr uint32_t kCount = 32;
  for (uint32_t i = 0; i < kCount; ++i) {
    values[i] = random_float(random, flavour) * (flavour == Flavour::kUsual ? 44 : 1);
    expected[i] = llama::exp(values[i]);
    actual[i] = values[i];
  }
  int8_t weights[kCount], expected_weights[kCount];
  const std::span<const float> given(values, kCount);
  expected[kCount] = llama::reference::quantize_activations(given, expected_weights);
  actual[kCount] = llama::quantize_activations(given, weights);
  llama::exp({actual, kCount});
  for (uint32_t i = 0; i <= kCount; ++i) {
    const bool same_weights = i == kCount || weights[i] == expected_weights[i];
    if (same(expected[i], actual[i]) && same_weights) continue;
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
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    const WeightType type = traits->type;
    if (!traits->has_fast_kernel()) {
      base::print(out, "DIFFERENT: {} has no loops\n", traits->name);
      all_same = false;
    }
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
        for (const uint32_t heads : {1u, 3u}) {
          all_same &= compare_attention(out, type, head_size, positions, heads, random);
          ++compared;
        }
      }
    }
  }
  for (const uint32_t size : {1u, 4u, 7u, 8u, 36u, 64u, 100u, 288u}) {
    for (uint32_t round = 0; round < 20; ++round) {
      all_same &= compare_operations(out, Flavour::kUsual, size, random);
      all_same &= compare_operations(out, Flavour::kExtreme, size, random);
      compared += 2;
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
