#include "host-tools/model/byte_level_pipeline.h"

#include <vector>

#include "host-tools/support/failure.h"

namespace host {

using llama::WordRules;

namespace {

constexpr const char* kLlama3Words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

// One stage, or those of a sequence.
std::vector<Json> stages_of(const Json* stage, const char* list, const std::string& name) {
  if (stage == nullptr) return {};
  if (text_of(*stage, "type", name) != "Sequence") return {*stage};
  const Json* const members = member_of(*stage, list);
  if (members == nullptr || !members->is_array()) fail("{}: a Sequence has no \"{}\"", name, list);
  return {members->begin(), members->end()};
}

bool is_stage(const Json& stage, const char* type, const std::string& name) {
  return text_of(stage, "type", name) == type;
}

// Whether the stage makes bytes of characters, and only that, but for cutting by GPT-2's rules if
// `cuts`.
bool makes_bytes(const Json& stage, bool cuts, const std::string& name) {
  return is_stage(stage, "ByteLevel", name) &&
         flag_of(stage, "use_regex", name).value_or(true) == cuts &&
         !flag_of(stage, "add_prefix_space", name).value_or(true);
}

std::string regex_of(const Json& stage, const std::string& name) {
  const Json* const pattern = member_of(stage, "pattern");
  return pattern == nullptr ? "" : text_of(*pattern, "Regex", name).value_or("");
}

bool is_llama3_split(const Json& stage, const std::string& name) {
  return is_stage(stage, "Split", name) && regex_of(stage, name) == kLlama3Words &&
         text_of(stage, "behavior", name) == "Isolated" &&
         !flag_of(stage, "invert", name).value_or(false);
}

WordRules read_word_rules(const Json& file, const std::string& name) {
  const auto stages = stages_of(member_of(file, "pre_tokenizer"), "pretokenizers", name);
  if (stages.size() == 1 && makes_bytes(stages[0], true, name)) return WordRules::kGpt2;
  if (stages.size() == 2 && is_llama3_split(stages[0], name) &&
      makes_bytes(stages[1], false, name)) {
    return WordRules::kLlama3;
  }
  if (stages.size() == 2 && is_stage(stages[0], "Digits", name) &&
      flag_of(stages[0], "individual_digits", name).value_or(false) &&
      makes_bytes(stages[1], true, name)) {
    return WordRules::kSmolLm;
  }
  std::string found;
  for (const Json& stage : stages) {
    const std::string regex = regex_of(stage, name);
    found += (found.empty() ? "" : ", ") + (regex.empty() ? stage.dump() : regex);
  }
  fail(
      "{}: cuts texts into words by rules that barellama doesn't know (it knows those of GPT-2, "
      "Llama 3 and SmolLM): {}",
      name, found.empty() ? "none" : found);
}

// The special token that a template has before the text.
std::string read_bos(const Json& file, const std::string& name) {
  const Json* const stage =
      stage_of(member_of(file, "post_processor"), "TemplateProcessing", "processors", name);
  const Json* const parts = stage == nullptr ? nullptr : member_of(*stage, "single");
  if (parts == nullptr || !parts->is_array() || parts->empty()) return "";
  const Json* const token = member_of(parts->front(), "SpecialToken");
  return token == nullptr ? "" : text_of(*token, "id", name).value_or("");
}

}  // namespace

const Json* stage_of(const Json* stage, const std::string& type, const char* list,
                     const std::string& name) {
  if (stage == nullptr) return nullptr;
  if (text_of(*stage, "type", name) == type) return stage;
  const Json* const members = member_of(*stage, list);
  if (members == nullptr || !members->is_array()) return nullptr;
  for (const Json& member : *members) {
    if (text_of(member, "type", name) == type) return &member;
  }
  return nullptr;
}

bool is_byte_level(const Json& file, const std::string& name) {
  return stage_of(member_of(file, "pre_tokenizer"), "ByteLevel", "pretokenizers", name) !=
             nullptr ||
         stage_of(member_of(file, "decoder"), "ByteLevel", "decoders", name) != nullptr;
}

ByteLevelPipeline read_byte_level_pipeline(const Json& file, const std::string& name) {
  // Changes of a text that none of the tokenizers we know makes.
  if (const Json* const normalizer = member_of(file, "normalizer")) {
    fail("{}: normalizes texts ({}), which barellama doesn't do for byte-level BPE", name,
         text_of(*normalizer, "type", name).value_or("?"));
  }
  const Json* const model = member_of(file, "model");
  if (model == nullptr) fail("{}: has no \"model\"", name);
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!text_of(*model, affix, name).value_or("").empty()) {
      fail("{}: marks parts of words (\"{}\"), which barellama doesn't do", name, affix);
    }
  }
  return {.word_rules = read_word_rules(file, name),
          .whole_words_first = flag_of(*model, "ignore_merges", name).value_or(false),
          .bos = read_bos(file, name)};
}

}  // namespace host
