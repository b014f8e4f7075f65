// What a push brings is stored where the target wants it, and then compared with its CRCs.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "libpi/push/receiver.h"

namespace pi::push {

namespace {

using base::ErrorCode;
using base::Status;

// 64 KiB take the ARM1176 about a millisecond; at 3 Mbaud 300 bytes come meanwhile.
constexpr uint32_t kVerifyPiece = 64 * 1024;

Status wrong_crc(Part part, uint32_t crc, uint32_t expected) {
  switch (part) {
    case Part::kCommandLine:
      return Status::error(ErrorCode::kCorrupt,
                           "the command line arrived with CRC {:08x} instead of {:08x}", crc,
                           expected);
    case Part::kKernel:
      return Status::error(ErrorCode::kCorrupt,
                           "the kernel arrived with CRC {:08x} instead of {:08x}", crc, expected);
    case Part::kRamDisk:
      break;
  }
  return Status::error(ErrorCode::kCorrupt,
                       "the RAM disk arrived with CRC {:08x} instead of {:08x}", crc, expected);
}

}  // namespace

void Receiver::take_cell(uint32_t cell, std::span<const std::byte> bytes) {
  if (cell < first_missing_ || cell - first_missing_ >= kWindowCells) return;
  const uint32_t bit = 1u << (cell - first_missing_);
  if ((received_ & bit) != 0) return;
  store(cell * kCellBytes, bytes);
  received_ |= bit;
  while ((received_ & 1) != 0) {
    received_ >>= 1;
    ++first_missing_;
  }
}

void Receiver::store(uint32_t offset, std::span<const std::byte> bytes) {
  uint32_t begin = 0;  // of the part
  for (size_t i = 0; i < kPartCount && !bytes.empty(); ++i) {
    const uint32_t size = offer_.parts[i].size;
    if (offset - begin < size) {
      const size_t count = std::min<size_t>(bytes.size(), size - (offset - begin));
      const std::span<std::byte> memory = target_.memory(static_cast<Part>(i));
      CHECK(memory.size() == size);
      std::memcpy(memory.data() + (offset - begin), bytes.data(), count);
      bytes = bytes.subspan(count);
      offset += static_cast<uint32_t>(count);
    }
    begin += size;
  }
}

void Receiver::verify_some(uint64_t now_us) {
  if (verified_part_ < kPartCount) {
    if (const Status status = verify_part(); !status.ok()) fail(status);
    return;
  }
  if (const Status status = target_.accept_images(offer_); !status.ok()) return fail(status);
  if (const std::string_view text = target_.remark(); !text.empty()) send_text(Type::kLog, text);
  send(Type::kDone);
  state_ = State::kLingering;
  completed_us_ = said_us_ = now_us;
}

Status Receiver::verify_part() {
  const PartOffer& part = offer_.parts[verified_part_];
  const uint32_t piece = std::min(part.size - verified_bytes_, kVerifyPiece);
  if (piece > 0) {
    const std::span<const std::byte> memory = target_.memory(static_cast<Part>(verified_part_));
    CHECK(memory.size() == part.size);
    verified_crc_ = base::crc32c(memory.subspan(verified_bytes_, piece), verified_crc_);
    verified_bytes_ += piece;
  }
  if (verified_bytes_ < part.size) return base::ok_status();
  if (verified_crc_ != part.crc) {
    return wrong_crc(static_cast<Part>(verified_part_), verified_crc_, part.crc);
  }
  ++verified_part_;
  verified_bytes_ = 0;
  verified_crc_ = 0;
  return base::ok_status();
}

}  // namespace pi::push
