#include "host-tools/model/safetensors.h"

#include <limits>

#include "host-tools/model/byte_reader.h"
#include "host-tools/model/json_file.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

// The limit of the format's own reader.
constexpr uint64_t kMostHeaderBytes = 100'000'000;

uint64_t unsigned_at(const Json& list, size_t index, const std::string& name,
                     const std::string& tensor) {
  if (!list[index].is_number_unsigned()) {
    fail("{}: the tensor {} has a size or place that is not a whole number", name, tensor);
  }
  return list[index].get<uint64_t>();
}

StoredType type_of(const Json& entry, const std::string& name, const std::string& tensor) {
  const std::string dtype = text_of(entry, "dtype", name).value_or("(none)");
  if (dtype == "F32") return StoredType::kF32;
  if (dtype == "F16") return StoredType::kF16;
  if (dtype == "BF16") return StoredType::kBF16;
  fail("{}: the tensor {} is of type {}, which is not read; F32, F16 and BF16 are", name, tensor,
       dtype);
}

StoredTensor read_tensor(const Json& entry, std::span<const std::byte> data,
                         const std::string& name, const std::string& tensor) {
  const Json* const shape = member_of(entry, "shape");
  const Json* const offsets = member_of(entry, "data_offsets");
  if (shape == nullptr || !shape->is_array() || offsets == nullptr || !offsets->is_array() ||
      offsets->size() != 2) {
    fail("{}: the tensor {} has no shape or no place", name, tensor);
  }
  if (shape->empty() || shape->size() > 2) {
    fail("{}: the tensor {} has {} dimensions; those of a Llama model have 1 or 2", name, tensor,
         shape->size());
  }
  StoredTensor stored{};
  stored.type = type_of(entry, name, tensor);
  stored.rows = shape->size() == 1 ? 1 : unsigned_at(*shape, 0, name, tensor);
  stored.columns = unsigned_at(*shape, shape->size() - 1, name, tensor);
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
  const uint64_t begin = unsigned_at(*offsets, 0, name, tensor);
  const uint64_t end = unsigned_at(*offsets, 1, name, tensor);
  if (begin > end || end > data.size()) {
    fail("{}: the tensor {} lies beyond the file's end: it is truncated or damaged", name, tensor);
  }
  const uint64_t size = block_of(stored.type).bytes;
  if (stored.rows > kMost || stored.columns > kMost ||
      stored.rows * stored.columns != (end - begin) / size || (end - begin) % size != 0) {
    fail("{}: the tensor {} has {} bytes for {} rows of {}", name, tensor, end - begin, stored.rows,
         stored.columns);
  }
  stored.bytes = data.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  return stored;
}

}  // namespace

void read_safetensors(std::span<const std::byte> file, const std::string& name,
                      TensorTable& tensors) {
  ByteReader reader(file, name);
  const uint64_t header_bytes = reader.u64("the length of the header");
  if (header_bytes > kMostHeaderBytes) {
    fail("{}: is not a safetensors file: its header would have {} bytes", name, header_bytes);
  }
  const Json header =
      parse_json(as_text(reader.take(header_bytes, "the header")), name + ": the header");
  if (!header.is_object())
    fail("{}: is not a safetensors file: its header is not a JSON object", name);
  const auto data = file.subspan(reader.position());
  for (const auto& [tensor, entry] : header.items()) {
    if (tensor == "__metadata__") continue;
    if (!tensors.emplace(tensor, read_tensor(entry, data, name, tensor)).second) {
      fail("{}: has the tensor {}, which another file has, too", name, tensor);
    }
  }
}

}  // namespace host
