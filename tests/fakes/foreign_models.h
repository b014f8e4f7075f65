// Models as other programs have them, made from any WeightReader (such as RandomWeights): GGUF
// files and Hugging Face folders. And files that no program writes, for the readers to refuse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "host-tools/model/gguf.h"
#include "host-tools/model/weight_reader.h"
#include "tests/fakes/foreign_vocabularies.h"
#include "tests/fakes/gguf_bytes.h"
#include "tests/fakes/stored_weights.h"

namespace fakes {

// Matrices in `type`, vectors in F32; Llama 3's RoPE scaling as the tensor of divisors that
// llama.cpp's converter writes. Heads are in the order of the architecture: halves for all but
// "llama".
GgufBytes make_gguf(host::WeightReader& weights, host::StoredType type,
                    std::string_view architecture = "llama");
// The same in a file, of any size: written tensor by tensor.
void write_gguf(host::WeightReader& weights, host::StoredType type,
                const std::filesystem::path& path, std::string_view architecture = "llama");
// The same in parts: NAME-00001-of-0000N.gguf in `folder`. Returns the first part's path.
std::filesystem::path write_gguf_parts(host::WeightReader& weights, host::StoredType type,
                                       const std::filesystem::path& folder, uint32_t parts);
// config.json, tokenizer.model, and the weights in one file or in shards with their index.
void write_hugging_face(host::WeightReader& weights, host::StoredType type,
                        const std::filesystem::path& folder, uint32_t shards = 1,
                        std::string_view model_type = "llama");
// A safetensors file of a JSON header and data.
std::string safetensors_bytes(std::string_view header, std::string_view data);

}  // namespace fakes
