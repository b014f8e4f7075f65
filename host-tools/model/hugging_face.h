// A model as Hugging Face's "transformers" saves it: a folder with config.json, weights in
// *.safetensors (one, or several with model.safetensors.index.json), and a tokenizer.
#pragma once

#include <filesystem>

#include "host-tools/model/source_model.h"

namespace host {

// `path` is the folder, or one of several *.safetensors in it that each hold a whole model. Throws
// Failure: another architecture (named), or a setting, tensor or tokenizer that a .blm can't hold.
SourceModel open_hugging_face(const std::filesystem::path& path, const SourceOptions& options);

}  // namespace host
