// The interrupt controller, and the handler of each interrupt (BCM2835 ARM Peripherals, chapter 7).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "libpi/mmio.h"

namespace pi {

// The number of one of the GPU's interrupts, 0 to 63; the board's description names them.
enum class Irq : uint8_t {};

class Interrupts {
 public:
  // Runs in IRQ mode with interrupts off. May use floating point: the entry code keeps the
  // interrupted program's registers (libpi/arm1176/vectors.S).
  using Handler = void (*)(void* context);
  static constexpr size_t kMaxHandlers = 8;

  // Masks all sources: what the firmware or a boot loader left enabled has no handler here.
  explicit Interrupts(MmioBase registers);

  // Sets the handler of `irq` and enables it. One handler per interrupt (CHECKed).
  void attach(Irq irq, Handler handler, void* context);
  // Without a handler: so that it ends the core's sleep.
  void enable(Irq irq);

  // Called by the IRQ vector: runs the handler of each attached interrupt that is pending. An
  // interrupt that is pending without a handler would recur forever: it is disabled.
  void dispatch();

 private:
  struct Entry {
    Irq irq{};
    Handler handler = nullptr;
    void* context = nullptr;
  };

  void disable_unhandled(unsigned bank, uint32_t pending);

  const MmioBase base_;
  std::array<Entry, kMaxHandlers> entries_ = {};
  uint32_t handled_[2] = {};  // bit n of word b: interrupt 32 * b + n has a handler
};

}  // namespace pi
