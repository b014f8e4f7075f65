// The laptop's end of a push (docs/protocol.md, "Push").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "libpi/push/beacon.h"
#include "libpi/push/frame.h"
#include "libpi/push/protocol.h"
#include "libpi/push/send_window.h"

namespace pi::push {

// What the sender needs of the program that has the line.
class SenderOwner {
 public:
  // Lets everything that was written leave, then changes the line's speed; false when the line
  // cannot, and is as it was.
  virtual bool set_baud(uint32_t baud) = 0;
  // A line of text from the loader.
  virtual void loader_says(std::string_view text) = 0;

 protected:
  ~SenderOwner() = default;
};

struct SenderOptions {
  uint32_t kernel_address = 0;
  // In the order of Part; the bytes outlive the sender, and are less than 4 GiB together.
  std::array<std::span<const std::byte>, kPartCount> parts = {};
  uint32_t baud = kBaseBaud;      // the fastest to try
  uint16_t session = 0;           // a random number; restarts count on from it
  uint64_t wait_us = 30'000'000;  // for a loader to be heard
};

// Usage: tick(), then feed() with whatever came within some 10 ms, in a loop until is_finished().
class Sender {
 public:
  enum class Phase : uint8_t {
    kWaiting,      // for a beacon
    kOffering,     // for the answer to our offer
    kAskingBaud,   // for the answer to our request for another speed
    kPinging,      // whether that speed works
    kFallingBack,  // in silence, until the loader must be back at kBaseBaud
    kSending,
    kFinishing,  // until the loader has verified everything
    kDone,
    kFailed,
  };

  // All outlive it. The line is at kBaseBaud.
  Sender(const SenderOptions& options, ByteSink& sink, SenderOwner& owner);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void feed(std::span<const std::byte> bytes, uint64_t now_us);
  void tick(uint64_t now_us);
  // For a laptop that gives up: the loader is free for the next push at once.
  void cancel();

  bool is_finished() const { return phase_ == Phase::kDone || phase_ == Phase::kFailed; }
  Phase phase() const { return phase_; }
  // Why it failed. When the loader said so, its own words are in loader_message().
  base::Status status() const { return status_; }
  std::string_view loader_message() const { return {message_.data(), message_size_}; }
  // Of what is being waited for: meaningful after kWaiting.
  const Beacon& beacon() const { return beacon_; }
  uint32_t baud() const { return baud_; }
  uint64_t bytes_arrived() const;
  uint64_t total_bytes() const { return offer_.total(); }

 private:
  static constexpr size_t kPingBytes = 128;
  static std::span<const std::byte, kPingBytes> ping_bytes();

  void take_beacon(const Beacon& beacon);
  void take_frame(const Frame& frame);
  void take_accept(std::span<const std::byte> payload);
  void take_baud_agreed(std::span<const std::byte> payload);
  void take_pong(std::span<const std::byte> payload);
  void take_ack(std::span<const std::byte> payload);
  void begin_session();
  void try_baud(uint32_t baud);
  void give_up_baud();
  void fall_back(Phase then);
  void enter(Phase phase);
  void tick_session();
  void repeat(Type type, std::span<const std::byte> payload, uint64_t interval_us);
  void send_cells();
  void send(Type type, std::span<const std::byte> payload = {});
  std::span<std::byte> copy(SendWindow::Cells cells, std::span<std::byte> out) const;
  uint64_t patience_us() const;
  void fail(const base::Status& status);

  SenderOptions options_;
  ByteSink& sink_;
  SenderOwner& owner_;
  FrameReader reader_;
  BeaconScanner scanner_;
  Offer offer_;
  Beacon beacon_;
  SendWindow window_;
  Phase phase_ = Phase::kWaiting;
  Phase after_fall_back_ = Phase::kSending;
  base::Status status_;
  std::array<char, 256> message_ = {};
  size_t message_size_ = 0;
  uint32_t baud_ = kBaseBaud;
  uint32_t next_baud_ = kBaseBaud;  // being negotiated
  int baud_tries_ = 0;
  int repeats_ = 0;  // of the message of this phase
  int pongs_ = 0;
  uint16_t session_ = 0;
  uint16_t sequence_ = 0;
  uint32_t restarts_ = 0;
  bool has_started_ = false;
  uint64_t now_us_ = 0;
  uint64_t waiting_since_us_ = 0;
  uint64_t entered_us_ = 0;   // the phase
  uint64_t said_us_ = 0;      // the message of this phase, or data
  uint64_t heard_us_ = 0;     // the latest good frame of this push
  uint64_t progress_us_ = 0;  // the latest cell that arrived
};

}  // namespace pi::push
