// A serial line, whichever UART drives it. Sending is polled, and so works with interrupts off and
// in a panic; receiving is done by an interrupt handler into a buffer, so that a burst from the
// other side survives a long computation here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "libpi/push/magic.h"

namespace pi {

// What was lost since start, in characters. All zero on a healthy line.
struct SerialLosses {
  uint32_t hardware_overruns = 0;  // the UART's FIFO was full: interrupts were off for too long
  uint32_t buffer_overruns = 0;    // the receive buffer was full: the program did not read
  uint32_t line_errors = 0;        // framing, parity or break: wrong baud, or noise
  uint32_t send_timeouts = 0;      // the UART did not take a character before its deadline
};

class Serial : public base::TextSink {
 public:
  // What one receive buffer holds: 8 KiB are 700 ms at 115200 baud, 87 ms at 921600.
  static constexpr uint32_t kReceiveBuffer = 8192;

  // Text: a '\n' without its '\r' goes out as "\r\n", which terminals expect.
  void write(std::string_view text) final;
  // Bytes as they are, for protocols.
  void write_bytes(std::span<const std::byte> bytes);

  // The next received character, if there is one. Never waits.
  bool try_read(char& out) { return do_try_read(out); }
  // As many as have been received and fit; 0 when there are none. Never waits.
  size_t read(std::span<char> out);
  // Whether try_read() would have one from an interrupt handler.
  bool has_received() const { return do_has_received(); }

  // After this `handler(context)` runs as soon as the whole sequence that calls the boot loader
  // (libpi/push/magic.h) has been received: within the receive interrupt, so that it works even if
  // the program never reads. Its bytes are read like all others, and so is an incomplete sequence.
  using Handler = void (*)(void* context);
  void on_loader_magic(Handler handler, void* context) {
    magic_handler_ = handler;
    magic_context_ = context;
  }
  // Takes what the UART holds, where interrupts are off for good, as in a panic.
  void poll_receiver() { do_poll_receiver(); }

  // Waits until the last bit has left. kTimeout when it does not within 100 ms.
  base::Status flush() { return do_flush(); }
  // Changes the speed after a flush. kInvalidArgument, and no change, when the UART's clock cannot
  // make `baud` within 2.5 %: with ten bits per frame, the last bit is then a quarter bit off.
  base::Status set_baud(uint32_t baud) { return do_set_baud(baud); }
  uint32_t baud() const { return do_baud(); }
  SerialLosses losses() const { return do_losses(); }

 protected:
  ~Serial() = default;

  // For drivers: each byte that comes in without a line error, whether it can be kept or not.
  void watch(char byte) {
    if (magic_handler_ != nullptr && magic_.take(byte)) magic_handler_(magic_context_);
  }

 private:
  virtual void do_send(uint8_t byte) = 0;
  virtual bool do_try_read(char& out) = 0;
  virtual bool do_has_received() const = 0;
  virtual void do_poll_receiver() = 0;
  virtual base::Status do_flush() = 0;
  virtual base::Status do_set_baud(uint32_t baud) = 0;
  virtual uint32_t do_baud() const = 0;
  virtual SerialLosses do_losses() const = 0;

  char last_sent_ = 0;
  push::MagicMatcher magic_;
  Handler magic_handler_ = nullptr;
  void* magic_context_ = nullptr;
};

}  // namespace pi
