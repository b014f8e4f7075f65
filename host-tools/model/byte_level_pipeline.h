// What a tokenizer.json of byte-level BPE does besides merging. It is a pipeline of stages with
// settings; some are known as a whole, and all others refused.
#pragma once

#include <string>

#include "host-tools/model/json_file.h"
#include "llama/text/vocabulary.h"

namespace host {

struct ByteLevelPipeline {
  llama::WordRules word_rules = llama::WordRules::kNone;
  bool whole_words_first = false;
  std::string bos;  // the token that is put before each text, empty for none
};

// Whether the pipeline is one over bytes.
bool is_byte_level(const Json& file, const std::string& name);

// `file` is the whole, `name` its name. Throws Failure: rules or a normalizer that are not known
// (named).
ByteLevelPipeline read_byte_level_pipeline(const Json& file, const std::string& name);

// The stage of a type: `stage` itself, or the first in the list with the key `list` of a sequence;
// nullptr if there is none, or no stage.
const Json* stage_of(const Json* stage, const std::string& type, const char* list,
                     const std::string& name);

}  // namespace host
