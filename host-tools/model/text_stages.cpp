#include "host-tools/model/text_stages.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/bytes.h"
#include "host-tools/model/unicode_tables.h"
#include "host-tools/support/failure.h"

namespace host {

using llama::NormalizerStep;

namespace {

constexpr const char* kMark = "\xe2\x96\x81";  // U+2581, SentencePiece's space

std::string bytes_of(std::span<const uint32_t> numbers) {
  std::string bytes(4 * numbers.size(), '\0');
  for (size_t i = 0; i < numbers.size(); ++i) {
    base::store_le32(std::as_writable_bytes(std::span(bytes)), 4 * i, numbers[i]);
  }
  return bytes;
}

std::string bytes_of(std::initializer_list<uint32_t> numbers) {
  return bytes_of(std::span(numbers.begin(), numbers.size()));
}

// The text that a pattern looks for; a regular expression is refused.
std::string pattern_of(const Json& stage, const std::string& name) {
  const Json* const pattern = member_of(stage, "pattern");
  const auto text = pattern == nullptr ? std::nullopt : text_of(*pattern, "String", name);
  if (!text || text->empty()) {
    fail("{}: replaces or cuts texts by an expression, which barellama doesn't do: {}", name,
         stage.dump());
  }
  return *text;
}

NormalizerPart replace_step(const std::string& pattern, const std::string& by) {
  return {NormalizerStep::kReplace,
          bytes_of({static_cast<uint32_t>(pattern.size())}) + pattern + by};
}

NormalizerPart read_step(const Json& stage, const std::string& name) {
  const std::string type = text_of(stage, "type", name).value_or("?");
  if (type == "NFC") return nfc_step();
  if (type == "Lowercase") return {NormalizerStep::kCharacters, bytes_of(kLowerCase)};
  if (type == "Replace") {
    return replace_step(pattern_of(stage, name), text_of(stage, "content", name).value_or(""));
  }
  if (type == "Prepend") {
    return {NormalizerStep::kPrepend, text_of(stage, "prepend", name).value_or("")};
  }
  if (type == "Strip") {
    const bool left = flag_of(stage, "strip_left", name).value_or(true);
    const bool right = flag_of(stage, "strip_right", name).value_or(true);
    return {NormalizerStep::kStrip,
            bytes_of({(left ? llama::kStripLeft : 0u) | (right ? llama::kStripRight : 0u)})};
  }
  fail(
      "{}: normalizes texts by \"{}\", which barellama doesn't do (it does NFC, Lowercase, "
      "Replace, "
      "Prepend and Strip)",
      name, type);
}

bool is_same(const NormalizerPart& a, const NormalizerPart& b) {
  return a.step == b.step && a.content == b.content;
}

// Metaspace makes the mark of spaces, puts one before a text, and may cut before each.
void read_metaspace(const Json& stage, const std::string& name, VocabularySource& source) {
  if (text_of(stage, "replacement", name).value_or(kMark) != kMark) {
    fail("{}: has another mark for spaces than U+2581: {}", name, stage.dump());
  }
  std::string scheme = flag_of(stage, "add_prefix_space", name).value_or(true) ? "always" : "never";
  scheme = text_of(stage, "prepend_scheme", name).value_or(scheme);
  source.space_before_text = scheme != "never";
  source.space_unless_there = true;
  source.space_at_beginning_only = scheme == "first";
  if (flag_of(stage, "split", name).value_or(true)) source.word_rules = llama::WordRules::kSpaces;
}

// A piece with a mark for a space, which a text with spaces as they are would never become.
bool has_marks(const Json& file) {
  const Json* const model = member_of(file, "model");
  const Json* const pieces = model == nullptr ? nullptr : member_of(*model, "vocab");
  if (pieces == nullptr || !pieces->is_object()) return false;
  return std::ranges::any_of(pieces->items(), [](const auto& piece) {
    return piece.key().find(kMark) != std::string::npos;
  });
}

}  // namespace

std::vector<Json> stages_of(const Json* stage, const char* list, const std::string& name) {
  if (stage == nullptr) return {};
  if (text_of(*stage, "type", name) != "Sequence") return {*stage};
  const Json* const members = member_of(*stage, list);
  if (members == nullptr || !members->is_array()) fail("{}: a Sequence has no \"{}\"", name, list);
  std::vector<Json> stages;
  for (const Json& member : *members) {
    for (Json& inner : stages_of(&member, list, name)) stages.push_back(std::move(inner));
  }
  return stages;
}

bool is_stage(const Json& stage, const char* type, const std::string& name) {
  return text_of(stage, "type", name) == type;
}

NormalizerPart nfc_step() {
  constexpr auto kRow = 3;
  return {NormalizerStep::kNfc,
          bytes_of({std::size(kCombiningClasses), std::size(kDecompositions) / kRow,
                    std::size(kCompositions) / kRow}) +
              bytes_of(kCombiningClasses) + bytes_of(kDecompositions) + bytes_of(kCompositions)};
}

std::vector<NormalizerPart> read_normalizer(const Json& file, const std::string& name) {
  std::vector<NormalizerPart> steps;
  for (const Json& stage : stages_of(member_of(file, "normalizer"), "normalizers", name)) {
    steps.push_back(read_step(stage, name));
  }
  return steps;
}

void read_spaces(const Json& file, const std::string& name, VocabularySource& source) {
  const NormalizerPart to_marks = replace_step(" ", kMark);
  const NormalizerPart mark_before = {NormalizerStep::kPrepend, kMark};
  std::vector<NormalizerPart>& steps = source.normalizer;
  steps = read_normalizer(file, name);
  bool makes_marks =
      std::ranges::any_of(steps, [&](const auto& step) { return is_same(step, to_marks); });
  source.space_before_text = false;
  for (const Json& stage : stages_of(member_of(file, "pre_tokenizer"), "pretokenizers", name)) {
    if (is_stage(stage, "Metaspace", name)) {
      read_metaspace(stage, name, source);
      makes_marks = true;
    } else if (!is_stage(stage, "Split", name) || !makes_marks || pattern_of(stage, name) != " ") {
      // Where there are no spaces any more, none is cut at.
      fail("{}: cuts texts into words by rules that barellama doesn't know: {}", name,
           stage.dump());
    }
  }
  if (!makes_marks && has_marks(file)) {
    fail("{}: has pieces with U+2581, but no stage that makes it of spaces", name);
  }
  const bool puts_mark =
      std::ranges::any_of(steps, [&](const auto& step) { return is_same(step, mark_before); });
  if (puts_mark) {
    source.space_before_text = true;
    source.space_unless_there = source.space_at_beginning_only = false;
    source.space_by_normalizer = true;
  }
  // What the pieces' own form does anyway, unless a token is looked for in what it makes.
  const bool is_looked_at = std::ranges::any_of(source.found, [](const FoundToken& token) {
    return (token.flags & (llama::kFoundNormalized | llama::kFoundSpecial)) ==
           llama::kFoundNormalized;
  });
  if (is_looked_at) return;
  if (!steps.empty() && is_same(steps.back(), to_marks)) steps.pop_back();
  if (!steps.empty() && is_same(steps.back(), mark_before)) {
    steps.pop_back();
    source.space_by_normalizer = false;
    if (!steps.empty() && is_same(steps.back(), to_marks)) steps.pop_back();
  }
}

Surroundings read_surroundings(const Json& file, const std::string& name) {
  Surroundings made;
  for (const Json& stage : stages_of(member_of(file, "post_processor"), "processors", name)) {
    if (is_stage(stage, "ByteLevel", name)) continue;
    const Json* const parts = member_of(stage, "single");
    if (!is_stage(stage, "TemplateProcessing", name) || parts == nullptr || !parts->is_array()) {
      fail("{}: puts tokens around texts in a way that barellama doesn't know: {}", name,
           stage.dump());
    }
    made.are_known = true;
    bool is_behind = false;
    for (const Json& part : *parts) {
      const Json* const token = member_of(part, "SpecialToken");
      if (token == nullptr) {
        is_behind = true;
        continue;
      }
      std::string& place = is_behind ? made.after : made.before;
      if (!place.empty()) {
        fail("{}: puts several tokens before or after texts, which barellama doesn't do: {}", name,
             parts->dump());
      }
      place = text_of(*token, "id", name).value_or("");
    }
  }
  return made;
}

uint32_t found_flags(const Json& token, const std::string& name) {
  struct Flag {
    const char* name;
    llama::FoundTokenFlag bit;
  };
  uint32_t flags = 0;
  for (const Flag& flag :
       {Flag{"special", llama::kFoundSpecial}, Flag{"lstrip", llama::kFoundLeftSpace},
        Flag{"rstrip", llama::kFoundRightSpace}, Flag{"single_word", llama::kFoundSingleWord},
        Flag{"normalized", llama::kFoundNormalized}}) {
    if (flag_of(token, flag.name, name).value_or(false)) flags |= flag.bit;
  }
  if (is_control_name(text_of(token, "content", name).value_or(""))) flags |= llama::kFoundSpecial;
  return flags;
}

void check_model(const Json& model, const std::string& name) {
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!text_of(model, affix, name).value_or("").empty()) {
      fail("{}: marks parts of words (\"{}\"), which barellama doesn't do", name, affix);
    }
  }
  if (number_of(model, "dropout", name).value_or(0) != 0) {
    fail("{}: leaves out merges at random (\"dropout\"), which barellama doesn't do", name);
  }
}

}  // namespace host
