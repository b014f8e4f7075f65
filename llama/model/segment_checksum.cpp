#include "llama/model/segment_checksum.h"

#include <algorithm>

#include "base/crc32c.h"

namespace llama {

base::Result<size_t> add_to_checksum(const Segment& segment, uint64_t at, WeightSource& source,
                                     std::span<std::byte> buffer, uint32_t& crc) {
  const uint64_t left = segment.bytes - at;
  const auto piece = buffer.first(static_cast<size_t>(std::min<uint64_t>(buffer.size(), left)));
  TRY(source.read(segment.offset + at, piece));
  crc = base::crc32c(piece, crc);
  return piece.size();
}

}  // namespace llama
