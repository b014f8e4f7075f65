// What a tokenizer.json does to texts apart from merging: stages that normalize them, cut them, and
// put tokens around them. Those that barellama does as Hugging Face's "tokenizers" does them are
// taken, others refused by name.
#pragma once

#include <string>
#include <vector>

#include "host-tools/model/json_file.h"
#include "host-tools/model/vocabulary_source.h"

namespace host {

// One stage, or those of a sequence, whose list has the key `list`.
std::vector<Json> stages_of(const Json* stage, const char* list, const std::string& name);

bool is_stage(const Json& stage, const char* type, const std::string& name);

// The normalizer, as steps. `file` is the whole, `name` its name.
std::vector<NormalizerPart> read_normalizer(const Json& file, const std::string& name);

// Unicode's normal form C.
NormalizerPart nfc_step();

// Spaces of a vocabulary of SentencePiece's kind: the normalizer, what cuts texts before spaces,
// and what puts a space before them. `found` is read.
void read_spaces(const Json& file, const std::string& name, VocabularySource& source);

// Which tokens a post-processor puts before and after a text, by name.
struct Surroundings {
  bool are_known = false;  // there is a stage that says it
  std::string before;
  std::string after;
};
Surroundings read_surroundings(const Json& file, const std::string& name);

// What is said of an added token, as llama::FoundTokenFlag.
uint32_t found_flags(const Json& token, const std::string& name);

// That the model makes tokens as ours does: nothing random, no marks for parts of words.
void check_model(const Json& model, const std::string& name);

}  // namespace host
