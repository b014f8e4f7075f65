#include "host-tools/push/push_driver.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>

#include "host-tools/support/failure.h"
#include "host-tools/support/progress.h"
#include "libpi/push/magic.h"
#include "libpi/push/sender.h"

namespace host {

namespace {

using Clock = std::chrono::steady_clock;
using pi::push::Sender;

constexpr std::chrono::seconds kMagicInterval{1};
constexpr Port::Milliseconds kTick{10};
// For a kernel that was called: its last words, and an adapter's delay.
constexpr std::chrono::milliseconds kFarewellTime{60};
// Of what comes while nothing is pushed, so much is kept to find those words in.
constexpr size_t kMostHeard = 1024;

uint64_t now_us() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch())
          .count());
}

// The port, as the sender wants it.
class Line final : public pi::push::ByteSink, public pi::push::SenderOwner {
 public:
  explicit Line(Port& port) : port_(port) {}

  void write(std::span<const std::byte> bytes) override {
    port_.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  bool set_baud(uint32_t baud) override {
    port_.drain();
    return port_.set_baud(baud);
  }
  void loader_says(std::string_view text) override {
    std::fprintf(stderr, "loader: %.*s\n", static_cast<int>(text.size()), text.data());
  }

 private:
  Port& port_;
};

pi::push::SenderOptions sender_options(const PushImages& images, const PushOptions& options) {
  const auto bytes = [](const std::string& text) { return std::as_bytes(std::span(text)); };
  pi::push::SenderOptions result;
  result.kernel_address = images.kernel_address;
  result.parts = {bytes(images.command_line), bytes(images.kernel), bytes(images.ram_disk)};
  result.baud = options.baud;
  result.session = static_cast<uint16_t>(std::random_device()());
  result.wait_us = static_cast<uint64_t>(options.wait.count()) * 1000;
  return result;
}

// What a kernel says before it makes room for the boot loader (libpi/push/magic.h).
class Farewell {
 public:
  void hear(std::string_view bytes) {
    heard_ += bytes;
    const size_t end = heard_.find(pi::push::kFarewellEnd);
    const size_t begin = heard_.rfind(pi::push::kFarewellBegin, end);
    if (end != heard_.npos && begin != heard_.npos) {
      const size_t text = begin + pi::push::kFarewellBegin.size();
      version_ = heard_.substr(text, end - text);
    }
    if (heard_.size() > kMostHeard) heard_.erase(0, heard_.size() - kMostHeard);
  }
  // Of the kernel that was running; empty when none told.
  const std::string& version() const { return version_; }

 private:
  std::string heard_;
  std::string version_;
};

class PushRun {
 public:
  PushRun(Port& port, const PushImages& images, const PushOptions& options)
      : port_(port),
        pushed_version_(images.kernel_version),
        kernel_baud_(options.kernel_baud),
        line_(port),
        sender_(sender_options(images, options), line_, line_) {}

  PushReport run(Interrupts& interrupts) {
    try {
      while (!sender_.is_finished()) {
        interrupts.check();
        step();
      }
    } catch (const Failure&) {
      // The loader need not wait for us any longer.
      if (port_.is_open()) sender_.cancel();
      throw;
    }
    progress_.reset();
    if (sender_.phase() == Sender::Phase::kFailed) {
      fail("{}: {} {}", port_.name(), text(sender_.status()), sender_.loader_message());
    }
    // A last word of the protocol that got lost would be a kernel's input.
    port_.drain();
    const std::chrono::duration<double> duration = Clock::now() - *heard_;
    return {sender_.total_bytes(), duration.count(), baud_};
  }

 private:
  void step() {
    if (is_waiting()) call();
    sender_.tick(now_us());
    receive();
    show();
  }

  bool is_waiting() const { return sender_.phase() == Sender::Phase::kWaiting; }

  void receive() {
    std::array<char, 4096> buffer;
    const size_t count = port_.read(buffer, kTick);
    if (!port_.is_open()) fail("{}: is gone; is the adapter still plugged in?", port_.name());
    if (count == 0) return;
    is_answered_ = true;
    if (is_waiting()) farewell_.hear({buffer.data(), count});
    sender_.feed(std::as_bytes(std::span(buffer)).first(count), now_us());
  }

  // A running kernel reboots into the loader when it hears this.
  void call() {
    const Clock::time_point now = Clock::now();
    if (called_ && now - *called_ < kMagicInterval) return;
    called_ = now;
    port_.write(pi::push::kLoaderMagic);
    if (kernel_baud_ == Port::kDefaultBaud) return;
    // It may be at the usual speed all the same.
    await_farewell();
    if (!is_waiting() || !port_.set_baud(kernel_baud_)) return;
    port_.write(pi::push::kLoaderMagic);
    await_farewell();
    port_.set_baud(Port::kDefaultBaud);
  }

  void await_farewell() {
    port_.drain();
    const Clock::time_point end = Clock::now() + kFarewellTime;
    while (is_waiting() && farewell_.version().empty() && Clock::now() < end) receive();
  }

  void show() {
    if (is_waiting()) return show_waiting();
    if (!heard_) {
      heard_ = Clock::now();
      tell_versions();
    }
    if (sender_.phase() != Sender::Phase::kSending) return;
    if (sender_.baud() != baud_ || !progress_) {
      baud_ = sender_.baud();
      progress_.reset();
      progress_.emplace(text("pushing at {} baud", baud_), sender_.total_bytes(),
                        Progress::Unit::kBytes);
    }
    progress_->update(sender_.bytes_arrived());
  }

  void tell_versions() const {
    const std::string pushed =
        pushed_version_.empty() ? "a kernel that tells no version" : pushed_version_;
    const std::string& running = farewell_.version();
    std::fprintf(stderr, "%spushing %s\n",
                 running.empty() ? "" : ("running " + running + ", ").c_str(), pushed.c_str());
  }

  void show_waiting() {
    if (!waits_since_) {
      waits_since_ = Clock::now();
      std::fprintf(stderr, "waiting for the boot loader on %s\n", port_.name().c_str());
    }
    if (is_hint_shown_ || is_answered_ || !port_.is_wired() ||
        Clock::now() < *waits_since_ + kSilenceBeforeHint) {
      return;
    }
    is_hint_shown_ = true;
    std::fprintf(stderr, "%s\n", wiring_hint(port_).c_str());
  }

  Port& port_;
  std::string pushed_version_;
  uint32_t kernel_baud_;
  Farewell farewell_;
  Line line_;
  Sender sender_;
  std::optional<Progress> progress_;
  std::optional<Clock::time_point> called_;
  std::optional<Clock::time_point> heard_;
  uint32_t baud_ = pi::push::kBaseBaud;
  std::optional<Clock::time_point> waits_since_;
  bool is_answered_ = false;  // by any byte
  bool is_hint_shown_ = false;
};

}  // namespace

PushReport push(Port& port, const PushImages& images, const PushOptions& options,
                Interrupts& interrupts) {
  const auto run = std::make_unique<PushRun>(port, images, options);
  return run->run(interrupts);
}

}  // namespace host
