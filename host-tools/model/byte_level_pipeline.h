// How a tokenizer.json of byte-level BPE cuts texts into words: by stages with settings, of which
// some are known as a whole, and all others refused.
#pragma once

#include <string>

#include "host-tools/model/json_file.h"
#include "llama/text/vocabulary.h"

namespace host {

struct ByteLevelPipeline {
  llama::WordRules word_rules = llama::WordRules::kNone;
  bool whole_words_first = false;
};

// Whether the pipeline is one over bytes.
bool is_byte_level(const Json& file, const std::string& name);

// `file` is the whole, `name` its name. Throws Failure: rules that are not known (named).
ByteLevelPipeline read_byte_level_pipeline(const Json& file, const std::string& name);

// The stages of such a file, without its model, for tokenizers that are saved without them.
Json gpt2_stages();
Json qwen2_stages();

}  // namespace host
