// Frames of the push protocol: 0x00, then header, payload and CRC-32C in COBS encoding, then 0x00.
//
// COBS (Cheshire and Baker, "Consistent Overhead Byte Stuffing", 1999) removes all zeros for one
// byte in 254, so that 0x00 stands between frames only and a reader is in step again with the next
// one, whatever it heard before. What is between zeros and is not a good frame is ignored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "libpi/push/protocol.h"

namespace pi::push {

// type u8, version u8, session u16, sequence u16, payload length u16; little-endian.
inline constexpr size_t kHeaderBytes = 8;
inline constexpr size_t kCrcBytes = 4;
inline constexpr size_t kDataHeaderBytes = 4;  // of a data frame's payload: the offset
inline constexpr size_t kMaxPayload = kDataHeaderBytes + kMaxCellsPerFrame * kCellBytes;
inline constexpr size_t kMaxFrame = kHeaderBytes + kMaxPayload + kCrcBytes;

// On the line: two zeros, and one byte for each 254 begun.
constexpr size_t encoded_bytes(size_t payload) {
  const size_t frame = kHeaderBytes + payload + kCrcBytes;
  return 2 + frame + frame / 254 + 1;
}
inline constexpr size_t kMaxEncodedFrame = encoded_bytes(kMaxPayload);

struct Frame {
  Type type = {};
  uint8_t version = kProtocolVersion;
  uint16_t session = 0;   // which push; a new one has another number
  uint16_t sequence = 0;  // counts the frames of one side in a push
  std::span<const std::byte> payload;
};

// Sends `frame` in one write(). The payload has at most kMaxPayload bytes.
void write_frame(ByteSink& sink, const Frame& frame);

// Finds frames in what a line delivers, byte by byte.
class FrameReader {
 public:
  // The frame that ends with `byte`, if one does and it is good: its payload stays valid until the
  // next call. Frames of other versions are frames, too.
  std::optional<Frame> take(std::byte byte);

 private:
  std::optional<Frame> finish();
  void restart();
  void append(std::byte byte);

  std::array<std::byte, kMaxFrame> buffer_ = {};
  size_t size_ = 0;            // in buffer_
  unsigned left_ = 0;          // bytes until the next code byte
  bool zero_pending_ = false;  // the run before it stands for a zero at its end
  bool is_bad_ = false;
};

}  // namespace pi::push
