// Weights as other programs store them, made from any WeightReader.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/model/weight_reader.h"

namespace fakes {

// `values` in blocks of the type: F32, F16, BF16, Q8_0 or Q4_0.
std::string stored(host::StoredType type, std::span<const float> values);

// All weights of a tensor.
std::vector<float> all_of(host::WeightReader& weights, llama::TensorRole role, uint32_t layer);

// The type in a file: vectors stay floats.
host::StoredType type_in_file(const llama::TensorShape& shape, host::StoredType type);
uint64_t stored_bytes(const llama::TensorShape& shape, host::StoredType type);

// A file that is too large to be put together in memory.
class LargeFile {
 public:
  explicit LargeFile(const std::filesystem::path& path)
      : path_(path), file_(path, std::ios::binary) {}
  void append(std::string_view bytes);
  // With zeros, up to a multiple of kGgufAlignment.
  void pad();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  uint64_t bytes_ = 0;
};

// Some rows at a time.
void append_tensor(LargeFile& file, host::WeightReader& weights, llama::TensorRole role,
                   uint32_t layer, host::StoredType type);

}  // namespace fakes
