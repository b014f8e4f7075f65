// What a Hugging Face folder's config.json says of a model, as transformers 4 and 5 write it.
#pragma once

#include <string>

#include "host-tools/model/architectures.h"
#include "host-tools/model/json_file.h"
#include "llama/model/config.h"

namespace host {

// Throws Failure: "model_type" is missing, or none that is known. `name` is the file's.
const Architecture& hugging_face_architecture(const Json& json, const std::string& name);

// What is absent is what transformers' class of the name has. The chat template is not there.
// Throws Failure: a value that is missing or absurd, or by which the model computes something that
// barellama doesn't.
llama::ModelConfig read_hugging_face_config(const Json& json, const std::string& name);

}  // namespace host
