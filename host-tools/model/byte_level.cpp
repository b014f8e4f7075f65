#include "host-tools/model/byte_level.h"

#include <array>
#include <unordered_map>

#include "base/check.h"
#include "host-tools/support/failure.h"
#include "llama/text/utf8.h"

namespace host {

using llama::TokenType;

namespace {

// No character of GPT-2's alphabet is above U+0143: 188 bytes that Latin-1 prints are themselves,
// the other 68 follow from U+0100, in their order.
constexpr size_t kCharacters = 0x100 + 68;

constexpr bool prints(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad && byte <= 0xff);
}

constexpr std::array<int, kCharacters> make_bytes() {
  std::array<int, kCharacters> bytes{};
  bytes.fill(-1);
  size_t next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    bytes[prints(byte) ? byte : next++] = static_cast<int>(byte);
  }
  return bytes;
}
constexpr auto kByteOfCharacter = make_bytes();

}  // namespace

std::optional<std::string> bytes_of_byte_level(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const size_t length = llama::utf8_character_length(text);
    CHECK(length > 0);
    if (length > 2) return std::nullopt;
    const auto first = static_cast<uint8_t>(text[0]);
    const size_t character =
        length == 1 ? first : size_t{first & 0x1fu} << 6 | (static_cast<uint8_t>(text[1]) & 0x3fu);
    const int byte = character < kCharacters ? kByteOfCharacter[character] : -1;
    if (byte < 0) return std::nullopt;
    bytes += static_cast<char>(byte);
    text.remove_prefix(length);
  }
  return bytes;
}

base::Result<TokenEntry> from_byte_level(std::string_view text, TokenType type) {
  if (const size_t bad = llama::find_invalid_utf8(text); bad != text.size()) {
    return base::Status::error(base::ErrorCode::kCorrupt,
                               "its {} bytes are not valid UTF-8 from byte {} on", text.size(),
                               bad);
  }
  if (type == TokenType::kNormal) {
    if (auto bytes = bytes_of_byte_level(text)) return TokenEntry{std::move(*bytes), 0, type};
    type = TokenType::kUserDefined;
  }
  return TokenEntry{std::string(text), 0, type};
}

void set_merges(VocabularySource& source, const std::vector<std::string_view>& texts,
                const std::vector<MergeTexts>& merges, const std::string& name) {
  CHECK(texts.size() == source.tokens.size());
  std::unordered_map<std::string_view, int32_t> ids;
  for (size_t id = 0; id < texts.size(); ++id) ids.emplace(texts[id], static_cast<int32_t>(id));
  source.merges.clear();
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const std::string made = std::string(merges[rank].first).append(merges[rank].second);
    bool is_text = true;
    const auto id_of = [&](std::string_view text) {
      const auto found = ids.find(text);
      if (found == ids.end()) {
        fail("{}: merge {} has or makes \"{}\", which is not a token", name, rank, text);
      }
      const TokenType type = source.tokens[static_cast<size_t>(found->second)].type;
      is_text = is_text && type == TokenType::kNormal;
      return found->second;
    };
    const llama::Merge merge = {.left = id_of(merges[rank].first),
                                .right = id_of(merges[rank].second),
                                .result = id_of(made),
                                .rank = static_cast<uint32_t>(rank)};
    if (is_text) source.merges.push_back(merge);
  }
}

std::optional<MergeTexts> split_merge(std::string_view merge) {
  // A space in a piece is written as another character.
  const size_t space = merge.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == merge.size()) {
    return std::nullopt;
  }
  return MergeTexts{merge.substr(0, space), merge.substr(space + 1)};
}

llama::WordRules word_rules_of_gguf(std::string_view name) {
  if (name == "llama-bpe" || name == "llama3" || name == "llama-v3") {
    return llama::WordRules::kLlama3;
  }
  if (name == "qwen2" || name == "deepseek-r1-qwen") return llama::WordRules::kQwen2;
  if (name == "smollm") return llama::WordRules::kSmolLm;
  return name == "gpt-2" ? llama::WordRules::kGpt2 : llama::WordRules::kNone;
}

}  // namespace host
