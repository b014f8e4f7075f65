// Both ends of a push over a line with a byte clock, in simulated time.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/format.h"
#include "libpi/push/receiver.h"
#include "libpi/push/sender.h"
#include "tests/fakes/line_faults.h"

namespace pi::push {

// One direction. A byte takes ten bits; at a speed that the other end does not have, or above what
// the wire can do, it arrives as another one.
class Wire final : public ByteSink {
 public:
  explicit Wire(const uint64_t& now_ns) : now_ns_(now_ns), faults_(fakes::LineFaults{}) {}

  void write(std::span<const std::byte> bytes) override {
    if (is_cut) return;
    for (const std::byte byte : bytes) {
      free_ns_ = std::max(free_ns_, now_ns_) + 10'000'000'000 / sender_baud;
      ++sent_bytes;
      int delay_ms = 0;
      const std::string out = faults_.pass(static_cast<char>(byte), delay_ms);
      free_ns_ += static_cast<uint64_t>(delay_ms) * 1'000'000;
      for (const char letter : out) on_wire_.push_back({free_ns_, sender_baud, letter});
    }
  }

  // What has arrived by now. More than `buffer_bytes` are lost.
  std::vector<std::byte> arrived(size_t buffer_bytes = SIZE_MAX) {
    std::vector<std::byte> bytes;
    while (!on_wire_.empty() && on_wire_.front().at_ns <= now_ns_) {
      const Byte& byte = on_wire_.front();
      const bool is_mangled = byte.baud != receiver_baud || byte.baud > most_baud;
      const auto mask = static_cast<char>(is_mangled ? mangler_() | 1 : 0);
      if (bytes.size() < buffer_bytes) {
        bytes.push_back(static_cast<std::byte>(byte.value ^ mask));
      } else {
        ++overrun_bytes;
      }
      on_wire_.pop_front();
    }
    return bytes;
  }

  void set_faults(const fakes::LineFaults& faults) { faults_ = fakes::FaultyDirection(faults); }
  // When the last byte will be out.
  uint64_t free_ns() const { return std::max(free_ns_, now_ns_); }

  uint32_t sender_baud = kBaseBaud;
  uint32_t receiver_baud = kBaseBaud;
  uint32_t most_baud = UINT32_MAX;  // that gets through undamaged
  bool is_cut = false;
  uint64_t sent_bytes = 0;
  uint64_t overrun_bytes = 0;

 private:
  struct Byte {
    uint64_t at_ns;
    uint32_t baud;
    char value;
  };
  const uint64_t& now_ns_;
  std::deque<Byte> on_wire_;
  fakes::FaultyDirection faults_;
  std::mt19937 mangler_{99};
  uint64_t free_ns_ = 0;
};

// A loader's memory, with a wall around each part.
class FakeTarget final : public ReceiverTarget {
 public:
  explicit FakeTarget(std::function<bool(uint32_t)> set_baud) : set_baud_(std::move(set_baud)) {}

  base::Status begin(const Offer& offer) override {
    ++begun;
    if (offer.total() > capacity) {
      return base::Status::error(base::ErrorCode::kOutOfMemory, "no room for {} bytes",
                                 offer.total());
    }
    offered_bytes = offer.total();
    for (size_t i = 0; i < kPartCount; ++i) {
      memory_[i].assign(kWall + offer.parts[i].size + kWall, kPaint);
      sizes_[i] = offer.parts[i].size;
    }
    return base::ok_status();
  }
  std::span<std::byte> memory(Part part) override {
    const auto i = static_cast<size_t>(part);
    return std::span(memory_[i]).subspan(kWall, sizes_[i]);
  }
  base::Status accept_images(const Offer& offer) override {
    (void)offer;
    return verdict;
  }
  std::string_view remark() override { return remark_text; }
  base::Status set_baud(uint32_t baud) override {
    if (set_baud_(baud)) return base::ok_status();
    return base::Status::error(base::ErrorCode::kInvalidArgument, "no such speed");
  }

  bool walls_stand() const {
    for (size_t i = 0; i < kPartCount; ++i) {
      if (memory_[i].empty()) continue;
      const auto is_paint = [](std::byte byte) { return byte == kPaint; };
      if (!std::all_of(memory_[i].begin(), memory_[i].begin() + kWall, is_paint) ||
          !std::all_of(memory_[i].end() - kWall, memory_[i].end(), is_paint)) {
        return false;
      }
    }
    return true;
  }

  uint64_t capacity = 4 << 20;
  base::Status verdict;
  std::string remark_text;
  int begun = 0;
  uint64_t offered_bytes = 0;

 private:
  static constexpr int kWall = 4096;
  static constexpr std::byte kPaint{0xa5};

  std::function<bool(uint32_t)> set_baud_;
  std::array<std::vector<std::byte>, kPartCount> memory_;
  std::array<size_t, kPartCount> sizes_ = {};
};

using Bytes = std::vector<std::byte>;
struct Images {
  Bytes command_line, kernel, ram_disk;
};

inline Bytes random_bytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline Images random_images(size_t command_line, size_t kernel, size_t ram_disk, uint32_t seed) {
  return {random_bytes(command_line, seed), random_bytes(kernel, seed + 1),
          random_bytes(ram_disk, seed + 2)};
}

class PushRig final : public SenderOwner {
 public:
  explicit PushRig(size_t receive_buffer = 8192)
      : receive_buffer_(receive_buffer), target([this](uint32_t baud) {
          if (baud > loader_most_baud) return false;
          set_loader_baud(baud);
          return true;
        }) {
    options.session = 77;
    options.kernel_address = 0x8000;
  }

  // A laptop starts a push of `images`, which outlive it.
  void start_laptop(const Images& images) {
    options.parts = {images.command_line, images.kernel, images.ram_disk};
    ++options.session;
    set_laptop_baud(kBaseBaud);
    to_laptop.arrived();
    sender.emplace(options, to_loader, *this);
  }
  // As Ctrl-C without a farewell, or a pulled plug.
  void kill_laptop() { sender.reset(); }

  // The Pi is switched on, or reset.
  void start_loader() {
    to_loader.arrived();
    loader_baud_at_start();
    ReceiverOptions receiver_options;
    receiver_options.beacon = {.board_revision = 0x900093,
                               .max_baud = beacon_max_baud,
                               .free_begin = 0x8000,
                               .free_end = 0x8000 + (16 << 20)};
    receiver_options.receive_buffer_bytes = static_cast<uint32_t>(receive_buffer_);
    receiver.emplace(receiver_options, to_laptop, target);
  }
  void stop_loader() { receiver.reset(); }

  // `step_us`: both sides look so often.
  void step(uint64_t step_us = 500) {
    now_ns += step_us * 1000;
    const uint64_t now_us = now_ns / 1000;
    if (receiver && now_us >= loader_busy_until_us) {
      const auto bytes = to_loader.arrived(receive_buffer_);
      receiver->feed(bytes, now_us);
      receiver->tick(now_us);
    }
    if (sender) {
      sender->feed(to_laptop.arrived(), now_us);
      // A real port takes no more than its buffer holds.
      if (to_loader.free_ns() < now_ns + 1'000'000'000) sender->tick(now_us);
    }
  }
  // Until `done`, or the time is over (false).
  bool run_until(const std::function<bool()>& done, uint64_t seconds = 120) {
    const uint64_t end_ns = now_ns + seconds * 1'000'000'000;
    while (!done()) {
      if (now_ns >= end_ns) return false;
      step();
    }
    return true;
  }
  bool run_to_end(uint64_t seconds = 120) {
    return run_until([this] { return sender->is_finished(); }, seconds);
  }

  bool is_pushed(const Images& images) {
    // The laptop is done; the loader may still linger.
    run_until([this] { return receiver->is_complete(); }, 2);
    const auto is_same = [this](Part part, const Bytes& bytes) {
      return bytes.empty() || std::ranges::equal(target.memory(part), bytes);
    };
    return sender->phase() == Sender::Phase::kDone && receiver->is_complete() &&
           is_same(Part::kCommandLine, images.command_line) &&
           is_same(Part::kKernel, images.kernel) && is_same(Part::kRamDisk, images.ram_disk) &&
           target.walls_stand();
  }
  std::string failure() const {
    std::array<char, 300> buffer;
    base::TextBuffer text(buffer);
    base::print(text, sender->status());
    return std::string(text.view()) + " " + std::string(sender->loader_message());
  }

  bool set_baud(uint32_t baud) override {
    if (baud > laptop_most_baud) return false;
    set_laptop_baud(baud);
    return true;
  }
  void loader_says(std::string_view text) override { said += std::string(text) + "\n"; }

 private:
  // Every end waits until its bytes are out before it changes; what is written next, starts then.
  void set_loader_baud(uint32_t baud) {
    to_laptop.sender_baud = baud;
    to_loader.receiver_baud = baud;
  }
  void set_laptop_baud(uint32_t baud) {
    to_loader.sender_baud = baud;
    to_laptop.receiver_baud = baud;
  }
  void loader_baud_at_start() { set_loader_baud(kBaseBaud); }

  size_t receive_buffer_;

 public:
  uint64_t now_ns = 1'000'000;
  Wire to_loader{now_ns};
  Wire to_laptop{now_ns};
  FakeTarget target;
  SenderOptions options;
  std::optional<Receiver> receiver;
  std::optional<Sender> sender;
  uint32_t beacon_max_baud = 3'000'000;
  uint32_t loader_most_baud = UINT32_MAX;  // what its UART can be set to
  uint32_t laptop_most_baud = UINT32_MAX;
  uint64_t loader_busy_until_us = 0;
  std::string said;
};

}  // namespace pi::push
