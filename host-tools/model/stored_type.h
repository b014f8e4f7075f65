// How other programs store weights: floats, and the quantized blocks of GGUF (the layouts are those
// of ggml's ggml-common.h; the numbers those of GGUF's tensor table). A block holds neighbouring
// values of one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "llama/kernels/weight_type.h"

namespace host {

enum class StoredType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kBF16 = 30,
};

// The type that GGUF's `number` means; nullopt where it is none of those above.
std::optional<StoredType> stored_type_of(uint32_t number);
// GGUF's name of any number, also of types that are not read here: "IQ4_XS". Never null.
const char* stored_type_name(uint32_t number);
const char* name_of(StoredType type);

struct BlockShape {
  uint32_t values;
  uint32_t bytes;
};
BlockShape block_of(StoredType type);

// Decodes whole blocks: out.size() is a multiple of the block's values, `blocks` as long as it
// takes. The operations and their order are those of ggml's reference, so that every bit agrees.
void decode_blocks(StoredType type, std::span<const std::byte> blocks, std::span<float> out);

using llama::WeightGroup;

// The smallest of our types that holds such blocks bit for bit, where they are groups of 32
// integers (Q4_0, Q5_0, Q8_0, IQ4_NL). nullopt for all others.
std::optional<llama::WeightType> group_type_of(StoredType type);
// Takes such blocks apart, one for each group.
void split_blocks(StoredType type, std::span<const std::byte> blocks, std::span<WeightGroup> out);

}  // namespace host
