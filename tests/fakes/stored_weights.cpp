#include "tests/fakes/stored_weights.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "host-tools/support/failure.h"
#include "llama/kernels/math.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/gguf_bytes.h"

namespace fakes {

using host::StoredType;
using llama::TensorRole;

namespace {

std::string quantized(StoredType type, std::span<const float, 32> values) {
  const bool is_q8 = type == StoredType::kQ8_0;
  const llama::WeightType ours = is_q8 ? llama::WeightType::kQ8_0 : llama::WeightType::kQ4_0;
  const auto [scale, weights] = llama::traits_of(ours).quantize(values);
  std::string block = le16(scale);
  for (size_t i = 0; i < (is_q8 ? 32u : 16u); ++i) {
    block += static_cast<char>(is_q8 ? weights[i] : (weights[i] + 8) | (weights[i + 16] + 8) << 4);
  }
  return block;
}

}  // namespace

std::string stored(StoredType type, std::span<const float> values) {
  std::string bytes;
  switch (type) {
    case StoredType::kF32:
      return le_floats(values);
    case StoredType::kF16:
    case StoredType::kBF16:
      bytes.reserve(2 * values.size());
      for (const float value : values) {
        const uint32_t half = type == StoredType::kF16 ? llama::float_to_half(value)
                                                       : std::bit_cast<uint32_t>(value) >> 16;
        bytes += static_cast<char>(half & 0xff);
        bytes += static_cast<char>(half >> 8);
      }
      return bytes;
    case StoredType::kQ8_0:
    case StoredType::kQ4_0:
      for (size_t at = 0; at < values.size(); at += 32) {
        bytes += quantized(type, values.subspan(at).first<32>());
      }
      return bytes;
    default:
      CHECK(false);
  }
}

std::vector<float> all_of(host::WeightReader& weights, TensorRole role, uint32_t layer) {
  const auto shape = llama::shape_of(role, weights.config());
  std::vector<float> values(size_t{shape.rows} * shape.columns);
  weights.read_rows({role, layer}, 0, values);
  return values;
}

StoredType type_in_file(const llama::TensorShape& shape, StoredType type) {
  return shape.rows == 1 ? StoredType::kF32 : type;
}

uint64_t stored_bytes(const llama::TensorShape& shape, StoredType type) {
  const host::BlockShape block = host::block_of(type);
  return uint64_t{shape.rows} * shape.columns / block.values * block.bytes;
}

void LargeFile::append(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file_.flush()) host::fail("{}: can't be written", path_.string());
  bytes_ += bytes.size();
}

void LargeFile::pad() {
  append(std::string((kGgufAlignment - bytes_ % kGgufAlignment) % kGgufAlignment, '\0'));
}

void append_tensor(LargeFile& file, host::WeightReader& weights, TensorRole role, uint32_t layer,
                   StoredType type) {
  constexpr uint32_t kRows = 1024;
  const auto shape = llama::shape_of(role, weights.config());
  std::vector<float> values;
  for (uint32_t row = 0; row < shape.rows; row += kRows) {
    values.resize(size_t{std::min(kRows, shape.rows - row)} * shape.columns);
    weights.read_rows({role, layer}, row, values);
    file.append(stored(type, values));
  }
}

}  // namespace fakes
