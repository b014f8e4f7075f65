#include "host-tools/model/gguf_value.h"

#include <bit>

#include "llama/text/utf8.h"

namespace host {
namespace {

uint32_t element_bytes(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool:
      return 1;
    case GgufType::kU16:
    case GgufType::kI16:
      return 2;
    case GgufType::kU32:
    case GgufType::kI32:
    case GgufType::kF32:
      return 4;
    case GgufType::kU64:
    case GgufType::kI64:
    case GgufType::kF64:
      return 8;
    default:
      return 0;
  }
}

GgufArray read_array(ByteReader& reader, std::string_view key) {
  const GgufType type = read_gguf_type(reader, key);
  const uint64_t count = reader.u64(key);
  if (type == GgufType::kArray) {
    fail("{}: the value {} is an array of arrays, which no Llama model has", reader.name(), key);
  }
  if (type != GgufType::kText) {
    const uint32_t size = element_bytes(type);
    // One more than is possible, if the product would overflow.
    const uint64_t bytes = count > reader.left() / size ? reader.left() + 1 : count * size;
    return {type, count, reader.take(bytes, key)};
  }
  ByteReader scan = reader;
  if (count > reader.left() / 8) {
    fail("{}: the value {} claims {} texts, more than the file has room for", reader.name(), key,
         count);
  }
  for (uint64_t i = 0; i < count; ++i) read_gguf_text(scan, key);
  return {type, count, reader.take(scan.position() - reader.position(), key)};
}

}  // namespace

std::string_view read_gguf_text(ByteReader& reader, std::string_view what) {
  return as_text(reader.take(reader.u64(what), what));
}

std::string_view read_gguf_name(ByteReader& reader, std::string_view what) {
  const std::string_view name = read_gguf_text(reader, what);
  bool is_plain = !name.empty() && name.size() <= 65535 && llama::is_valid_utf8(name);
  for (const char c : name) is_plain = is_plain && static_cast<unsigned char>(c) >= ' ';
  if (!is_plain) {
    fail("{}: {} before byte {} is not a name: the file is damaged", reader.name(), what,
         reader.position());
  }
  return name;
}

GgufType read_gguf_type(ByteReader& reader, std::string_view key) {
  const uint32_t type = reader.u32(key);
  if (type > static_cast<uint32_t>(GgufType::kF64)) {
    fail("{}: the value {} is of the unknown type {}", reader.name(), key, type);
  }
  return static_cast<GgufType>(type);
}

GgufValue read_gguf_value(ByteReader& reader, std::string_view key, GgufType type) {
  switch (type) {
    case GgufType::kU8:
      return uint64_t{reader.u8(key)};
    case GgufType::kI8:
      return int64_t{static_cast<int8_t>(reader.u8(key))};
    case GgufType::kU16:
      return uint64_t{reader.u16(key)};
    case GgufType::kI16:
      return int64_t{static_cast<int16_t>(reader.u16(key))};
    case GgufType::kU32:
      return uint64_t{reader.u32(key)};
    case GgufType::kI32:
      return int64_t{static_cast<int32_t>(reader.u32(key))};
    case GgufType::kU64:
      return reader.u64(key);
    case GgufType::kI64:
      return static_cast<int64_t>(reader.u64(key));
    case GgufType::kF32:
      return double{std::bit_cast<float>(reader.u32(key))};
    case GgufType::kF64:
      return std::bit_cast<double>(reader.u64(key));
    case GgufType::kBool:
      return reader.u8(key) != 0;
    case GgufType::kText:
      return read_gguf_text(reader, key);
    case GgufType::kArray:
      break;
  }
  return read_array(reader, key);
}

}  // namespace host
