#include "host-tools/model/stored_type.h"

#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/math.h"

namespace host {
namespace {

using Bytes = std::span<const std::byte>;
using Floats = std::span<float>;

constexpr uint32_t kSuper = 256;  // values of a K block
constexpr uint32_t kGroup = llama::kColumnsPerGroup;

unsigned byte_at(Bytes bytes, size_t at) { return std::to_integer<unsigned>(bytes[at]); }
int signed_at(Bytes bytes, size_t at) { return static_cast<int8_t>(bytes[at]); }
float half_at(Bytes bytes, size_t at) { return llama::half_to_float(base::load_le16(bytes, at)); }

// Nibble i of 32 in 16 bytes: the low ones are the first half.
unsigned nibble(Bytes nibbles, size_t i) {
  return i < kGroup / 2 ? byte_at(nibbles, i) & 15 : byte_at(nibbles, i - kGroup / 2) >> 4;
}

// Of Q5_0 and Q5_1: the fifth bits are one word, bit i of value i.
unsigned five_bits(Bytes high_bits, Bytes nibbles, size_t i) {
  return nibble(nibbles, i) | (base::load_le32(high_bits) >> i & 1) << 4;
}

void decode_q4_1(Bytes block, Floats out) {
  const float scale = half_at(block, 0);
  const float least = half_at(block, 2);
  for (size_t i = 0; i < kGroup; ++i) {
    out[i] = static_cast<float>(nibble(block.subspan(4), i)) * scale + least;
  }
}

void decode_q5_1(Bytes block, Floats out) {
  const float scale = half_at(block, 0);
  const float least = half_at(block, 2);
  for (size_t i = 0; i < kGroup; ++i) {
    const unsigned value = five_bits(block.subspan(4), block.subspan(8), i);
    out[i] = static_cast<float>(value) * scale + least;
  }
}

// scales u8[16] (low nibble: scale, high: minimum), 2-bit values u8[64], d f16, dmin f16.
void decode_q2_k(Bytes block, Floats out) {
  const Bytes scales = block.first(16);
  const Bytes values = block.subspan(16, 64);
  const float d = half_at(block, 80);
  const float dmin = half_at(block, 82);
  for (size_t i = 0; i < kSuper; ++i) {
    const unsigned both = byte_at(scales, i / 16);
    const float scale = d * static_cast<float>(both & 15);
    const float least = dmin * static_cast<float>(both >> 4);
    const unsigned value = byte_at(values, i / 128 * 32 + i % 32) >> (i / 32 % 4 * 2) & 3;
    out[i] = scale * static_cast<float>(value) - least;
  }
}

// Scale j of 16 in Q3_K's 12 bytes: 4 bits in the first 8 bytes, 2 more in the last 4, minus 32.
int q3_scale(Bytes scales, size_t j) {
  const unsigned low = j < 8 ? byte_at(scales, j) & 15 : byte_at(scales, j - 8) >> 4;
  const unsigned high = byte_at(scales, 8 + j % 4) >> (j / 4 * 2) & 3;
  return static_cast<int>(low | high << 4) - 32;
}

// third bits u8[32], 2-bit values u8[64], scales u8[12], d f16.
void decode_q3_k(Bytes block, Floats out) {
  const Bytes third_bits = block.first(32);
  const Bytes values = block.subspan(32, 64);
  const Bytes scales = block.subspan(96, 12);
  const float d = half_at(block, 108);
  for (size_t i = 0; i < kSuper; ++i) {
    const float scale = d * static_cast<float>(q3_scale(scales, i / 16));
    const auto low =
        static_cast<int>(byte_at(values, i / 128 * 32 + i % 32) >> (i / 32 % 4 * 2) & 3);
    const bool third = (byte_at(third_bits, i % 32) >> (i / 32) & 1) != 0;
    out[i] = scale * static_cast<float>(third ? low : low - 4);
  }
}

struct ScaleAndMinimum {
  float scale;
  float least;
};

// Scale and minimum j of 8 in the 12 bytes of Q4_K and Q5_K, 6 bits each: the first four of each
// are the low bits of bytes 0 to 3 and 4 to 7; the others have 4 bits in bytes 8 to 11 and their
// two high bits on top of those first ones.
ScaleAndMinimum q4_scale(Bytes block, size_t j) {
  const Bytes packed = block.subspan(4, 12);
  unsigned scale = 0;
  unsigned least = 0;
  if (j < 4) {
    scale = byte_at(packed, j) & 63;
    least = byte_at(packed, j + 4) & 63;
  } else {
    scale = (byte_at(packed, j + 4) & 15) | byte_at(packed, j - 4) >> 6 << 4;
    least = byte_at(packed, j + 4) >> 4 | byte_at(packed, j) >> 6 << 4;
  }
  return {half_at(block, 0) * static_cast<float>(scale),
          half_at(block, 2) * static_cast<float>(least)};
}

// Of Q4_K and Q5_K: 32 values in the low nibbles of 32 bytes, then 32 in their high nibbles.
unsigned q4_value(Bytes values, size_t i) {
  return byte_at(values, i / 64 * 32 + i % 32) >> (i / 32 % 2 * 4) & 15;
}

// d f16, dmin f16, scales u8[12], values u8[128].
void decode_q4_k(Bytes block, Floats out) {
  for (size_t j = 0; j < kSuper / kGroup; ++j) {
    const auto [scale, least] = q4_scale(block, j);
    for (size_t i = j * kGroup; i < (j + 1) * kGroup; ++i) {
      out[i] = scale * static_cast<float>(q4_value(block.subspan(16), i)) - least;
    }
  }
}

// As Q4_K, with fifth bits u8[32] before the values: bit j of byte i of value 32 j + i.
void decode_q5_k(Bytes block, Floats out) {
  const Bytes fifth_bits = block.subspan(16, 32);
  for (size_t j = 0; j < kSuper / kGroup; ++j) {
    const auto [scale, least] = q4_scale(block, j);
    for (size_t i = j * kGroup; i < (j + 1) * kGroup; ++i) {
      const unsigned fifth = byte_at(fifth_bits, i % 32) >> j & 1;
      out[i] = scale * static_cast<float>(q4_value(block.subspan(48), i) | fifth << 4) - least;
    }
  }
}

// low nibbles u8[128], high bit pairs u8[64], scales i8[16], d f16. Each half of 128 values: of 64
// bytes the low nibbles, then the high ones; its pairs lie in 32 bytes, a pair for each 32 values.
void decode_q6_k(Bytes block, Floats out) {
  const Bytes pairs = block.subspan(128, 64);
  const Bytes scales = block.subspan(192, 16);
  const float d = half_at(block, 208);
  for (size_t i = 0; i < kSuper; ++i) {
    const size_t half = i / 128;
    const unsigned low = byte_at(block, half * 64 + i % 64) >> (i / 64 % 2 * 4) & 15;
    const unsigned high = byte_at(pairs, half * 32 + i % 32) >> (i / 32 % 4 * 2) & 3;
    const float scale = d * static_cast<float>(signed_at(scales, i / 16));
    out[i] = scale * static_cast<float>(static_cast<int>(low | high << 4) - 32);
  }
}

void decode_groups(StoredType type, Bytes block, Floats out) {
  WeightGroup group;
  split_blocks(type, block, std::span(&group, 1));
  const float scale = llama::half_to_float(group.half_scale);
  for (size_t i = 0; i < kGroup; ++i) out[i] = static_cast<float>(group.weights[i]) * scale;
}

void decode_block(StoredType type, Bytes block, Floats out) {
  switch (type) {
    case StoredType::kF32:
      out[0] = base::load_le_f32(block);
      return;
    case StoredType::kF16:
      out[0] = half_at(block, 0);
      return;
    case StoredType::kBF16:
      out[0] = std::bit_cast<float>(static_cast<uint32_t>(base::load_le16(block)) << 16);
      return;
    case StoredType::kQ4_0:
    case StoredType::kQ5_0:
    case StoredType::kQ8_0:
      return decode_groups(type, block, out);
    case StoredType::kQ4_1:
      return decode_q4_1(block, out);
    case StoredType::kQ5_1:
      return decode_q5_1(block, out);
    case StoredType::kQ2_K:
      return decode_q2_k(block, out);
    case StoredType::kQ3_K:
      return decode_q3_k(block, out);
    case StoredType::kQ4_K:
      return decode_q4_k(block, out);
    case StoredType::kQ5_K:
      return decode_q5_k(block, out);
    case StoredType::kQ6_K:
      return decode_q6_k(block, out);
  }
}

}  // namespace

std::optional<StoredType> stored_type_of(uint32_t number) {
  const auto type = static_cast<StoredType>(number);
  switch (type) {
    case StoredType::kF32:
    case StoredType::kF16:
    case StoredType::kBF16:
    case StoredType::kQ4_0:
    case StoredType::kQ4_1:
    case StoredType::kQ5_0:
    case StoredType::kQ5_1:
    case StoredType::kQ8_0:
    case StoredType::kQ2_K:
    case StoredType::kQ3_K:
    case StoredType::kQ4_K:
    case StoredType::kQ5_K:
    case StoredType::kQ6_K:
      return type;
  }
  return std::nullopt;
}

const char* stored_type_name(uint32_t number) {
  constexpr const char* kNames[] = {
      "F32",   "F16",        "Q4_0",       "Q4_1",       "Q4_2",     "Q4_3",     "Q5_0",
      "Q5_1",  "Q8_0",       "Q8_1",       "Q2_K",       "Q3_K",     "Q4_K",     "Q5_K",
      "Q6_K",  "Q8_K",       "IQ2_XXS",    "IQ2_XS",     "IQ3_XXS",  "IQ1_S",    "IQ4_NL",
      "IQ3_S", "IQ2_S",      "IQ4_XS",     "I8",         "I16",      "I32",      "I64",
      "F64",   "IQ1_M",      "BF16",       "Q4_0_4_4",   "Q4_0_4_8", "Q4_0_8_8", "TQ1_0",
      "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4"};
  return number < std::size(kNames) ? kNames[number] : "unknown";
}

const char* name_of(StoredType type) { return stored_type_name(static_cast<uint32_t>(type)); }

BlockShape block_of(StoredType type) {
  switch (type) {
    case StoredType::kF32:
      return {1, 4};
    case StoredType::kF16:
    case StoredType::kBF16:
      return {1, 2};
    case StoredType::kQ4_0:
      return {kGroup, 2 + kGroup / 2};
    case StoredType::kQ4_1:
      return {kGroup, 2 + 2 + kGroup / 2};
    case StoredType::kQ5_0:
      return {kGroup, 2 + 4 + kGroup / 2};
    case StoredType::kQ5_1:
      return {kGroup, 2 + 2 + 4 + kGroup / 2};
    case StoredType::kQ8_0:
      return {kGroup, 2 + kGroup};
    case StoredType::kQ2_K:
      return {kSuper, 16 + kSuper / 4 + 2 + 2};
    case StoredType::kQ3_K:
      return {kSuper, kSuper / 8 + kSuper / 4 + 12 + 2};
    case StoredType::kQ4_K:
      return {kSuper, 2 + 2 + 12 + kSuper / 2};
    case StoredType::kQ5_K:
      return {kSuper, 2 + 2 + 12 + kSuper / 8 + kSuper / 2};
    case StoredType::kQ6_K:
      return {kSuper, kSuper / 2 + kSuper / 4 + 16 + 2};
  }
  CHECK(false);
}

void decode_blocks(StoredType type, Bytes blocks, Floats out) {
  const BlockShape shape = block_of(type);
  CHECK(out.size() % shape.values == 0 && blocks.size() / shape.bytes >= out.size() / shape.values);
  for (size_t block = 0; block < out.size() / shape.values; ++block) {
    decode_block(type, blocks.subspan(block * shape.bytes, shape.bytes),
                 out.subspan(block * shape.values, shape.values));
  }
}

std::optional<llama::WeightType> group_type_of(StoredType type) {
  const auto smallest = [](uint32_t bits) -> std::optional<llama::WeightType> {
    const llama::WeightTraits* const traits = llama::smallest_type_of_integers(bits);
    return traits == nullptr ? std::nullopt : std::optional(traits->type);
  };
  switch (type) {
    case StoredType::kQ4_0:
      return smallest(4);
    case StoredType::kQ5_0:
      return smallest(5);
    case StoredType::kQ8_0:
      return smallest(8);
    default:
      return std::nullopt;
  }
}

void split_blocks(StoredType type, Bytes blocks, std::span<WeightGroup> out) {
  const size_t bytes = block_of(type).bytes;
  for (size_t g = 0; g < out.size(); ++g) {
    const Bytes block = blocks.subspan(g * bytes, bytes);
    out[g].half_scale = base::load_le16(block);
    for (size_t i = 0; i < kGroup; ++i) {
      int weight = 0;
      if (type == StoredType::kQ8_0) {
        weight = signed_at(block, 2 + i);
      } else if (type == StoredType::kQ5_0) {
        weight = static_cast<int>(five_bits(block.subspan(2), block.subspan(6), i)) - 16;
      } else {
        CHECK(type == StoredType::kQ4_0);
        weight = static_cast<int>(nibble(block.subspan(2), i)) - 8;
      }
      out[g].weights[i] = static_cast<int8_t>(weight);
    }
  }
}

}  // namespace host
