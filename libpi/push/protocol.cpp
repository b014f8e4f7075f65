#include "libpi/push/protocol.h"

#include "base/bytes.h"

namespace pi::push {

void Offer::store(std::span<std::byte, kBytes> out) const {
  base::store_le32(out, 0, kernel_address);
  size_t at = 4;
  for (const PartOffer& part : parts) {
    base::store_le32(out, at, part.size);
    base::store_le32(out, at + 4, part.crc);
    at += 8;
  }
}

Offer Offer::load(std::span<const std::byte, kBytes> bytes) {
  Offer offer;
  offer.kernel_address = base::load_le32(bytes, 0);
  size_t at = 4;
  for (PartOffer& part : offer.parts) {
    part = {base::load_le32(bytes, at), base::load_le32(bytes, at + 4)};
    at += 8;
  }
  return offer;
}

void Accept::store(std::span<std::byte, kBytes> out) const {
  base::store_le32(out, 0, window_bytes);
  base::store_le32(out, 4, max_baud);
}

Accept Accept::load(std::span<const std::byte, kBytes> bytes) {
  return {base::load_le32(bytes, 0), base::load_le32(bytes, 4)};
}

void Ack::store(std::span<std::byte, kBytes> out) const {
  base::store_le16(out, 0, last_sequence);
  base::store_le16(out, 2, verifying ? 1 : 0);
  base::store_le32(out, 4, first_missing);
  base::store_le32(out, 8, received);
}

Ack Ack::load(std::span<const std::byte, kBytes> bytes) {
  return {base::load_le16(bytes, 0), (base::load_le16(bytes, 2) & 1) != 0,
          base::load_le32(bytes, 4), base::load_le32(bytes, 8)};
}

}  // namespace pi::push
