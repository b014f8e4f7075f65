// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78, as in iSCSI and ext4): the checksum of
// model files and of the serial protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

// crc32c(data) of the whole, or continued: crc32c(second, crc32c(first)).
// crc32c("123456789") == 0xe3069283 (RFC 3720 B.4).
uint32_t crc32c(std::span<const std::byte> data, uint32_t crc = 0);

}  // namespace base
