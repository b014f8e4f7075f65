// A GGUF file, value by value and tensor by tensor, and what its bytes are made of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fakes {

// Tensors begin at multiples of it.
constexpr uint64_t kGgufAlignment = 32;

// Nothing is checked.
class GgufBytes {
 public:
  explicit GgufBytes(uint32_t version = 3) : version_(version) {}

  void value(std::string_view key, std::string_view text);
  void value(std::string_view key, const char* text) { value(key, std::string_view(text)); }
  void value(std::string_view key, uint32_t number);
  void value(std::string_view key, float number);
  void value(std::string_view key, bool flag);
  void value(std::string_view key, const std::vector<std::string>& texts);
  void value(std::string_view key, const std::vector<float>& numbers);
  void value(std::string_view key, const std::vector<int32_t>& numbers);
  // A value with its type and bytes as given.
  void raw_value(std::string_view key, uint32_t type, std::string_view bytes);
  // `shape` has the columns first, as in the file.
  void tensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
              std::string_view data);
  // As tensor(), somewhere.
  void tensor_at(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                 uint64_t offset);

  std::string bytes() const;

 private:
  void key(std::string_view key, uint32_t type);

  uint32_t version_;
  uint64_t values_ = 0;
  uint64_t tensors_ = 0;
  std::string value_bytes_;
  std::string table_;
  std::string data_;
};

// Little-endian, as all of these files are.
std::string le16(uint16_t value);
std::string le32(uint32_t value);
std::string le64(uint64_t value);
std::string le_floats(std::span<const float> values);
// A GGUF string: length and bytes.
std::string gguf_text(std::string_view text);

}  // namespace fakes
