// A computer for a console, without hardware: a script types, and all that is printed is kept.
//
//   FakeMachine machine;
//   machine.insert(&card);
//   machine.type("/models\r");
//   machine.type_when_shown("Once", "\x03");   // Ctrl-C as soon as the story says "Once"
#pragma once

#include <cstring>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/machine.h"
#include "llama/kernels/fp_mode.h"
#include "tests/fakes/fake_instruments.h"
#include "tests/fakes/random_model.h"

namespace fakes {

// Thrown when a console waits for keys and the script has none left.
struct NothingTyped : std::runtime_error {
  NothingTyped() : std::runtime_error("the script has no keys left") {}
};

class FakeMachine final : public kernel::Machine {
 public:
  static constexpr size_t kMemoryBytes = 8 << 20;

  explicit FakeMachine(size_t memory_bytes = kMemoryBytes)
      : memory_(memory_bytes), memory_bytes_(memory_bytes), out_(*this), clock_() {
    llama::enter_flush_to_zero();
  }

  // The card in the slot, the caller's; nullptr: none.
  void insert(pi::BlockDevice* card) { card_ = card; }
  // What /card shows once a card was opened.
  void set_card_report(const pi::SdReport& report) { card_report_ = report; }
  // At most what the machine was made with.
  void set_memory_bytes(size_t bytes) { memory_bytes_ = bytes; }
  void set_command_line(std::string_view text) { command_line_ = text; }
  // What each look at the clock takes.
  void set_clock_step_us(uint64_t step) { clock_.step = step; }
  // Of what was typed, as if the line had been overrun.
  pi::SerialLosses& line_losses() { return losses_; }
  void set_health(const kernel::Health& health) { instruments_.health_now = health; }
  void count_cycles() { bench_.counts = true; }
  void count_events() { instruments_.counts_events = true; }
  void set_max_baud(uint32_t baud) { max_baud_ = baud; }

  void type(std::string_view keys) { keys_.insert(keys_.end(), keys.begin(), keys.end()); }
  // Typed once `text` appears on the console.
  void type_when_shown(std::string_view text, std::string_view keys) {
    later_.push_back({std::string(text), std::string(keys), console_.size()});
  }
  bool has_keys() {
    release_later();
    return !keys_.empty();
  }

  // All that came out, byte for byte: CR LF from out(), bytes as they are from write_bytes().
  const std::string& wire() const { return wire_; }
  // The same without the CRs of line ends.
  const std::string& console() const { return console_; }

  bool rebooted() const { return rebooted_; }
  bool powered_off() const { return powered_off_; }
  uint32_t baud() const { return baud_; }
  bool is_busy() const { return is_busy_; }
  uint32_t cards_opened() const { return cards_opened_; }

 private:
  class Out final : public base::TextSink {
   public:
    explicit Out(FakeMachine& machine) : machine_(machine) {}
    void write(std::string_view text) override {
      for (const char c : text) {
        if (c == '\n') machine_.wire_ += '\r';
        machine_.wire_ += c;
        machine_.console_ += c;
      }
    }

   private:
    FakeMachine& machine_;
  };

  struct Clock final : base::Clock {
    uint64_t now_us() override { return time_us += step; }
    uint64_t time_us = 1'000'000;
    uint64_t step = 1;
  };

  // Moves memory as the board does; its counter counts a GHz when it is told to.
  class BenchBoard final : public kernel::bench::Board {
   public:
    explicit BenchBoard(Clock& clock) : clock_(clock) {}
    const kernel::bench::MemoryLoops& memory_loops() override {
      static constexpr kernel::bench::MemoryLoops kLoops = {
          .read = [](const void*, size_t) {},
          .read_preloaded = [](const void*, size_t) {},
          .write = [](void* to, size_t bytes) { std::memset(to, 0, bytes); },
          .copy = [](void* to, const void* from, size_t bytes) { std::memcpy(to, from, bytes); },
          .copy_preloaded = [](void* to, const void* from,
                               size_t bytes) { std::memcpy(to, from, bytes); },
          .chase =
              [](const void* at, size_t steps) {
                for (; steps > 0; --steps) at = *static_cast<const void* const*>(at);
                return at;
              },
      };
      return kLoops;
    }
    std::optional<uint64_t> cycles() override {
      if (!counts) return std::nullopt;
      return 1000 * clock_.time_us;
    }
    bool counts = false;

   private:
    Clock& clock_;
  };

  struct Later {
    std::string text;
    std::string keys;
    size_t from;
  };

  base::Clock& clock() override { return clock_; }
  kernel::Instruments& instruments() override { return instruments_; }
  base::TextSink& out() override { return out_; }
  void write_bytes(std::string_view bytes) override {
    wire_ += bytes;
    console_ += bytes;
  }
  bool try_read(char& c) override {
    if (!has_keys()) return false;
    c = keys_.front();
    keys_.pop_front();
    return true;
  }
  pi::SerialLosses losses() override { return losses_; }
  void idle() override {
    if (!has_keys()) throw NothingTyped();
  }
  base::Status set_baud(uint32_t baud) override {
    if (baud > max_baud_) {
      return base::Status::error(base::ErrorCode::kInvalidArgument, "this line has {} baud at most",
                                 max_baud_);
    }
    baud_ = baud;
    return base::ok_status();
  }
  base::Result<pi::BlockDevice*> open_card() override {
    ++cards_opened_;
    if (card_ == nullptr) {
      return base::Status::error(base::ErrorCode::kNotFound, "there is no card in the slot");
    }
    out_.write("card: a fake\n");
    return card_;
  }
  std::optional<pi::SdReport> card_report() override {
    return cards_opened_ > 0 ? card_report_ : std::nullopt;
  }
  kernel::bench::Board& bench_board() override { return bench_; }
  std::span<std::byte> memory() override { return memory_.span().first(memory_bytes_); }
  std::string_view command_line() override { return command_line_; }
  void show_activity(bool is_busy) override { is_busy_ = is_busy; }
  void reboot() override { rebooted_ = true; }
  void power_off() override { powered_off_ = true; }

  void release_later() {
    std::erase_if(later_, [&](const Later& later) {
      const bool is_due = console_.find(later.text, later.from) != std::string::npos;
      if (is_due) type(later.keys);
      return is_due;
    });
  }

  tests::AlignedMemory memory_;
  size_t memory_bytes_;
  Out out_;
  Clock clock_;
  BenchBoard bench_{clock_};
  FakeInstruments instruments_{clock_.time_us, memory_bytes_};
  pi::BlockDevice* card_ = nullptr;
  std::optional<pi::SdReport> card_report_;
  std::string command_line_;
  std::deque<char> keys_;
  std::vector<Later> later_;
  std::string wire_;
  std::string console_;
  pi::SerialLosses losses_;
  uint32_t baud_ = 115200;
  uint32_t max_baud_ = 3'000'000;
  uint32_t cards_opened_ = 0;
  bool is_busy_ = false;
  bool rebooted_ = false;
  bool powered_off_ = false;
};

}  // namespace fakes
