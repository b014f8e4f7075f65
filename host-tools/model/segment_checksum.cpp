#include "host-tools/model/segment_checksum.h"

#include "host-tools/model/host_model.h"
#include "host-tools/support/failure.h"
#include "llama/model/segment_checksum.h"

namespace host {

uint32_t checksum_of(const llama::Segment& segment, llama::WeightSource& source,
                     const std::string& name, const std::function<void(uint64_t offset)>& read_to) {
  constexpr uint64_t kPiece = 1 << 20;
  Memory buffer(kPiece);
  uint32_t crc = 0;
  for (uint64_t at = 0; at < segment.bytes;) {
    at += require_value(llama::add_to_checksum(segment, at, source, buffer.span(), crc), name);
    read_to(segment.offset + at);
  }
  return crc;
}

}  // namespace host
