// The tokenizer of a Hugging Face folder. Several files say something of it: tokenizer.json,
// tokenizer.model or vocab.json with merges.txt hold the pieces; tokenizer_config.json,
// added_tokens.json, special_tokens_map.json, config.json and generation_config.json what was added
// to them, and what begins and ends a text.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/model/json_file.h"
#include "host-tools/model/vocabulary_source.h"

namespace host {

struct FolderTokenizer {
  VocabularySource vocabulary;               // as many tokens as the model has
  std::vector<std::filesystem::path> files;  // those with the pieces
};

// `named` is a file of the user's choice in place of the folder's; `config` is config.json,
// `config_name` its name, `size` the model's vocabulary. Throws Failure.
FolderTokenizer read_folder_tokenizer(const std::filesystem::path& folder,
                                      const std::optional<std::filesystem::path>& named,
                                      const Json& config, const std::string& config_name,
                                      uint32_t size);

}  // namespace host
