// llama2.c's checkpoints (its export.py): version 0, the "legacy" one without a magic number, f32;
// version 1, f32; version 2, int8 with an f32 scale for each group of the flattened tensor.
#pragma once

#include <filesystem>
#include <memory>

#include "host-tools/model/weight_reader.h"

namespace host {

// Opens a checkpoint and checks that it has the size that its header promises. Throws Failure.
std::unique_ptr<WeightReader> open_checkpoint(const std::filesystem::path& path);

}  // namespace host
