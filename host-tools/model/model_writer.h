// Writes a .blm file from whatever a WeightReader reads: quantizes, packs (llama/packed_rows.h),
// cuts into tiles, sums CRCs. One tile is in memory at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "host-tools/model/weight_reader.h"

namespace host {

struct WriteOptions {
  llama::WeightType type = llama::WeightType::kQ8_0;
  std::string name;
  // A tile takes about this many bytes, one row group at the least.
  uint32_t tile_bytes = 64 * 1024;
};

struct WriteReport {
  uint64_t file_bytes;
  // Root mean square of (written - read), over that of what was read, of all matrices: what
  // quantization cost.
  double relative_error;
};

// Writes beside `output` and renames: nothing is left behind by a failure. `tokenizer` is the
// tokenizer segment's content (docs/format.md). Throws Failure.
WriteReport write_model(WeightReader& reader, std::span<const std::byte> tokenizer,
                        const WriteOptions& options, const std::filesystem::path& output);

}  // namespace host
