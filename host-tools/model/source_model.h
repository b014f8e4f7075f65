// A model to convert, of any kind that is known: a GGUF file, a Hugging Face folder, a llama2.c
// checkpoint.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/weight_reader.h"

namespace host {

struct SourceOptions {
  // In place of the tokenizer that the model brings.
  std::optional<std::filesystem::path> tokenizer = {};
  // In place of what the model says: what begins a text, and what alone ends it.
  std::optional<uint32_t> bos = {};
  std::optional<uint32_t> eos = {};
};

struct SourceModel {
  std::unique_ptr<WeightReader> weights;
  VocabularySource vocabulary;  // as many tokens as the model has
  // All that was read: not to be overwritten.
  std::vector<std::filesystem::path> files;
};

// Recognises the kind by the content. Throws Failure.
SourceModel open_source_model(const std::filesystem::path& path, const SourceOptions& options);

}  // namespace host
