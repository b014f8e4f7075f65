#include "host-tools/model/gguf.h"

#include <bit>
#include <limits>
#include <utility>

#include "base/align.h"
#include "host-tools/model/byte_reader.h"

namespace host {
namespace {

constexpr uint32_t kMagic = 0x46554747;  // "GGUF" in file order
constexpr uint32_t kDefaultAlignment = 32;
constexpr uint32_t kMostAlignment = 1 << 20;
constexpr uint32_t kMostDimensions = 4;
// The least that an entry of each table takes: length of its name, and numbers.
constexpr uint64_t kLeastValueBytes = 8 + 4 + 1;
constexpr uint64_t kLeastTensorBytes = 8 + 4 + 8 + 4 + 8;

struct TensorEntry {
  std::string name;
  StoredTensor tensor;
  uint64_t offset;  // from where the tensor data begins
};

// Name, dimensions (the columns first), type, offset.
TensorEntry read_tensor(ByteReader& reader, std::string_view architecture) {
  const std::string name(read_gguf_name(reader, "the name of a tensor"));
  const uint32_t dimensions = reader.u32(name);
  if (dimensions == 0 || dimensions > kMostDimensions) {
    fail("{}: the tensor {} has {} dimensions", reader.name(), name, dimensions);
  }
  uint64_t shape[kMostDimensions] = {1, 1, 1, 1};
  for (uint32_t i = 0; i < dimensions; ++i) shape[i] = reader.u64(name);
  const uint32_t number = reader.u32(name);
  const uint64_t offset = reader.u64(name);
  for (const uint64_t size : shape) {
    if (size == 0 || size > std::numeric_limits<uint32_t>::max()) {
      fail("{}: the tensor {} is {} values wide: the file is damaged", reader.name(), name, size);
    }
  }
  if (shape[2] != 1 || shape[3] != 1) {
    fail(
        "{}: the tensor {} has more than two dimensions: the model, of the architecture \"{}\", is "
        "a mixture of experts or of another kind, which barellama doesn't run",
        reader.name(), name, architecture);
  }
  const auto type = stored_type_of(number);
  if (!type) {
    fail(
        "{}: the tensor {} is of type {} ({}), which is not read; take the model in F16, Q8_0, "
        "Q4_0 or a K type",
        reader.name(), name, stored_type_name(number), number);
  }
  if (shape[0] % block_of(*type).values != 0) {
    fail("{}: the tensor {} has rows of {}, not a multiple of {}'s {}", reader.name(), name,
         shape[0], name_of(*type), block_of(*type).values);
  }
  return {name, {*type, shape[1], shape[0], {}}, offset};
}

}  // namespace

bool Gguf::has_magic(std::span<const std::byte> file) {
  return file.size() >= 4 && base::load_le32(file) == kMagic;
}

Gguf::Gguf(std::span<const std::byte> file, std::string name) : name_(std::move(name)) {
  ByteReader reader(file, name_);
  if (!has_magic(file)) fail("{}: is not a GGUF file: it does not begin with \"GGUF\"", name_);
  reader.take(4, "the header");
  version_ = reader.u32("the header");
  if (version_ != 2 && version_ != 3) {
    fail("{}: is GGUF of version {}; 2 and 3 are known{}", name_, version_,
         (version_ & 0xffff) == 0 ? " (its numbers are big-endian)" : "");
  }
  const uint64_t tensor_count = reader.u64("the header");
  const uint64_t value_count = reader.u64("the header");
  if (value_count > reader.left() / kLeastValueBytes ||
      tensor_count > reader.left() / kLeastTensorBytes) {
    fail("{}: claims {} values and {} tensors, more than its {} bytes have room for", name_,
         value_count, tensor_count, file.size());
  }
  for (uint64_t i = 0; i < value_count; ++i) {
    const std::string key(read_gguf_name(reader, "the key of a value"));
    GgufValue value = read_gguf_value(reader, key, read_gguf_type(reader, key));
    if (!values_.emplace(key, std::move(value)).second) {
      fail("{}: has the value {} twice", name_, key);
    }
  }
  std::vector<TensorEntry> entries;
  const std::string_view architecture = text("general.architecture").value_or("(none)");
  for (uint64_t i = 0; i < tensor_count; ++i) {
    entries.push_back(read_tensor(reader, architecture));
  }
  if (entries.empty()) return;  // a vocabulary only

  const uint32_t alignment = whole("general.alignment").value_or(kDefaultAlignment);
  if (!std::has_single_bit(alignment) || alignment < 8 || alignment > kMostAlignment) {
    fail("{}: tensors aligned to {} bytes: the file is damaged", name_, alignment);
  }
  const uint64_t begin = base::round_up<uint64_t>(reader.position(), alignment);
  for (TensorEntry& entry : entries) {
    const StoredTensor& tensor = entry.tensor;
    const BlockShape block = block_of(tensor.type);
    // Rows and columns are below 2^32, and a block has no more bytes than 4 times its values.
    const auto blocks = tensor.columns / block.values;
    const bool fits =
        blocks <= file.size() / block.bytes && tensor.rows <= file.size() / (blocks * block.bytes);
    const uint64_t bytes = fits ? tensor.rows * blocks * block.bytes : file.size() + 1;
    if (begin > file.size() || bytes > file.size() - begin ||
        entry.offset > file.size() - begin - bytes) {
      fail("{}: the tensor {} lies beyond the file's end ({} bytes): it is truncated or damaged",
           name_, entry.name, file.size());
    }
    if (entry.offset % alignment != 0) {
      fail("{}: the tensor {} lies at {}, not a multiple of {}", name_, entry.name, entry.offset,
           alignment);
    }
    entry.tensor.bytes =
        file.subspan(static_cast<size_t>(begin + entry.offset), static_cast<size_t>(bytes));
    if (!tensors_.emplace(entry.name, entry.tensor).second) {
      fail("{}: has the tensor {} twice", name_, entry.name);
    }
  }
}

std::vector<std::string_view> Gguf::keys() const {
  std::vector<std::string_view> keys;
  for (const auto& [key, value] : values_) keys.push_back(key);
  return keys;
}

namespace {

[[noreturn]] void fail_type(const std::string& name, std::string_view key) {
  fail("{}: the value {} is of a type that it should not have", name, key);
}

}  // namespace

std::optional<uint32_t> Gguf::whole(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  uint64_t value = 0;
  if (const auto* positive = std::get_if<uint64_t>(&found->second)) {
    value = *positive;
  } else if (const auto* integer = std::get_if<int64_t>(&found->second)) {
    if (*integer < 0) fail("{}: the value {} is {}", name_, key, *integer);
    value = static_cast<uint64_t>(*integer);
  } else {
    fail_type(name_, key);
  }
  if (value > std::numeric_limits<uint32_t>::max()) {
    fail("{}: the value {} is {}, more than any model has", name_, key, value);
  }
  return static_cast<uint32_t>(value);
}

std::optional<double> Gguf::number(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<double>(&found->second)) return *value;
  return static_cast<double>(*whole(key));
}

std::optional<bool> Gguf::flag(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&found->second)) return *value;
  fail_type(name_, key);
}

std::optional<std::string_view> Gguf::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  if (const auto* value = std::get_if<std::string_view>(&found->second)) return *value;
  fail_type(name_, key);
}

const GgufArray* Gguf::array(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return nullptr;
  const auto* array = std::get_if<GgufArray>(&found->second);
  if (array == nullptr) fail_type(name_, key);
  return array;
}

std::optional<std::vector<std::string_view>> Gguf::texts(std::string_view key) const {
  const GgufArray* const list = array(key);
  if (list == nullptr) return std::nullopt;
  if (list->type != GgufType::kText) fail_type(name_, key);
  ByteReader reader(list->bytes, name_);
  std::vector<std::string_view> texts;
  for (uint64_t i = 0; i < list->count; ++i) texts.push_back(read_gguf_text(reader, key));
  return texts;
}

std::optional<std::vector<double>> Gguf::numbers(std::string_view key) const {
  const GgufArray* const list = array(key);
  if (list == nullptr) return std::nullopt;
  if (list->type == GgufType::kText || list->type == GgufType::kBool) fail_type(name_, key);
  ByteReader reader(list->bytes, name_);
  std::vector<double> numbers;
  for (uint64_t i = 0; i < list->count; ++i) {
    const GgufValue value = read_gguf_value(reader, key, list->type);
    if (const auto* fraction = std::get_if<double>(&value)) {
      numbers.push_back(*fraction);
    } else if (const auto* integer = std::get_if<int64_t>(&value)) {
      numbers.push_back(static_cast<double>(*integer));
    } else {
      numbers.push_back(static_cast<double>(std::get<uint64_t>(value)));
    }
  }
  return numbers;
}

}  // namespace host
