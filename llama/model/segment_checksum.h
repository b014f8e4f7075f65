// The checksum of a segment, read piece by piece: for a model that is only looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "llama/model/tensor.h"
#include "llama/model/weight_source.h"

namespace llama {

// Reads what follows the segment's first `at` bytes, as much as `buffer` (a multiple of
// WeightSource::kReadUnit) holds, and carries `crc` on. Returns how many bytes that were. At the
// end of the segment `crc`, which began as 0, must equal Segment::crc.
base::Result<size_t> add_to_checksum(const Segment& segment, uint64_t at, WeightSource& source,
                                     std::span<std::byte> buffer, uint32_t& crc);

}  // namespace llama
