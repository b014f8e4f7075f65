// Header and directory of a .blm file from their parts: the inverse of ModelFile::open(). What the
// converter writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "llama/model/config.h"
#include "llama/model/directory_reader.h"
#include "llama/model/tensor.h"

namespace llama {

// What the directory lists.
struct DirectoryTables {
  std::span<const Segment> segments;
  // In the order of execution. Those with tile_starts have kTensorHasTileStarts among their flags.
  std::span<const Tensor> tensors;
  std::span<const uint32_t> tile_crcs;

  uint32_t tile_start_count() const;
  uint64_t bytes() const;
};

// `directory` has tables.bytes().
void write_directory(const DirectoryTables& tables, std::span<std::byte> directory);

// `header` has kHeaderBytes; both CRCs are filled in.
void write_header(const ModelConfig& config, std::string_view name, uint64_t file_bytes,
                  const DirectoryTables& tables, std::span<const std::byte> directory,
                  std::span<std::byte> header);

}  // namespace llama
