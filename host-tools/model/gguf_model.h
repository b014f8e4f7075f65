// A model in GGUF: one file, or the parts "NAME-00001-of-00003.gguf" and so on.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "host-tools/model/gguf.h"
#include "host-tools/model/source_model.h"

namespace host {

// Of a model in parts, `path` is any of them; all are read. Throws Failure: another architecture
// (named), or a setting, tensor or tokenizer that a .blm file can't hold.
SourceModel open_gguf(const std::filesystem::path& path, const SourceOptions& options);

// The configuration in the metadata, and Llama 3's RoPE scaling, which llama.cpp's converter leaves
// as the tensor rope_freqs.weight: one divisor for each pair of a head.
llama::ModelConfig read_gguf_config(const Gguf& gguf, const StoredTensor* embedding,
                                    const StoredTensor* rope_divisors);

}  // namespace host
