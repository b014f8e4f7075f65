// The values of a GGUF file's metadata, one by one (ggml's docs/gguf.md). What is wrong with one is
// a Failure that names the file and the value.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "host-tools/model/byte_reader.h"

namespace host {

// Numbers of the types of values, as in the file.
enum class GgufType : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kText = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

// Elements are read from the file's bytes when they are asked for.
struct GgufArray {
  GgufType type;  // of the elements; never kArray
  uint64_t count;
  std::span<const std::byte> bytes;
};

using GgufValue = std::variant<bool, uint64_t, int64_t, double, std::string_view, GgufArray>;

// A length and so many bytes. `what` is for messages.
std::string_view read_gguf_text(ByteReader& reader, std::string_view what);
// The same, of what can be shown to people and be a key.
std::string_view read_gguf_name(ByteReader& reader, std::string_view what);

// The number of a type, and a value of it.
GgufType read_gguf_type(ByteReader& reader, std::string_view key);
GgufValue read_gguf_value(ByteReader& reader, std::string_view key, GgufType type);

}  // namespace host
