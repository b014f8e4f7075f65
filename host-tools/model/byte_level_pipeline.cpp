#include "host-tools/model/byte_level_pipeline.h"

#include <algorithm>
#include <vector>

#include "host-tools/model/text_stages.h"
#include "host-tools/support/failure.h"

namespace host {

using llama::WordRules;

namespace {

// Llama 3's and Qwen2's differ in how many digits stand together.
constexpr const char* kLlama3Numbers = "\\p{N}{1,3}";
constexpr const char* kQwen2Numbers = "\\p{N}";

std::string words_with(const char* numbers) {
  return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + std::string(numbers) +
         R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
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

// The rules of a stage that cuts by Llama 3's or Qwen2's expression, or kNone.
WordRules rules_of_split(const Json& stage, const std::string& name) {
  if (!is_stage(stage, "Split", name) || text_of(stage, "behavior", name) != "Isolated" ||
      flag_of(stage, "invert", name).value_or(false)) {
    return WordRules::kNone;
  }
  const std::string regex = regex_of(stage, name);
  if (regex == words_with(kLlama3Numbers)) return WordRules::kLlama3;
  return regex == words_with(kQwen2Numbers) ? WordRules::kQwen2 : WordRules::kNone;
}

WordRules read_word_rules(const Json& file, const std::string& name) {
  const auto stages = stages_of(member_of(file, "pre_tokenizer"), "pretokenizers", name);
  if (stages.size() == 1 && makes_bytes(stages[0], true, name)) return WordRules::kGpt2;
  if (stages.size() == 2 && makes_bytes(stages[1], false, name)) {
    const WordRules rules = rules_of_split(stages[0], name);
    if (rules != WordRules::kNone) return rules;
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
      "Llama 3, SmolLM and Qwen2): {}",
      name, found.empty() ? "none" : found);
}

// Whether there is such a stage.
bool has_byte_level(const Json* stage, const char* list, const std::string& name) {
  const auto stages = stages_of(stage, list, name);
  return std::ranges::any_of(stages,
                             [&](const Json& one) { return is_stage(one, "ByteLevel", name); });
}

}  // namespace

bool is_byte_level(const Json& file, const std::string& name) {
  return has_byte_level(member_of(file, "pre_tokenizer"), "pretokenizers", name) ||
         has_byte_level(member_of(file, "decoder"), "decoders", name);
}

ByteLevelPipeline read_byte_level_pipeline(const Json& file, const std::string& name) {
  const Json* const model = member_of(file, "model");
  if (model == nullptr) fail("{}: has no \"model\"", name);
  return {.word_rules = read_word_rules(file, name),
          .whole_words_first = flag_of(*model, "ignore_merges", name).value_or(false)};
}

Json gpt2_stages() {
  return {{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}}};
}

Json qwen2_stages() {
  const Json split = {{"type", "Split"},
                      {"pattern", {{"Regex", words_with(kQwen2Numbers)}}},
                      {"behavior", "Isolated"}};
  const Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  return {
      {"normalizer", {{"type", "NFC"}}},
      {"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}}}};
}

}  // namespace host
