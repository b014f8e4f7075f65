#include "tests/fakes/gguf_bytes.h"

#include <bit>

namespace fakes {
namespace {

template <typename Integer>
std::string little_endian(Integer value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
  return bytes;
}

std::string gguf_array(uint32_t type, uint64_t count, std::string_view elements) {
  return le32(type) + le64(count) + std::string(elements);
}

}  // namespace

std::string le16(uint16_t value) { return little_endian(value); }
std::string le32(uint32_t value) { return little_endian(value); }
std::string le64(uint64_t value) { return little_endian(value); }

std::string le_floats(std::span<const float> values) {
  std::string bytes;
  for (const float value : values) bytes += le32(std::bit_cast<uint32_t>(value));
  return bytes;
}

std::string gguf_text(std::string_view text) { return le64(text.size()) + std::string(text); }

void GgufBytes::key(std::string_view key, uint32_t type) {
  value_bytes_ += gguf_text(key) + le32(type);
  ++values_;
}
void GgufBytes::raw_value(std::string_view name, uint32_t type, std::string_view bytes) {
  key(name, type);
  value_bytes_ += bytes;
}
void GgufBytes::value(std::string_view name, std::string_view text) {
  raw_value(name, 8, gguf_text(text));
}
void GgufBytes::value(std::string_view name, uint32_t number) { raw_value(name, 4, le32(number)); }
void GgufBytes::value(std::string_view name, float number) {
  raw_value(name, 6, le32(std::bit_cast<uint32_t>(number)));
}
void GgufBytes::value(std::string_view name, bool flag) {
  raw_value(name, 7, std::string(1, flag ? '\1' : '\0'));
}
void GgufBytes::value(std::string_view name, const std::vector<std::string>& texts) {
  std::string elements;
  for (const std::string& text : texts) elements += gguf_text(text);
  raw_value(name, 9, gguf_array(8, texts.size(), elements));
}
void GgufBytes::value(std::string_view name, const std::vector<float>& numbers) {
  raw_value(name, 9, gguf_array(6, numbers.size(), le_floats(numbers)));
}
void GgufBytes::value(std::string_view name, const std::vector<int32_t>& numbers) {
  std::string elements;
  for (const int32_t number : numbers) elements += le32(static_cast<uint32_t>(number));
  raw_value(name, 9, gguf_array(5, numbers.size(), elements));
}

void GgufBytes::tensor_at(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                          uint64_t offset) {
  table_ += gguf_text(name) + le32(static_cast<uint32_t>(shape.size()));
  for (const uint64_t size : shape) table_ += le64(size);
  table_ += le32(type) + le64(offset);
  ++tensors_;
}
void GgufBytes::tensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                       std::string_view data) {
  tensor_at(name, shape, type, data_.size());
  data_ += data;
  data_.resize((data_.size() + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment, '\0');
}

std::string GgufBytes::bytes() const {
  std::string file = "GGUF" + le32(version_) + le64(tensors_) + le64(values_);
  file += value_bytes_ + table_;
  file.resize((file.size() + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment, '\0');
  return file + data_;
}

}  // namespace fakes
