#include "llama/kernels/packed_rows.h"

#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

constexpr size_t kScalesBytes = kRowsPerGroup * kScaleBytes;

// Byte of column `column` (0 to 31) of row `row` in a q8_0 block.
constexpr size_t q8_index(uint32_t row, uint32_t column) {
  return kScalesBytes + (column / 4 * kRowsPerGroup + row) * 4 + column % 4;
}

// Byte that holds the nibble of column `column` in a q4_0 block; odd columns are its upper half.
constexpr size_t q4_index(uint32_t row, uint32_t column) {
  return kScalesBytes + (column / 8 * kRowsPerGroup + row) * 4 + column % 8 / 2;
}

constexpr unsigned q8_offset(uint32_t column) { return column % 2 == 0 ? 0x80 : 0; }

// XOR with 8 turns a two's complement nibble into one offset by 8; the top nibbles stay.
constexpr unsigned q4_offset(uint32_t column) { return column % 4 == 3 ? 0 : 8; }

float largest_magnitude(std::span<const float, kColumnsPerGroup> values) {
  float largest = 0;
  for (const float value : values) {
    const float magnitude = value < 0 ? -value : value;
    const float so_far = largest < 0 ? -largest : largest;
    if (magnitude > so_far) largest = value;
  }
  return largest;
}

}  // namespace

const char* name_of(WeightType type) {
  constexpr const char* kNames[] = {"f32", "q8_0", "q4_0"};
  return kNames[static_cast<size_t>(type)];
}

float scale_to_float(uint16_t scale) {
  const uint32_t exponent = scale >> 10 & 31;
  if (exponent == 0) return 0;
  const uint32_t sign = static_cast<uint32_t>(scale >> 15) << 31;
  const uint32_t mantissa = scale & 1023u;
  return std::bit_cast<float>(sign | (exponent - kScaleBias + 127) << 23 | mantissa << 13);
}

bool scale_from_half(uint16_t half, uint16_t& scale) {
  constexpr uint32_t kHalfBias = 15;
  const uint32_t sign = half & 0x8000u;
  uint32_t exponent = half >> 10 & 31;
  uint32_t mantissa = half & 1023u;
  if (exponent == 0) {
    if (mantissa == 0) {
      scale = 0;
      return true;
    }
    // A subnormal half is mantissa * 2^-24: shift until the leading one is at bit 10.
    exponent = 1;
    while ((mantissa & 1024u) == 0) {
      mantissa <<= 1;
      --exponent;  // may pass below 0; the sum below is positive again
    }
    mantissa &= 1023u;
  }
  const uint32_t ours = exponent + (kScaleBias - kHalfBias);
  if (ours > 31) return false;
  scale = static_cast<uint16_t>(sign | ours << 10 | mantissa);
  return true;
}

bool pack_group(WeightType type, const GroupView& group, uint32_t row_in_group,
                std::span<std::byte> block) {
  CHECK(row_in_group < kRowsPerGroup);
  uint16_t scale = 0;
  if (!scale_from_half(group.half_scale, scale)) return false;
  base::store_le16(block, row_in_group * kScaleBytes, scale);
  for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
    const unsigned weight =
        scale == 0 ? 0u : static_cast<unsigned>(static_cast<uint8_t>(group.weights[column]));
    if (type == WeightType::kQ8_0) {
      block[q8_index(row_in_group, column)] = static_cast<std::byte>(weight ^ q8_offset(column));
      continue;
    }
    CHECK(type == WeightType::kQ4_0);
    const unsigned nibble = (weight & 15u) ^ q4_offset(column);
    std::byte& both = block[q4_index(row_in_group, column)];
    both = column % 2 == 0 ? (both & std::byte{0xf0}) | static_cast<std::byte>(nibble)
                           : (both & std::byte{0x0f}) | static_cast<std::byte>(nibble << 4);
  }
  return true;
}

void pack_f32_row(std::span<const float> row, uint32_t row_in_group,
                  std::span<std::byte> row_group) {
  for (size_t column = 0; column < row.size(); ++column) {
    base::store_le32(row_group, (column * kRowsPerGroup + row_in_group) * sizeof(float),
                     std::bit_cast<uint32_t>(row[column]));
  }
}

uint16_t quantize_group(WeightType type, std::span<const float, kColumnsPerGroup> values,
                        std::span<int8_t, kColumnsPerGroup> weights) {
  const float extreme = largest_magnitude(values);
  if (type == WeightType::kQ8_0) {
    const float scale = (extreme < 0 ? -extreme : extreme) / 127.0f;
    const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
    for (size_t i = 0; i < kColumnsPerGroup; ++i) {
      // Half away from zero, as roundf.
      const float scaled = values[i] * inverse;
      weights[i] = static_cast<int8_t>(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    }
    return float_to_half(scale);
  }
  CHECK(type == WeightType::kQ4_0);
  const float scale = extreme / -8.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  for (size_t i = 0; i < kColumnsPerGroup; ++i) {
    const int offset = static_cast<int>(values[i] * inverse + 8.5f);
    weights[i] = static_cast<int8_t>((offset > 15 ? 15 : offset) - 8);
  }
  return float_to_half(scale);
}

int unpack_q8(std::span<const std::byte> block, uint32_t row_in_group, uint32_t column) {
  const unsigned stored = std::to_integer<unsigned>(block[q8_index(row_in_group, column)]);
  return static_cast<int8_t>(stored ^ q8_offset(column));
}

int unpack_q4(std::span<const std::byte> block, uint32_t row_in_group, uint32_t column) {
  const unsigned both = std::to_integer<unsigned>(block[q4_index(row_in_group, column)]);
  const unsigned nibble = (column % 2 == 0 ? both : both >> 4) & 15u;
  // Offset by 8 for every column first, then down to -8..7.
  return static_cast<int>(nibble ^ q4_offset(column) ^ 8u) - 8;
}

void unpack_row(WeightType type, std::span<const std::byte> row_group, uint32_t row_in_group,
                std::span<float> out) {
  if (type == WeightType::kF32) {
    for (size_t column = 0; column < out.size(); ++column) {
      out[column] =
          base::load_le_f32(row_group, (column * kRowsPerGroup + row_in_group) * sizeof(float));
    }
    return;
  }
  const bool is_q8 = type == WeightType::kQ8_0;
  const size_t bytes = block_bytes(type);
  for (size_t column = 0; column < out.size(); ++column) {
    const auto block = row_group.subspan(column / kColumnsPerGroup * bytes, bytes);
    const float scale = scale_to_float(base::load_le16(block, row_in_group * kScaleBytes));
    const auto in_group = static_cast<uint32_t>(column % kColumnsPerGroup);
    const int weight =
        is_q8 ? unpack_q8(block, row_in_group, in_group) : unpack_q4(block, row_in_group, in_group);
    out[column] = scale * static_cast<float>(weight);
  }
}

}  // namespace llama
