#include "libpi/push/sender.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace pi::push {

namespace {

using base::ErrorCode;
using base::Status;

constexpr uint64_t kRepeatUs = 300'000;
// Six questions outlast a loader that has changed its speed already and falls back (kFallBackUs).
constexpr int kMostBaudQuestions = 6;
constexpr uint64_t kPingIntervalUs = 60'000;
constexpr int kMostPings = 10;
// Longer than the loader's own time, which runs from the last frame of ours that it heard.
constexpr uint64_t kSilentUs = kFallBackUs + 250'000;
constexpr uint64_t kNoAnswerUs = 10'000'000;
constexpr uint64_t kNoProgressUs = 60'000'000;
constexpr uint64_t kOfferUs = 5'000'000;
constexpr uint32_t kMostRestarts = 5;

}  // namespace

Sender::Sender(const SenderOptions& options, ByteSink& sink, SenderOwner& owner)
    : options_(options), sink_(sink), owner_(owner), session_(options.session) {
  offer_.kernel_address = options.kernel_address;
  for (size_t i = 0; i < kPartCount; ++i) {
    CHECK(options.parts[i].size() <= UINT32_MAX);
    offer_.parts[i] = {static_cast<uint32_t>(options.parts[i].size()),
                       base::crc32c(options.parts[i])};
  }
  CHECK(offer_.total() <= UINT32_MAX - kCellBytes);
}

uint64_t Sender::bytes_arrived() const {
  return std::min(uint64_t{window_.arrived()} * kCellBytes, offer_.total());
}

void Sender::feed(std::span<const std::byte> bytes, uint64_t now_us) {
  now_us_ = now_us;
  for (const std::byte byte : bytes) {
    if (is_finished()) return;
    if (const auto beacon = scanner_.take(byte)) take_beacon(*beacon);
    if (const auto frame = reader_.take(byte)) take_frame(*frame);
  }
  if (phase_ == Phase::kSending) send_cells();
}

void Sender::tick(uint64_t now_us) {
  now_us_ = now_us;
  if (!has_started_) {
    has_started_ = true;
    waiting_since_us_ = now_us;
  }
  if (is_finished()) return;
  if (phase_ != Phase::kWaiting) return tick_session();
  if (now_us_ - waiting_since_us_ >= options_.wait_us) {
    fail(Status::error(ErrorCode::kTimeout,
                       "no boot loader has been heard for {} s: is the Pi switched on, its card's "
                       "kernel.img the boot loader, and the cable connected to this port?",
                       options_.wait_us / 1'000'000));
  }
}

void Sender::tick_session() {
  switch (phase_) {
    case Phase::kOffering: {
      if (now_us_ - entered_us_ >= kOfferUs) {
        waiting_since_us_ = now_us_;
        return enter(Phase::kWaiting);
      }
      std::array<std::byte, Offer::kBytes> payload;
      offer_.store(payload);
      return repeat(Type::kOffer, payload, kRepeatUs);
    }
    case Phase::kAskingBaud: {
      if (repeats_ > kMostBaudQuestions) return fall_back(Phase::kSending);
      std::array<std::byte, 4> payload;
      base::store_le32(payload, 0, next_baud_);
      return repeat(Type::kSetBaud, payload, kRepeatUs);
    }
    case Phase::kPinging:
      if (repeats_ > kMostPings) return give_up_baud();
      return repeat(Type::kPing, ping_bytes(), kPingIntervalUs);
    case Phase::kFallingBack:
      if (now_us_ - entered_us_ < kSilentUs) return;
      heard_us_ = now_us_;
      return enter(after_fall_back_);
    default:
      break;
  }
  if (now_us_ - heard_us_ >= kSilentUs && baud_ != kBaseBaud) return fall_back(phase_);
  if (now_us_ - heard_us_ >= kNoAnswerUs) {
    return fail(Status::error(ErrorCode::kTimeout,
                              "the loader has not answered for {} s, after {} of {} bytes: is the "
                              "Pi still connected and powered?",
                              kNoAnswerUs / 1'000'000, bytes_arrived(), offer_.total()));
  }
  if (phase_ == Phase::kFinishing) return repeat(Type::kFinish, {}, kRepeatUs);
  if (now_us_ - progress_us_ >= kNoProgressUs) {
    return fail(Status::error(ErrorCode::kIo,
                              "nothing has got through for {} s, after {} of {} bytes: the line "
                              "is too noisy; try another cable, or a lower --baud",
                              kNoProgressUs / 1'000'000, bytes_arrived(), offer_.total()));
  }
  send_cells();
  if (!window_.is_idle() && now_us_ - said_us_ >= patience_us()) {
    send(Type::kQuery);
    said_us_ = now_us_;
  }
}

// Until an answer to what is on its way should have come: its time on the line, a half more, and
// what adapters and a busy loader take.
uint64_t Sender::patience_us() const {
  return uint64_t{window_.in_flight()} * 15'000'000 / baud_ + 50'000;
}

void Sender::take_beacon(const Beacon& beacon) {
  if (phase_ == Phase::kOffering) return;
  if (beacon.version != kProtocolVersion) {
    return fail(Status::error(ErrorCode::kUnsupported,
                              "the loader speaks version {} of the push protocol, and this program "
                              "version {}: use those of one release",
                              beacon.version, kProtocolVersion));
  }
  const uint64_t room = beacon.free_end - beacon.free_begin;
  if (beacon.free_end < beacon.free_begin || offer_.total() > room) {
    return fail(Status::error(ErrorCode::kOutOfMemory,
                              "{} bytes are too many: the loader has room for {}", offer_.total(),
                              room));
  }
  if (phase_ != Phase::kWaiting) {
    // A loader that knows of our push would not say that it waits for one.
    if (++restarts_ > kMostRestarts) {
      return fail(Status::error(ErrorCode::kIo,
                                "the loader has restarted {} times during the push: is a weak "
                                "power supply resetting the Pi?",
                                kMostRestarts));
    }
  }
  beacon_ = beacon;
  begin_session();
}

void Sender::begin_session() {
  if (baud_ != kBaseBaud && owner_.set_baud(kBaseBaud)) baud_ = kBaseBaud;
  ++session_;
  sequence_ = 0;
  window_ = SendWindow();
  baud_tries_ = 0;
  heard_us_ = now_us_;
  enter(Phase::kOffering);
}

void Sender::enter(Phase phase) {
  phase_ = phase;
  entered_us_ = now_us_;
  progress_us_ = now_us_;
  repeats_ = 0;
}

void Sender::take_frame(const Frame& frame) {
  if (frame.session != session_) return;
  if (phase_ == Phase::kWaiting ||
      (frame.version != kProtocolVersion && frame.type != Type::kError))
    return;
  heard_us_ = now_us_;
  switch (frame.type) {
    case Type::kAccept:
      return take_accept(frame.payload);
    case Type::kBaudAgreed:
      return take_baud_agreed(frame.payload);
    case Type::kPong:
      return take_pong(frame.payload);
    case Type::kAck:
      return take_ack(frame.payload);
    case Type::kDone:
      if (phase_ != Phase::kFinishing) return;
      send(Type::kStart);
      if (baud_ != kBaseBaud && owner_.set_baud(kBaseBaud)) baud_ = kBaseBaud;
      return enter(Phase::kDone);
    case Type::kError:
      if (frame.payload.empty()) return;
      message_size_ = std::min(frame.payload.size(), message_.size());
      std::memcpy(message_.data(), frame.payload.data(), message_size_);
      return fail(Status::error(ErrorCode::kIo, "the loader says:"));
    case Type::kLog:
      return owner_.loader_says(
          {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()});
    default:
      return;
  }
}

void Sender::take_accept(std::span<const std::byte> payload) {
  if (phase_ != Phase::kOffering || payload.size() != Accept::kBytes) return;
  const Accept accept = Accept::load(payload.first<Accept::kBytes>());
  window_ = SendWindow(static_cast<uint32_t>((offer_.total() + kCellBytes - 1) / kCellBytes),
                       accept.window_bytes);
  try_baud(std::min(options_.baud, accept.max_baud));
}

void Sender::take_ack(std::span<const std::byte> payload) {
  const bool is_expected = phase_ == Phase::kSending || phase_ == Phase::kFinishing;
  if (!is_expected || payload.size() != Ack::kBytes) return;
  const uint32_t before = window_.arrived();
  if (!window_.take(Ack::load(payload.first<Ack::kBytes>()))) return;
  if (window_.arrived() != before) progress_us_ = now_us_;
}

void Sender::send_cells() {
  if (phase_ != Phase::kSending) return;
  while (const auto cells = window_.next()) {
    std::array<std::byte, kMaxPayload> payload;
    window_.sent(*cells, sequence_);
    send(Type::kData, copy(*cells, payload));
    said_us_ = now_us_;
  }
  if (window_.is_complete()) enter(Phase::kFinishing);
}

std::span<std::byte> Sender::copy(SendWindow::Cells cells, std::span<std::byte> out) const {
  const uint32_t begin = cells.first * kCellBytes;
  base::store_le32(out, 0, begin);
  size_t size = kDataHeaderBytes;
  uint64_t left = std::min<uint64_t>(cells.count * kCellBytes, offer_.total() - begin);
  uint64_t skip = begin;
  for (const std::span<const std::byte> part : options_.parts) {
    if (skip >= part.size()) {
      skip -= part.size();
      continue;
    }
    const auto piece =
        part.subspan(static_cast<size_t>(skip))
            .first(static_cast<size_t>(std::min<uint64_t>(part.size() - skip, left)));
    std::ranges::copy(piece, out.begin() + static_cast<std::ptrdiff_t>(size));
    size += piece.size();
    left -= piece.size();
    skip = 0;
  }
  return out.first(size);
}

// Sends what this phase has to say, at once and then in intervals.
void Sender::repeat(Type type, std::span<const std::byte> payload, uint64_t interval_us) {
  if (repeats_ > 0 && now_us_ - said_us_ < interval_us) return;
  send(type, payload);
  said_us_ = now_us_;
  ++repeats_;
}

void Sender::send(Type type, std::span<const std::byte> payload) {
  write_frame(sink_,
              {.type = type, .session = session_, .sequence = sequence_++, .payload = payload});
}

void Sender::cancel() {
  if (!is_finished() && phase_ != Phase::kWaiting) send(Type::kCancel);
  fail(Status::error(ErrorCode::kCancelled, "the push was given up"));
}

void Sender::fail(const Status& status) {
  if (is_finished()) return;
  status_ = status;
  if (baud_ != kBaseBaud && owner_.set_baud(kBaseBaud)) baud_ = kBaseBaud;
  enter(Phase::kFailed);
}

}  // namespace pi::push
