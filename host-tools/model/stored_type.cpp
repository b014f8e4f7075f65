#include "host-tools/model/stored_type.h"

#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "host-tools/model/k_blocks.h"
#include "host-tools/model/stored_bytes.h"
#include "llama/kernels/math.h"

namespace host {
namespace {

using Bytes = std::span<const std::byte>;
using Floats = std::span<float>;

constexpr uint32_t kGroup = llama::kColumnsPerGroup;

// What a nibble of IQ4_NL stands for (ggml's kvalues_iq4nl).
constexpr int kNibbleWeights[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                  1,    13,   25,  38,  53,  69,  89,  113};

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
    case StoredType::kIQ4_NL:
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
    case StoredType::kIQ4_NL:
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
    case StoredType::kIQ4_NL:
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
      return {kSuperBlock, 16 + kSuperBlock / 4 + 2 + 2};
    case StoredType::kQ3_K:
      return {kSuperBlock, kSuperBlock / 8 + kSuperBlock / 4 + 12 + 2};
    case StoredType::kQ4_K:
      return {kSuperBlock, 2 + 2 + 12 + kSuperBlock / 2};
    case StoredType::kQ5_K:
      return {kSuperBlock, 2 + 2 + 12 + kSuperBlock / 8 + kSuperBlock / 2};
    case StoredType::kQ6_K:
      return {kSuperBlock, kSuperBlock / 2 + kSuperBlock / 4 + 16 + 2};
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
    case StoredType::kIQ4_NL:
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
      } else if (type == StoredType::kIQ4_NL) {
        weight = kNibbleWeights[nibble(block.subspan(2), i)];
      } else {
        CHECK(type == StoredType::kQ4_0);
        weight = static_cast<int>(nibble(block.subspan(2), i)) - 8;
      }
      out[g].weights[i] = static_cast<int8_t>(weight);
    }
  }
}

}  // namespace host
