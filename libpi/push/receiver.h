// The boot loader's end of a push (docs/protocol.md, "Push").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "libpi/push/beacon.h"
#include "libpi/push/frame.h"
#include "libpi/push/protocol.h"

namespace pi::push {

// What the receiver needs of the program that has the memory and the line: the boot loader.
class ReceiverTarget {
 public:
  // Whether there is room for the offer, and whether it makes sense: sizes and the kernel's address
  // against the loader's own memory and the Pi's. No byte has been written yet. An error's message
  // goes to the laptop, and the receiver waits for the next offer. A new offer may come at any
  // time: it replaces the one before.
  virtual base::Status begin(const Offer& offer) = 0;

  // Where a part of the accepted offer goes: exactly its size, the same memory at every call until
  // the next begin(). The receiver writes nowhere else. Parts are disjoint. Not called for a part
  // of 0 bytes.
  virtual std::span<std::byte> memory(Part part) = 0;

  // All parts are there, and their CRCs, computed from memory(), are right. Last word before the
  // laptop is told that all is well; for example, whether the kernel's header is one. An error's
  // message goes to the laptop.
  virtual base::Status accept_images(const Offer& offer) = 0;
  // After that, what the laptop is to print about the push: a line, at most
  // Receiver::kMaxTextBytes; empty: nothing.
  virtual std::string_view remark() = 0;

  // Lets everything that was written leave, then changes the line's speed. After an error the
  // speed must be what it was.
  virtual base::Status set_baud(uint32_t baud) = 0;

 protected:
  ~ReceiverTarget() = default;
};

struct ReceiverOptions {
  Beacon beacon;  // what the loader says of itself; version is kProtocolVersion
  // What the line's buffer holds until feed() is called: an eighth is kept free for frames
  // without data, the rest may be on its way.
  uint32_t receive_buffer_bytes = 8192;
};

// Usage: feed() with whatever came, then tick(), in a loop without waiting, until is_complete().
// Both may call the target and write to the sink. Each call is short: a CRC of 64 KiB at most.
class Receiver {
 public:
  // All outlive it. The line is at kBaseBaud.
  Receiver(const ReceiverOptions& options, ByteSink& sink, ReceiverTarget& target);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void feed(std::span<const std::byte> bytes, uint64_t now_us);
  void tick(uint64_t now_us);

  // Everything is there and verified, and the laptop knows: start the kernel.
  bool is_complete() const { return state_ == State::kComplete; }
  // No push is under way: nothing was accepted, or the last one failed or fell silent. The loader
  // may start another kernel then.
  bool is_idle() const { return state_ == State::kWaiting; }

  // The most of an error's message or a remark that the laptop is sent; more is cut off.
  static constexpr size_t kMaxTextBytes = 200;

 private:
  enum class State : uint8_t { kWaiting, kReceiving, kVerifying, kLingering, kComplete };

  void take_frame(const Frame& frame, uint64_t now_us);
  void take_offer(const Frame& frame);
  void take_baud(std::span<const std::byte> payload);
  void take_data(std::span<const std::byte> payload);
  void take_finish();
  void take_cell(uint32_t cell, std::span<const std::byte> bytes);
  void store(uint32_t offset, std::span<const std::byte> bytes);
  void wait_or_fall_back(uint64_t now_us);
  void verify_some(uint64_t now_us);
  base::Status verify_part();
  void change_baud(uint32_t baud);
  void send(Type type, std::span<const std::byte> payload = {});
  void send_accept();
  void send_ack();
  void send_text(Type type, std::string_view text);
  void fail(const base::Status& status);
  void wait_for_offer();
  uint32_t cell_count() const;

  ReceiverOptions options_;
  ByteSink& sink_;
  ReceiverTarget& target_;
  FrameReader reader_;
  State state_ = State::kWaiting;
  Offer offer_;
  base::Status failure_;  // of the push session_, repeated when asked again
  uint32_t baud_ = kBaseBaud;
  uint16_t session_ = 0;
  uint16_t sequence_ = 0;       // of the next frame to send
  uint16_t last_sequence_ = 0;  // of the latest good frame
  uint32_t first_missing_ = 0;  // cell
  uint32_t received_ = 0;       // bit i: cell first_missing_ + i
  size_t verified_part_ = 0;
  uint32_t verified_bytes_ = 0;  // of verified_part_
  uint32_t verified_crc_ = 0;
  uint64_t heard_us_ = 0;      // the latest good frame of this push
  uint64_t said_us_ = 0;       // the latest beacon, or repeated message
  uint64_t completed_us_ = 0;  // when lingering began
  bool has_beaconed_ = false;
};

}  // namespace pi::push
