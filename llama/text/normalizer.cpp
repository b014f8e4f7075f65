#include "llama/text/normalizer.h"

#include <utility>

#include "base/bytes.h"
#include "llama/text/normalizer_steps.h"

namespace llama {

using base::ErrorCode;
using base::load_le32;
using base::Result;
using base::Status;

namespace {

constexpr size_t kStepHeaderBytes = 8;

struct Step {
  NormalizerStep kind;
  std::span<const std::byte> content;
};

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Takes the first step of those that are left. What follows a step begins at a multiple of 4.
bool take_step(std::span<const std::byte>& steps, Step& step) {
  if (steps.size() < kStepHeaderBytes) return false;
  const uint32_t bytes = load_le32(steps, 4);
  if (bytes > steps.size() - kStepHeaderBytes) return false;
  step = {static_cast<NormalizerStep>(load_le32(steps)), steps.subspan(kStepHeaderBytes, bytes)};
  const size_t taken = kStepHeaderBytes + (size_t{bytes} + 3) / 4 * 4;
  if (taken > steps.size()) return false;
  steps = steps.subspan(taken);
  return true;
}

bool is_right(const Step& step) {
  const auto& content = step.content;
  switch (step.kind) {
    case NormalizerStep::kReplace:
      return content.size() > 4 && load_le32(content) > 0 &&
             load_le32(content) <= content.size() - 4;
    case NormalizerStep::kPrepend:
      return true;
    case NormalizerStep::kStrip:
      return content.size() == 4;
    case NormalizerStep::kNfc:
      return NfcData::is_right(content);
    case NormalizerStep::kCharacters:
      return content.size() % Triples::kRowBytes == 0;
    case NormalizerStep::kSentencePiece:
      return content.size() >= 4 && PrecompiledMap::is_right(content.subspan(4));
  }
  return false;
}

// What the step makes of the text: a part of it, or what is in `out`.
std::string_view apply(const Step& step, std::string_view text, bool space_before,
                       const FoundTokens& found, std::span<uint32_t> code_points, TextRoom& out) {
  const auto& content = step.content;
  switch (step.kind) {
    case NormalizerStep::kReplace: {
      const uint32_t bytes = load_le32(content);
      const std::string_view both = as_text(content.subspan(4));
      replace_text(text, both.substr(0, bytes), both.substr(bytes), out);
      return out.text();
    }
    case NormalizerStep::kPrepend:
      if (text.empty()) return text;
      out.add(as_text(content));
      out.add(text);
      return out.text();
    case NormalizerStep::kStrip:
      return strip_text(text, load_le32(content));
    case NormalizerStep::kNfc:
      NfcData(content).apply(text, code_points, out);
      return out.text();
    case NormalizerStep::kCharacters:
      map_characters(text, Triples(content), out);
      return out.text();
    case NormalizerStep::kSentencePiece:
      PrecompiledMap(content.subspan(4))
          .apply(text, (load_le32(content) & kRemoveExtraSpaces) != 0, space_before, found, out);
      return out.text();
  }
  return text;
}

}  // namespace

Result<Normalizer> Normalizer::open(std::span<const std::byte> table) {
  Normalizer normalizer;
  normalizer.steps_ = table;
  for (std::span<const std::byte> left = table; !left.empty();) {
    Step step;
    if (!take_step(left, step)) {
      return Status::error(ErrorCode::kCorrupt, "the tokenizer's normalizer is damaged");
    }
    const auto kind = static_cast<uint32_t>(step.kind);
    if (kind == 0 || step.kind > NormalizerStep::kSentencePiece) {
      return Status::error(ErrorCode::kUnsupported,
                           "the tokenizer's normalizer has a step of kind {}, which this program "
                           "does not know; use a newer barellama",
                           kind);
    }
    if (!is_right(step)) {
      return Status::error(ErrorCode::kCorrupt,
                           "the tokenizer's normalizer has a damaged step of kind {}", kind);
    }
  }
  return normalizer;
}

Result<Normalizer::Room> Normalizer::allocate(size_t text_bytes, base::Arena& arena) const {
  Room room;
  if (!has_steps()) return room;
  const size_t most = most_bytes(text_bytes);
  TRY_ASSIGN(room.text, arena.allocate<char>(most, "tokenizer"));
  TRY_ASSIGN(room.other, arena.allocate<char>(most, "tokenizer"));
  // U+0390 has 2 bytes and becomes 3 characters; there is room for a decomposition more.
  TRY_ASSIGN(room.code_points, arena.allocate<uint32_t>(most / 2 * 3 + 4, "tokenizer"));
  return room;
}

Result<std::string_view> Normalizer::normalize(std::string_view text, bool space_before,
                                               const FoundTokens& found, const Room& room) const {
  const size_t text_bytes = text.size();
  std::span<char> free = room.text;
  std::span<char> other = room.other;
  for (std::span<const std::byte> left = steps_; !left.empty();) {
    Step step;
    if (!take_step(left, step)) break;  // open() has seen all
    TextRoom out(free);
    const std::string_view made = apply(step, text, space_before, found, room.code_points, out);
    if (out.is_full()) {
      return Status::error(ErrorCode::kOutOfRange,
                           "the text of {} bytes has {} or more when its characters are "
                           "normalized, and at most {} are possible; shorten it",
                           text_bytes, out.size(), free.size());
    }
    if (out.size() > 0) std::swap(free, other);
    text = made;
  }
  return text;
}

}  // namespace llama
