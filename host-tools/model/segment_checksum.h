// What a model file's segments are, beside what its directory says of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "llama/model/model_file.h"

namespace host {

// CRC-32C of the segment's bytes, padding included, to be compared with Segment::crc. `read_to` is
// told after each MiB up to where the file was read. Throws Failure, with `name`, if it cannot be.
uint32_t checksum_of(const llama::Segment& segment, llama::WeightSource& source,
                     const std::string& name, const std::function<void(uint64_t offset)>& read_to);

}  // namespace host
