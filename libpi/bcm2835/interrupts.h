// The interrupt controller, and who handles which interrupt (BCM2835 ARM Peripherals, chapter 7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pi {

// Numbers of the GPU's interrupts (Table 7.5; those of the DMA channels and the timer from Linux's
// bcm2835.dtsi, since the table leaves them out).
enum class Irq : uint8_t {
  kSystemTimer1 = 1,
  kSystemTimer3 = 3,
  kDma0 = 16,  // channel n at 16 + n, for n up to 12
  kAux = 29,   // mini UART, SPI1, SPI2
  kSdHost = 56,
  kUart0 = 57,
  kEmmc = 62,
};

class Interrupts {
 public:
  // Runs in IRQ mode with interrupts off. May use floating point: the entry code keeps the
  // interrupted program's registers (libpi/arm1176/vectors.S).
  using Handler = void (*)(void* context);
  static constexpr size_t kMaxHandlers = 8;

  // Masks all sources: whatever the firmware or a boot loader left enabled has no handler here.
  Interrupts();

  // Sets the handler of `irq` and enables it. One handler an interrupt (CHECKed).
  void attach(Irq irq, Handler handler, void* context);
  // Disables `irq` and forgets its handler.
  void detach(Irq irq);

  void enable(Irq irq);
  void disable(Irq irq);

  // Called by the IRQ vector: runs the handler of each attached interrupt that is pending. An
  // interrupt that is pending without a handler would come back for ever: it is disabled, and
  // counted.
  void dispatch();
  uint32_t unexpected() const { return unexpected_; }

 private:
  struct Entry {
    Irq irq = Irq::kUart0;
    Handler handler = nullptr;
    void* context = nullptr;
  };

  void disable_unhandled(unsigned bank, uint32_t pending);

  std::array<Entry, kMaxHandlers> entries_ = {};
  uint32_t handled_[2] = {};  // bit n of word b: interrupt 32 * b + n has a handler
  uint32_t unexpected_ = 0;
};

}  // namespace pi
