// Where a model is on a card, with all of its parts (llama/model/model_parts.h).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "libpi/fs/extent.h"
#include "libpi/fs/fat_volume.h"

namespace kernel {

struct CardModel {
  std::span<const pi::Extent> extents;  // of the whole model, without the headers of later parts
  uint64_t bytes;
};

// `path` is that of `first`, the model's first file; the others are looked for in its folder. The
// extents take arena room, under the tag "file extents". kNotFound names the part that is missing,
// kCorrupt the one that does not belong to the others; and the errors of the volume.
base::Result<CardModel> find_card_model(pi::FatVolume& volume, const pi::FileInfo& first,
                                        std::string_view path, base::Arena& arena);

// Whether a file of this name is taken for a model when none is named: "*.blm", but not the
// "._NAME" that Macs leave beside each file that they copy.
bool is_model_name(std::string_view name);

}  // namespace kernel
