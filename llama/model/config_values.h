// The configuration as a model file has it: a list of tagged values (docs/format.md,
// "Configuration"). A tag is a number that never changes; a value that a reader does not know is
// passed over, or, where it is marked so, refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "llama/model/config.h"

namespace llama {

enum class ValueType : uint8_t { kU32 = 1, kF32 = 2, kBytes = 3, kU64 = 4 };

// One value of a list, or several of one type.
struct ConfigValue {
  uint16_t tag = 0;
  ValueType type{};  // as read: may be none of the above
  uint8_t flags = 0;
  uint32_t count = 0;
  std::span<const std::byte> data;  // count times the type's size

  bool must_be_known() const;
};

// Walks over a list of values.
class ConfigValueReader {
 public:
  explicit ConfigValueReader(std::span<const std::byte> list) : left_(list) {}
  // The next value; nullopt at the end. kCorrupt: it does not fit into the list; kUnsupported: its
  // type is unknown, so that its length is, too.
  base::Result<std::optional<ConfigValue>> next();

 private:
  std::span<const std::byte> left_;
};

// The name of a tag that this program knows; null for others.
const char* name_of_config_tag(uint16_t tag);

// kCorrupt: the list is damaged, or a value is missing, repeated, or of another type.
// kUnsupported: a value that must be known is not. The configuration is not validated.
base::Result<ModelConfig> read_config(std::span<const std::byte> list);

// Writes the list of a configuration to the beginning of `list` and returns how many bytes it has.
// What equals the default of a plain Llama model is left out.
size_t write_config(const ModelConfig& config, std::span<std::byte> list);

}  // namespace llama
