#include "libpi/push/frame.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace pi::push {

namespace {

constexpr std::byte kZero{0};
constexpr unsigned kLongestRun = 254;

// COBS: each run of non-zero bytes after its length plus one; no zero follows a run of 254.
class Encoder {
 public:
  explicit Encoder(std::span<std::byte> out) : out_(out) {}

  void put(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      if (byte == kZero) {
        end_run();
        continue;
      }
      out_[size_++] = byte;
      if (size_ - code_at_ > kLongestRun) end_run();
    }
  }
  size_t finish() {
    end_run();
    return code_at_;
  }

 private:
  void end_run() {
    out_[code_at_] = static_cast<std::byte>(size_ - code_at_);
    code_at_ = size_++;
  }

  std::span<std::byte> out_;
  size_t code_at_ = 0;  // where the length of the current run goes
  size_t size_ = 1;
};

}  // namespace

void write_frame(ByteSink& sink, const Frame& frame) {
  CHECK(frame.payload.size() <= kMaxPayload);
  std::array<std::byte, kHeaderBytes> header;
  header[0] = static_cast<std::byte>(frame.type);
  header[1] = static_cast<std::byte>(frame.version);
  base::store_le16(header, 2, frame.session);
  base::store_le16(header, 4, frame.sequence);
  base::store_le16(header, 6, static_cast<uint16_t>(frame.payload.size()));
  std::array<std::byte, kCrcBytes> crc;
  base::store_le32(crc, 0, base::crc32c(frame.payload, base::crc32c(header)));

  // One byte more than is sent: the place for a next run's length.
  std::array<std::byte, kMaxEncodedFrame + 1> line;
  line[0] = kZero;
  Encoder encoder{std::span(line).subspan(1)};
  encoder.put(header);
  encoder.put(frame.payload);
  encoder.put(crc);
  const size_t size = 1 + encoder.finish();
  line[size] = kZero;
  sink.write(std::span(line).first(size + 1));
}

std::optional<Frame> FrameReader::take(std::byte byte) {
  if (byte == kZero) return finish();
  if (left_ == 0) {
    if (zero_pending_) append(kZero);
    left_ = std::to_integer<unsigned>(byte) - 1;
    zero_pending_ = left_ < kLongestRun;
    return std::nullopt;
  }
  append(byte);
  --left_;
  return std::nullopt;
}

void FrameReader::append(std::byte byte) {
  if (size_ == buffer_.size()) {
    is_bad_ = true;
    return;
  }
  buffer_[size_++] = byte;
}

void FrameReader::restart() {
  size_ = 0;
  left_ = 0;
  zero_pending_ = false;
  is_bad_ = false;
}

std::optional<Frame> FrameReader::finish() {
  const bool is_empty = size_ == 0 && !is_bad_;
  const bool is_whole = left_ == 0 && !is_bad_ && size_ >= kHeaderBytes + kCrcBytes;
  const std::span<const std::byte> bytes = std::span<const std::byte>(buffer_).first(size_);
  restart();
  if (is_empty) return std::nullopt;
  if (is_whole) {
    const size_t crc_at = bytes.size() - kCrcBytes;
    const std::span<const std::byte> payload = bytes.subspan(kHeaderBytes, crc_at - kHeaderBytes);
    if (base::load_le16(bytes, 6) == payload.size() &&
        base::load_le32(bytes, crc_at) == base::crc32c(bytes.first(crc_at))) {
      return Frame{static_cast<Type>(bytes[0]), std::to_integer<uint8_t>(bytes[1]),
                   base::load_le16(bytes, 2), base::load_le16(bytes, 4), payload};
    }
  }
  return std::nullopt;
}

}  // namespace pi::push
