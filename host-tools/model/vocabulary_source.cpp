#include "host-tools/model/vocabulary_source.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/bytes.h"
#include "llama/text/utf8.h"

namespace host {

using base::ErrorCode;
using base::Result;
using base::Status;
using llama::TokenType;
using llama::VocabularyHeader;

namespace {

// Names by which llama.cpp knows tokens that end a text or an answer, and those of gaps to fill.
constexpr std::string_view kEndNames[] = {
    "<|eot_id|>",  "<|im_end|>", "<|end|>",       "<|return|>",      "<|call|>",
    "<|flush|>",   "<|calls|>",  "<|eom_id|>",    "<end_of_turn>",   "<EOT>",
    "_<EOT>",      "< EOT >",    "<|endoftext|>", "<|end_of_text|>", "<end_of_utterance>",
    "<|fim_pad|>", "<fim-pad>",  "<PAD>",         "<|fim_repo|>",    "<|repo_name|>",
    "<fim-repo>",  "<REPO>",     "<|file_sep|>"};
constexpr std::string_view kGapNames[] = {"<|fim_prefix|>", "<fim-prefix>", "<PRE>",
                                          "<|fim_suffix|>", "<fim-suffix>", "<SUF>",
                                          "<|fim_middle|>", "<fim-middle>", "<MID>"};

bool is_one_of(std::string_view text, std::span<const std::string_view> names) {
  return std::ranges::find(names, text) != names.end();
}

constexpr std::string_view kSentencePieceSpace = "\xe2\x96\x81";  // U+2581

int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// The byte that "<0x0A>" names, or -1 if `text` has another form.
int byte_of(std::string_view text) {
  if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return -1;
  const int high = hex_digit(text[3]);
  const int low = hex_digit(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// llama2.c's ids, by its tokenizer.py and by its run.c.
constexpr uint32_t kLlama2cUnknown = 0;
constexpr uint32_t kLlama2cBos = 1;
constexpr uint32_t kLlama2cEos = 2;
constexpr uint32_t kLlama2cFirstByte = 3;
constexpr uint32_t kLlama2cFirstPiece = kLlama2cFirstByte + 256;

Result<TokenEntry> from_llama2c(uint32_t id, std::string_view text, float score) {
  if (id == kLlama2cUnknown) return TokenEntry{std::string(text), score, TokenType::kUnknown};
  if (id == kLlama2cBos || id == kLlama2cEos) {
    // They are written with line feeds around them, for people who read the output.
    if (text.size() > 2 && text.front() == '\n' && text.back() == '\n') {
      text = text.substr(1, text.size() - 2);
    }
    return TokenEntry{std::string(text), score, TokenType::kControl};
  }
  if (id >= kLlama2cFirstPiece) return TokenEntry{std::string(text), score, TokenType::kNormal};
  if (byte_of(text) != static_cast<int>(id - kLlama2cFirstByte)) {
    return Status::error(ErrorCode::kCorrupt,
                         "token {} of the tokenizer is not the byte token <0x{:02x}>: this is no "
                         "tokenizer.bin of a Llama 2 vocabulary",
                         id, id - kLlama2cFirstByte);
  }
  return from_sentencepiece(text, score, TokenType::kByte);
}

}  // namespace

bool is_end_name(std::string_view text) { return is_one_of(text, kEndNames); }

bool is_control_name(std::string_view text) {
  return is_end_name(text) || is_one_of(text, kGapNames);
}

void add_end(VocabularySource& source, int32_t id) {
  if (id < 0 || id == source.eos) return;
  if (source.eos < 0) {
    source.eos = id;
  } else if (std::ranges::find(source.more_ends, id) == source.more_ends.end()) {
    source.more_ends.push_back(id);
  }
}

void show_notes(const VocabularySource& source) {
  for (const std::string& note : source.notes) std::fprintf(stderr, "note: %s\n", note.c_str());
}

void note_eos(VocabularySource& source) {
  source.notes.push_back(
      "its tokenizer ends texts with EOS; prompts get none, since the model continues them");
}

Result<TokenEntry> from_sentencepiece(std::string_view text, float score, TokenType type) {
  TokenEntry token{{}, score, type};
  if (type == TokenType::kByte) {
    const int byte = byte_of(text);
    if (byte < 0) {
      return Status::error(ErrorCode::kCorrupt,
                           "a byte token of {} characters is not of the form <0x0A>", text.size());
    }
    token.bytes.assign(1, static_cast<char>(byte));
    return token;
  }
  if (const size_t bad = llama::find_invalid_utf8(text); bad != text.size()) {
    return Status::error(ErrorCode::kCorrupt, "its {} bytes are not valid UTF-8 from byte {} on",
                         text.size(), bad);
  }
  while (!text.empty()) {
    if (text.starts_with(kSentencePieceSpace)) {
      token.bytes += ' ';
      text.remove_prefix(kSentencePieceSpace.size());
    } else {
      token.bytes += text.front();
      text.remove_prefix(1);
    }
  }
  return token;
}

Result<VocabularySource> read_llama2c_tokenizer(std::span<const std::byte> file,
                                                uint32_t vocabulary_size) {
  if (vocabulary_size < kLlama2cFirstPiece || vocabulary_size > VocabularyHeader::kMaxTokens) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "a vocabulary of {} tokens; a tokenizer.bin has {} to {}", vocabulary_size,
                         kLlama2cFirstPiece, VocabularyHeader::kMaxTokens);
  }
  if (file.size() < 4) {
    return Status::error(ErrorCode::kCorrupt, "the tokenizer file has only {} bytes", file.size());
  }
  const uint32_t longest = base::load_le32(file);
  VocabularySource source;
  source.unknown = kLlama2cUnknown;
  source.bos = kLlama2cBos;
  source.eos = kLlama2cEos;
  size_t at = 4;
  for (uint32_t id = 0; id < vocabulary_size; ++id) {
    if (file.size() - at < 8) {
      return Status::error(
          ErrorCode::kCorrupt,
          "the tokenizer file ends at byte {}, within token {} of {}: it is truncated "
          "or of another model",
          file.size(), id, vocabulary_size);
    }
    const float score = base::load_le_f32(file, at);
    const uint32_t length = base::load_le32(file, at + 4);
    at += 8;
    if (length > longest || length > file.size() - at) {
      return Status::error(
          ErrorCode::kCorrupt,
          "token {} of the tokenizer file claims {} bytes, more than the longest's {}: "
          "this is not a tokenizer.bin of llama2.c, or it is damaged",
          id, length, longest);
    }
    if (!std::isfinite(score)) {
      return Status::error(ErrorCode::kCorrupt,
                           "token {} of the tokenizer file has no finite score", id);
    }
    TRY_ASSIGN(TokenEntry token, from_llama2c(id, as_text(file.subspan(at, length)), score));
    source.tokens.push_back(std::move(token));
    at += length;
  }
  if (at != file.size()) {
    return Status::error(ErrorCode::kCorrupt,
                         "the tokenizer file has {} bytes after its {} tokens: it is of a model "
                         "with more",
                         file.size() - at, vocabulary_size);
  }
  return source;
}

}  // namespace host
