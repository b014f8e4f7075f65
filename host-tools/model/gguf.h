// GGUF, the file format of llama.cpp (ggml's docs/gguf.md), versions 2 and 3: metadata (named
// values), and named tensors. This reads the container; gguf_model.h makes a Llama model of it.
//
//   "GGUF", version u32, tensors u64, values u64 | values | tensor table | padding | tensor data
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/model/gguf_value.h"
#include "host-tools/model/stored_weights.h"

namespace host {

class Gguf {
 public:
  // `file` outlives the Gguf; `name` is for messages. Throws Failure: wrong magic, another version,
  // lengths and offsets outside of the file, names twice, tensors of types that are not read.
  Gguf(std::span<const std::byte> file, std::string name);

  static bool has_magic(std::span<const std::byte> file);

  const std::string& name() const { return name_; }
  uint32_t version() const { return version_; }
  const TensorTable& tensors() const { return tensors_; }

  // The value of a key, or nullopt if it isn't there. Throws Failure when it has another type, or
  // does not fit: whole numbers are below 2^32.
  std::optional<uint32_t> whole(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  std::optional<std::string_view> text(std::string_view key) const;
  std::optional<std::vector<std::string_view>> texts(std::string_view key) const;
  std::optional<std::vector<double>> numbers(std::string_view key) const;
  bool has(std::string_view key) const { return values_.contains(key); }
  std::vector<std::string_view> keys() const;

 private:
  const GgufArray* array(std::string_view key) const;

  std::string name_;
  uint32_t version_ = 0;
  std::map<std::string, GgufValue, std::less<>> values_;
  TensorTable tensors_;
};

}  // namespace host
