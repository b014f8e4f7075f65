#include "libpi/push/receiver.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "base/format.h"

namespace pi::push {

namespace {

using base::ErrorCode;
using base::Status;

constexpr uint32_t kMinBaud = 9600;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

Receiver::Receiver(const ReceiverOptions& options, ByteSink& sink, ReceiverTarget& target)
    : options_(options), sink_(sink), target_(target) {}

uint32_t Receiver::cell_count() const {
  return static_cast<uint32_t>((offer_.total() + kCellBytes - 1) / kCellBytes);
}

void Receiver::feed(std::span<const std::byte> bytes, uint64_t now_us) {
  for (const std::byte byte : bytes) {
    if (const std::optional<Frame> frame = reader_.take(byte)) take_frame(*frame, now_us);
  }
}

void Receiver::tick(uint64_t now_us) {
  switch (state_) {
    case State::kWaiting:
      if (has_beaconed_ && now_us - said_us_ < kBeaconIntervalUs) return;
      // What was printed last may have left its line open.
      if (!has_beaconed_) sink_.write(bytes_of("\r\n"));
      write_beacon(sink_, options_.beacon);
      has_beaconed_ = true;
      said_us_ = now_us;
      return;
    case State::kReceiving:
      wait_or_fall_back(now_us);
      return;
    case State::kVerifying:
      verify_some(now_us);
      return;
    case State::kLingering:
      if (now_us - completed_us_ >= kLingerUs) {
        state_ = State::kComplete;
      } else if (now_us - said_us_ >= kLingerRepeatUs) {
        send(Type::kDone);
        said_us_ = now_us;
      }
      return;
    case State::kComplete:
      return;
  }
}

void Receiver::wait_or_fall_back(uint64_t now_us) {
  if (now_us - heard_us_ >= kSessionSilenceUs) {
    wait_for_offer();
  } else if (now_us - heard_us_ >= kFallBackUs) {
    change_baud(kBaseBaud);
  }
}

void Receiver::take_frame(const Frame& frame, uint64_t now_us) {
  // Our own words, as a line that echoes returns them.
  if ((static_cast<uint8_t>(frame.type) & 0x80) != 0) return;
  if (state_ == State::kComplete) return;
  if (frame.type == Type::kOffer) {
    take_offer(frame);
    heard_us_ = now_us;
    return;
  }
  if (frame.session != session_ || frame.version != kProtocolVersion) return;
  if (state_ == State::kWaiting) {
    if (!failure_.ok()) fail(failure_);
    return;
  }
  heard_us_ = now_us;
  last_sequence_ = frame.sequence;
  switch (frame.type) {
    case Type::kSetBaud:
      return take_baud(frame.payload);
    case Type::kPing:
      return send(Type::kPong, frame.payload);
    case Type::kData:
      return take_data(frame.payload);
    case Type::kQuery:
      return send_ack();
    case Type::kFinish:
      return take_finish();
    case Type::kStart:
      if (state_ == State::kLingering) state_ = State::kComplete;
      return;
    case Type::kCancel:
      return wait_for_offer();
    default:
      return;
  }
}

void Receiver::take_offer(const Frame& frame) {
  if (frame.version != kProtocolVersion || frame.payload.size() != Offer::kBytes) {
    session_ = frame.session;
    return fail(Status::error(ErrorCode::kUnsupported,
                              "the loader speaks version {} of the push protocol, and the laptop "
                              "version {}",
                              kProtocolVersion, frame.version));
  }
  const Offer offer = Offer::load(frame.payload.first<Offer::kBytes>());
  // The same again: our answer got lost.
  const bool is_known = state_ != State::kWaiting && frame.session == session_ && offer == offer_;
  session_ = frame.session;
  last_sequence_ = frame.sequence;
  if (is_known) return send_accept();

  if (offer.total() > std::numeric_limits<uint32_t>::max() - kCellBytes) {
    return fail(Status::error(ErrorCode::kOutOfRange,
                              "a push has less than 4 GiB, and this one {} bytes", offer.total()));
  }
  if (const Status status = target_.begin(offer); !status.ok()) return fail(status);
  offer_ = offer;
  failure_ = base::ok_status();
  state_ = State::kReceiving;
  first_missing_ = 0;
  received_ = 0;
  send_accept();
}

void Receiver::take_baud(std::span<const std::byte> payload) {
  if (payload.size() != 4) return;
  const uint32_t baud = base::load_le32(payload);
  const bool is_possible = baud >= kMinBaud && baud <= options_.beacon.max_baud;
  std::array<std::byte, 4> answer;
  base::store_le32(answer, 0, is_possible ? baud : 0);
  send(Type::kBaudAgreed, answer);
  if (is_possible) change_baud(baud);
}

void Receiver::take_data(std::span<const std::byte> payload) {
  if (payload.size() <= kDataHeaderBytes) return;
  const uint32_t offset = base::load_le32(payload);
  std::span<const std::byte> bytes = payload.subspan(kDataHeaderBytes);
  const uint64_t total = offer_.total();
  const uint64_t end = uint64_t{offset} + bytes.size();
  const bool is_sound =
      offset % kCellBytes == 0 && end <= total && (end == total || end % kCellBytes == 0);
  if (is_sound && state_ == State::kReceiving) {
    for (uint32_t cell = offset / kCellBytes; !bytes.empty(); ++cell) {
      const size_t size = std::min<size_t>(bytes.size(), kCellBytes);
      take_cell(cell, bytes.first(size));
      bytes = bytes.subspan(size);
    }
  }
  send_ack();
}

void Receiver::take_finish() {
  if (state_ == State::kLingering) return send(Type::kDone);
  if (state_ == State::kReceiving && first_missing_ == cell_count()) {
    state_ = State::kVerifying;
    verified_part_ = 0;
    verified_bytes_ = 0;
    verified_crc_ = 0;
  }
  send_ack();
}

void Receiver::change_baud(uint32_t baud) {
  if (baud == baud_) return;
  // When it fails the line is as it was, and the laptop falls back after pings without an answer.
  if (target_.set_baud(baud).ok()) baud_ = baud;
}

void Receiver::send(Type type, std::span<const std::byte> payload) {
  write_frame(sink_,
              {.type = type, .session = session_, .sequence = sequence_++, .payload = payload});
}

void Receiver::send_accept() {
  const Accept accept = {options_.receive_buffer_bytes - options_.receive_buffer_bytes / 8,
                         options_.beacon.max_baud};
  std::array<std::byte, Accept::kBytes> payload;
  accept.store(payload);
  send(Type::kAccept, payload);
}

void Receiver::send_ack() {
  const Ack ack = {last_sequence_, state_ == State::kVerifying, first_missing_, received_};
  std::array<std::byte, Ack::kBytes> payload;
  ack.store(payload);
  send(Type::kAck, payload);
}

void Receiver::send_text(Type type, std::string_view text) {
  send(type, bytes_of(text.substr(0, kMaxTextBytes)));
}

void Receiver::fail(const Status& status) {
  failure_ = status;
  std::array<char, kMaxTextBytes> buffer;
  base::TextBuffer text(buffer);
  base::print(text, status);
  send_text(Type::kError, text.view());
  wait_for_offer();
}

void Receiver::wait_for_offer() {
  state_ = State::kWaiting;
  has_beaconed_ = false;
  change_baud(kBaseBaud);
}

}  // namespace pi::push
