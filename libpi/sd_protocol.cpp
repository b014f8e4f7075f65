#include "libpi/sd_protocol.h"

#include "base/check.h"

namespace pi {

namespace sd {

// Byte 0 holds bits 511..504, so bit b is in byte (511 - b) / 8.
bool switch_supports_high_speed(std::span<const std::byte, kSwitchStatusSize> status) {
  // Bits 415..400 are the functions that group 1 supports; bit 401 is function 1.
  return (status[13] & std::byte{0x02}) != std::byte{0};
}

bool switch_selected_high_speed(std::span<const std::byte, kSwitchStatusSize> status) {
  // Bits 379..376: the function that group 1 has now, 0xf for "refused".
  return (status[16] & std::byte{0x0f}) == std::byte{1};
}

}  // namespace sd

uint32_t SdLongRegister::bits(unsigned high, unsigned low) const {
  CHECK(high < 128 && low <= high && high - low < 32);
  const unsigned word = low / 32;
  const unsigned shift = low % 32;
  uint64_t pair = words[word];
  if (word + 1 < words.size()) pair |= static_cast<uint64_t>(words[word + 1]) << 32;
  const uint64_t mask = (uint64_t{1} << (high - low + 1)) - 1;
  return static_cast<uint32_t>(pair >> shift & mask);
}

SdCid::SdCid(const SdLongRegister& cid)
    : manufacturer(static_cast<uint8_t>(cid.bits(127, 120))),
      revision(static_cast<uint8_t>(cid.bits(63, 56))),
      serial(cid.bits(55, 24)),
      year(static_cast<uint16_t>(2000 + cid.bits(19, 12))),
      month(static_cast<uint8_t>(cid.bits(11, 8))) {
  for (unsigned i = 0; i < product.size(); ++i) {
    const char letter = static_cast<char>(cid.bits(103 - 8 * i, 96 - 8 * i));
    product[i] = letter >= ' ' && letter <= '~' ? letter : '?';
  }
}

std::string_view SdCid::product_name() const {
  size_t size = product.size();
  while (size > 0 && product[size - 1] == ' ') --size;
  return {product.data(), size};
}

std::string_view SdCid::manufacturer_name() const {
  switch (manufacturer) {
    case 0x01:
      return "Panasonic";
    case 0x02:
      return "Toshiba/Kioxia";
    case 0x03:
      return "SanDisk";
    case 0x1b:
      return "Samsung";
    case 0x1d:
      return "ADATA";
    case 0x27:
      return "Phison";
    case 0x28:
      return "Lexar";
    case 0x31:
      return "Silicon Power";
    case 0x41:
      return "Kingston";
    case 0x74:
      return "Transcend";
    case 0x76:
      return "Patriot";
    case 0x82:
      return "Sony";
    case 0xaa:
      return "QEMU";
    default:
      return "unknown make";
  }
}

base::Result<SdCsd> SdCsd::parse(const SdLongRegister& csd) {
  SdCsd parsed{};
  parsed.has_switch_command = (csd.bits(95, 84) >> 10 & 1) != 0;
  const uint32_t structure = csd.bits(127, 126);
  if (structure == 0) {
    // 5.3.2: capacity = (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN bytes.
    const uint32_t read_bl_len = csd.bits(83, 80);
    if (read_bl_len < 9 || read_bl_len > 11) {
      return base::Status::error(base::ErrorCode::kCorrupt,
                                 "the card's CSD has READ_BL_LEN {}, not 9 to 11; try another card",
                                 read_bl_len);
    }
    parsed.block_count = static_cast<uint64_t>(csd.bits(73, 62) + 1)
                         << (csd.bits(49, 47) + 2 + read_bl_len - 9);
    return parsed;
  }
  if (structure == 1) {
    // 5.3.3: capacity = (C_SIZE + 1) * 512 KiB.
    parsed.block_count = static_cast<uint64_t>(csd.bits(69, 48) + 1) * 1024;
    return parsed;
  }
  return base::Status::error(base::ErrorCode::kUnsupported,
                             "the card's CSD has structure {}; use an SDSC, SDHC or SDXC card",
                             structure);
}

SdScr::SdScr(std::span<const std::byte, 8> bytes)
    // Byte 1 holds bits 55..48: SD_BUS_WIDTHS is 51..48, bit 2 of it says 4 bits.
    : four_bit_bus((bytes[1] & std::byte{0x04}) != std::byte{0}) {}

}  // namespace pi
