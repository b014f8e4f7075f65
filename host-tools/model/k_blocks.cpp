#include "host-tools/model/k_blocks.h"

#include "host-tools/model/stored_bytes.h"

namespace host {
namespace {

using Bytes = std::span<const std::byte>;
using Floats = std::span<float>;

constexpr uint32_t kGroup = 32;  // of a block's values that share a scale in Q4_K and Q5_K

// Scale j of 16 in Q3_K's 12 bytes: 4 bits in the first 8 bytes, 2 more in the last 4, minus 32.
int q3_scale(Bytes scales, size_t j) {
  const unsigned low = j < 8 ? byte_at(scales, j) & 15 : byte_at(scales, j - 8) >> 4;
  const unsigned high = byte_at(scales, 8 + j % 4) >> (j / 4 * 2) & 3;
  return static_cast<int>(low | high << 4) - 32;
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

}  // namespace

// scales u8[16] (low nibble: scale, high: minimum), 2-bit values u8[64], d f16, dmin f16.
void decode_q2_k(Bytes block, Floats out) {
  const Bytes scales = block.first(16);
  const Bytes values = block.subspan(16, 64);
  const float d = half_at(block, 80);
  const float dmin = half_at(block, 82);
  for (size_t i = 0; i < kSuperBlock; ++i) {
    const unsigned both = byte_at(scales, i / 16);
    const float scale = d * static_cast<float>(both & 15);
    const float least = dmin * static_cast<float>(both >> 4);
    const unsigned value = byte_at(values, i / 128 * 32 + i % 32) >> (i / 32 % 4 * 2) & 3;
    out[i] = scale * static_cast<float>(value) - least;
  }
}

// third bits u8[32], 2-bit values u8[64], scales u8[12], d f16.
void decode_q3_k(Bytes block, Floats out) {
  const Bytes third_bits = block.first(32);
  const Bytes values = block.subspan(32, 64);
  const Bytes scales = block.subspan(96, 12);
  const float d = half_at(block, 108);
  for (size_t i = 0; i < kSuperBlock; ++i) {
    const float scale = d * static_cast<float>(q3_scale(scales, i / 16));
    const auto low =
        static_cast<int>(byte_at(values, i / 128 * 32 + i % 32) >> (i / 32 % 4 * 2) & 3);
    const bool third = (byte_at(third_bits, i % 32) >> (i / 32) & 1) != 0;
    out[i] = scale * static_cast<float>(third ? low : low - 4);
  }
}

// d f16, dmin f16, scales u8[12], values u8[128].
void decode_q4_k(Bytes block, Floats out) {
  for (size_t j = 0; j < kSuperBlock / kGroup; ++j) {
    const auto [scale, least] = q4_scale(block, j);
    for (size_t i = j * kGroup; i < (j + 1) * kGroup; ++i) {
      out[i] = scale * static_cast<float>(q4_value(block.subspan(16), i)) - least;
    }
  }
}

// As Q4_K, with fifth bits u8[32] before the values: bit j of byte i of value 32 j + i.
void decode_q5_k(Bytes block, Floats out) {
  const Bytes fifth_bits = block.subspan(16, 32);
  for (size_t j = 0; j < kSuperBlock / kGroup; ++j) {
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
  for (size_t i = 0; i < kSuperBlock; ++i) {
    const size_t half = i / 128;
    const unsigned low = byte_at(block, half * 64 + i % 64) >> (i / 64 % 2 * 4) & 15;
    const unsigned high = byte_at(pairs, half * 32 + i % 32) >> (i / 32 % 4 * 2) & 3;
    const float scale = d * static_cast<float>(signed_at(scales, i / 16));
    out[i] = scale * static_cast<float>(static_cast<int>(low | high << 4) - 32);
  }
}

}  // namespace host
