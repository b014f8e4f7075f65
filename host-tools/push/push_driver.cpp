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

class PushRun {
 public:
  PushRun(Port& port, const PushImages& images, const PushOptions& options)
      : port_(port),
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
    if (sender_.phase() == Sender::Phase::kWaiting) call();
    sender_.tick(now_us());
    std::array<char, 4096> buffer;
    const size_t count = port_.read(buffer, kTick);
    if (!port_.is_open()) fail("{}: is gone; is the adapter still plugged in?", port_.name());
    if (count > 0) sender_.feed(std::as_bytes(std::span(buffer)).first(count), now_us());
    show();
  }

  // A running kernel reboots into the loader when it hears this.
  void call() {
    const Clock::time_point now = Clock::now();
    if (called_ && now - *called_ < kMagicInterval) return;
    called_ = now;
    port_.write(pi::push::kLoaderMagic);
    if (kernel_baud_ == Port::kDefaultBaud) return;
    port_.drain();
    if (!port_.set_baud(kernel_baud_)) return;
    port_.write(pi::push::kLoaderMagic);
    port_.drain();
    port_.set_baud(Port::kDefaultBaud);
  }

  void show() {
    if (sender_.phase() == Sender::Phase::kWaiting) {
      if (!waiting_shown_)
        std::fprintf(stderr, "waiting for the boot loader on %s\n", port_.name().c_str());
      waiting_shown_ = true;
      return;
    }
    if (!heard_) heard_ = Clock::now();
    if (sender_.phase() != Sender::Phase::kSending) return;
    if (sender_.baud() != baud_ || !progress_) {
      baud_ = sender_.baud();
      progress_.reset();
      progress_.emplace(text("pushing at {} baud", baud_), sender_.total_bytes(),
                        Progress::Unit::kBytes);
    }
    progress_->update(sender_.bytes_arrived());
  }

  Port& port_;
  uint32_t kernel_baud_;
  Line line_;
  Sender sender_;
  std::optional<Progress> progress_;
  std::optional<Clock::time_point> called_;
  std::optional<Clock::time_point> heard_;
  uint32_t baud_ = pi::push::kBaseBaud;
  bool waiting_shown_ = false;
};

}  // namespace

PushReport push(Port& port, const PushImages& images, const PushOptions& options,
                Interrupts& interrupts) {
  const auto run = std::make_unique<PushRun>(port, images, options);
  return run->run(interrupts);
}

}  // namespace host
