// safetensors, the file format of Hugging Face's weights: the length of a JSON header, u64; the
// header, {"NAME": {"dtype": "BF16", "shape": [576, 192], "data_offsets": [0, 221184]}, ..}; data.
#pragma once

#include <span>
#include <string>

#include "host-tools/model/stored_weights.h"

namespace host {

// Adds a file's tensors to `tensors`. `file` outlives them; `name` is for messages. Throws Failure:
// truncated, offsets outside of the file, a name twice, types other than F32, F16 and BF16 (named),
// more than two dimensions.
void read_safetensors(std::span<const std::byte> file, const std::string& name,
                      TensorTable& tensors);

}  // namespace host
