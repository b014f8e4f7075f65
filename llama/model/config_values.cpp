#include "llama/model/config_values.h"

#include <bit>
#include <iterator>

#include "base/align.h"
#include "base/bytes.h"
#include "base/check.h"
#include "llama/model/file_layout.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

// A value of the configuration that this program knows: one number.
struct Tag {
  uint16_t number;
  const char* name;
  ValueType type;
  bool is_required;
  // The value's 32 bits.
  uint32_t (*get)(const ModelConfig& config);
  void (*set)(ModelConfig& config, uint32_t bits);
};

template <uint32_t ModelConfig::*kField>
constexpr Tag whole(uint16_t number, const char* name, bool is_required) {
  return {number,
          name,
          ValueType::kU32,
          is_required,
          [](const ModelConfig& config) { return config.*kField; },
          [](ModelConfig& config, uint32_t bits) { config.*kField = bits; }};
}

template <float ModelConfig::*kField>
constexpr Tag real(uint16_t number, const char* name, bool is_required) {
  return {number,
          name,
          ValueType::kF32,
          is_required,
          [](const ModelConfig& config) { return std::bit_cast<uint32_t>(config.*kField); },
          [](ModelConfig& config, uint32_t bits) { config.*kField = std::bit_cast<float>(bits); }};
}

template <auto kField, typename Choice>
constexpr Tag choice(uint16_t number, const char* name) {
  return {number,
          name,
          ValueType::kU32,
          false,
          [](const ModelConfig& config) { return static_cast<uint32_t>(config.*kField); },
          [](ModelConfig& config, uint32_t bits) { config.*kField = static_cast<Choice>(bits); }};
}

constexpr Tag kTags[] = {
    whole<&ModelConfig::dim>(1, "dim", true),
    whole<&ModelConfig::hidden_dim>(2, "hidden_dim", true),
    whole<&ModelConfig::n_layers>(3, "layers", true),
    whole<&ModelConfig::n_heads>(4, "heads", true),
    whole<&ModelConfig::n_kv_heads>(5, "kv_heads", true),
    whole<&ModelConfig::head_size>(6, "head_size", true),
    whole<&ModelConfig::vocab_size>(7, "vocabulary", true),
    whole<&ModelConfig::context>(8, "context", true),
    real<&ModelConfig::rope_base>(9, "rope_base", true),
    real<&ModelConfig::norm_eps>(10, "norm_epsilon", true),
    choice<&ModelConfig::tied_classifier, bool>(11, "tied_classifier"),
    choice<&ModelConfig::rope_scaling, RopeScaling>(12, "rope_scaling"),
    real<&ModelConfig::rope_factor>(13, "rope_factor", false),
    real<&ModelConfig::rope_low_freq_factor>(14, "rope_low_factor", false),
    real<&ModelConfig::rope_high_freq_factor>(15, "rope_high_factor", false),
    whole<&ModelConfig::rope_original_context>(16, "rope_original_context", false),
    choice<&ModelConfig::chat_template, ChatTemplate>(17, "chat_template"),
    whole<&ModelConfig::n_experts>(18, "experts", false),
    real<&ModelConfig::rope_turn_factor>(32, "rope_turn_factor", false),
    whole<&ModelConfig::window>(33, "window", false),
};

constexpr bool are_in_order() {
  for (size_t i = 1; i < std::size(kTags); ++i) {
    if (kTags[i].number <= kTags[i - 1].number) return false;
  }
  return true;
}
static_assert(are_in_order());
static_assert(std::size(kTags) <= 32);  // read_config() marks them in 32 bits

const Tag* find_tag(uint16_t number) {
  for (const Tag& tag : kTags) {
    if (tag.number == number) return &tag;
  }
  return nullptr;
}

uint32_t bit_of(const Tag& tag) { return uint32_t{1} << (&tag - kTags); }

// 0: unknown.
uint32_t size_of(ValueType type) {
  switch (type) {
    case ValueType::kU32:
    case ValueType::kF32:
      return 4;
    case ValueType::kBytes:
      return 1;
    case ValueType::kU64:
      return 8;
  }
  return 0;
}

}  // namespace

bool ConfigValue::must_be_known() const { return (flags & kFlagMustBeKnown) != 0; }

base::Result<std::optional<ConfigValue>> ConfigValueReader::next() {
  if (left_.empty()) return std::optional<ConfigValue>();
  if (left_.size() < kValueHeaderBytes) {
    return Status::error(
        ErrorCode::kCorrupt,
        "the model's configuration ends with {} bytes that are not a value; convert it again",
        left_.size());
  }
  ConfigValue value{.tag = base::load_le16(left_, kValueTag),
                    .type = static_cast<ValueType>(left_[kValueType]),
                    .flags = std::to_integer<uint8_t>(left_[kValueFlags]),
                    .count = base::load_le32(left_, kValueCount),
                    .data = {}};
  const uint32_t size = size_of(value.type);
  if (size == 0 || (value.flags & ~kFlagMustBeKnown) != 0) {
    return Status::error(ErrorCode::kUnsupported,
                         "value {} of the model's configuration has type {} and flags {}, which "
                         "this program does not know; use a newer barellama",
                         value.tag, static_cast<uint32_t>(value.type), value.flags);
  }
  const uint64_t bytes = uint64_t{value.count} * size;
  const uint64_t padded = base::round_up<uint64_t>(bytes, 4);
  if (padded > left_.size() - kValueHeaderBytes) {
    return Status::error(ErrorCode::kCorrupt,
                         "value {} of the model's configuration has {} bytes, but {} are left",
                         value.tag, bytes, left_.size() - kValueHeaderBytes);
  }
  value.data = left_.subspan(kValueHeaderBytes, static_cast<size_t>(bytes));
  left_ = left_.subspan(kValueHeaderBytes + static_cast<size_t>(padded));
  return std::optional(value);
}

const char* name_of_config_tag(uint16_t tag) {
  const Tag* const known = find_tag(tag);
  return known == nullptr ? nullptr : known->name;
}

base::Result<ModelConfig> read_config(std::span<const std::byte> list) {
  ModelConfig config{};
  uint32_t seen = 0;
  ConfigValueReader reader(list);
  for (;;) {
    TRY_ASSIGN(const std::optional<ConfigValue> value, reader.next());
    if (!value) break;
    const Tag* const tag = find_tag(value->tag);
    if (tag == nullptr) {
      if (!value->must_be_known()) continue;
      return Status::error(ErrorCode::kUnsupported,
                           "the model's configuration has value {}, which must be known and which "
                           "this program does not know; use a newer barellama",
                           value->tag);
    }
    if (value->type != tag->type || value->count != 1 || (seen & bit_of(*tag)) != 0) {
      return Status::error(ErrorCode::kCorrupt,
                           "value {} of the model's configuration occurs twice, or is not one "
                           "number of its type; convert it again",
                           value->tag);
    }
    seen |= bit_of(*tag);
    tag->set(config, base::load_le32(value->data));
  }
  for (const Tag& tag : kTags) {
    if (tag.is_required && (seen & bit_of(tag)) == 0) {
      return Status::error(ErrorCode::kCorrupt,
                           "value {} of the model's configuration is missing; convert it again",
                           tag.number);
    }
  }
  return config;
}

size_t write_config(const ModelConfig& config, std::span<std::byte> list) {
  const ModelConfig plain{};
  size_t at = 0;
  for (const Tag& tag : kTags) {
    const uint32_t bits = tag.get(config);
    if (!tag.is_required && bits == tag.get(plain)) continue;
    CHECK(list.size() - at >= kValueHeaderBytes + sizeof(uint32_t));
    base::store_le16(list, at + kValueTag, tag.number);
    list[at + kValueType] = static_cast<std::byte>(tag.type);
    list[at + kValueFlags] = static_cast<std::byte>(kFlagMustBeKnown);
    base::store_le32(list, at + kValueCount, 1);
    base::store_le32(list, at + kValueHeaderBytes, bits);
    at += kValueHeaderBytes + sizeof(uint32_t);
  }
  return at;
}

}  // namespace llama
