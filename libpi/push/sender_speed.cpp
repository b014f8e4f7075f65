// How both ends agree on a speed: asked for, tried with pings, given up for a slower one.
#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "libpi/push/sender.h"

namespace pi::push {

namespace {

constexpr int kEnoughPongs = 3;
constexpr int kMostBaudTries = 3;
constexpr uint32_t kFallBackBauds[] = {1'500'000, 1'000'000, 921'600, 460'800, 230'400};

}  // namespace

std::span<const std::byte, Sender::kPingBytes> Sender::ping_bytes() {
  // All values that a wrong rate mangles: long runs of equal bits, and none.
  static constexpr auto kBytes = [] {
    std::array<std::byte, kPingBytes> bytes{};
    for (size_t i = 0; i < bytes.size(); ++i) {
      constexpr uint8_t kPattern[] = {0x00, 0xff, 0x55, 0xaa, 0x80, 0x01, 0xf0, 0x7e};
      bytes[i] = static_cast<std::byte>(kPattern[i % 8] ^ (i / 8));
    }
    return bytes;
  }();
  return kBytes;
}

void Sender::try_baud(uint32_t baud) {
  if (baud <= kBaseBaud || ++baud_tries_ > kMostBaudTries) return enter(Phase::kSending);
  next_baud_ = baud;
  enter(Phase::kAskingBaud);
}

void Sender::take_baud_agreed(std::span<const std::byte> payload) {
  if (phase_ != Phase::kAskingBaud || payload.size() != 4) return;
  const bool is_agreed = base::load_le32(payload) == next_baud_;
  if (!is_agreed) return enter(Phase::kSending);
  if (!owner_.set_baud(next_baud_)) return give_up_baud();
  baud_ = next_baud_;
  pongs_ = 0;
  enter(Phase::kPinging);
}

void Sender::take_pong(std::span<const std::byte> payload) {
  if (phase_ != Phase::kPinging || !std::ranges::equal(payload, ping_bytes())) return;
  if (++pongs_ == kEnoughPongs) enter(Phase::kSending);
}

// The next attempt is at most half as fast.
void Sender::give_up_baud() {
  uint32_t slower = kBaseBaud;
  for (const uint32_t baud : kFallBackBauds) {
    if (baud <= next_baud_ / 2) {
      slower = baud;
      break;
    }
  }
  next_baud_ = slower;
  const bool is_last = slower <= kBaseBaud || ++baud_tries_ > kMostBaudTries;
  fall_back(is_last ? Phase::kSending : Phase::kAskingBaud);
}

void Sender::fall_back(Phase then) {
  after_fall_back_ = then;
  if (baud_ != kBaseBaud && owner_.set_baud(kBaseBaud)) baud_ = kBaseBaud;
  enter(Phase::kFallingBack);
}

}  // namespace pi::push
