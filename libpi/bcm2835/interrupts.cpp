#include "libpi/bcm2835/interrupts.h"

#include "base/check.h"
#include "libpi/mmio.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// BCM2835 ARM Peripherals 7.5.
struct Pending1 : Register<Pending1, 0x204, Access::kRead> {};
struct Pending2 : Register<Pending2, 0x208, Access::kRead> {};
struct FiqControl : Register<FiqControl, 0x20c, Access::kReadWrite> {};
struct Enable1 : Register<Enable1, 0x210, Access::kReadWrite> {};  // write 1 to enable
struct Enable2 : Register<Enable2, 0x214, Access::kReadWrite> {};
struct Disable1 : Register<Disable1, 0x21c, Access::kReadWrite> {};  // write 1 to disable
struct Disable2 : Register<Disable2, 0x220, Access::kReadWrite> {};
struct DisableBasic : Register<DisableBasic, 0x224, Access::kReadWrite> {};

constexpr unsigned bank_of(Irq irq) { return static_cast<unsigned>(irq) / 32; }
constexpr uint32_t bit_of(Irq irq) { return uint32_t{1} << static_cast<unsigned>(irq) % 32; }

void write_disable(MmioBase base, unsigned bank, uint32_t bits) {
  if (bank == 0) {
    Disable1::write(base, {bits});
  } else {
    Disable2::write(base, {bits});
  }
}

}  // namespace

Interrupts::Interrupts(MmioBase registers) : base_(registers) {
  const PeripheralAccess access;
  FiqControl::write(base_, {0});
  write_disable(base_, 0, UINT32_MAX);
  write_disable(base_, 1, UINT32_MAX);
  DisableBasic::write(base_, {UINT32_MAX});
}

void Interrupts::attach(Irq irq, Handler handler, void* context) {
  CHECK(handler != nullptr);
  CHECK((handled_[bank_of(irq)] & bit_of(irq)) == 0);
  Entry* free_entry = nullptr;
  for (Entry& entry : entries_) {
    if (entry.handler == nullptr) {
      free_entry = &entry;
      break;
    }
  }
  CHECK(free_entry != nullptr);
  free_entry->irq = irq;
  free_entry->context = context;
  free_entry->handler = handler;
  handled_[bank_of(irq)] |= bit_of(irq);
  enable(irq);
}

void Interrupts::enable(Irq irq) {
  const PeripheralAccess access;
  if (bank_of(irq) == 0) {
    Enable1::write(base_, {bit_of(irq)});
  } else {
    Enable2::write(base_, {bit_of(irq)});
  }
}

void Interrupts::dispatch() {
  uint32_t pending[2];
  {
    const PeripheralAccess access;
    pending[0] = Pending1::read(base_).raw;
    pending[1] = Pending2::read(base_).raw;
  }
  for (const Entry& entry : entries_) {
    if (entry.handler != nullptr && (pending[bank_of(entry.irq)] & bit_of(entry.irq)) != 0) {
      entry.handler(entry.context);
    }
  }
  disable_unhandled(0, pending[0] & ~handled_[0]);
  disable_unhandled(1, pending[1] & ~handled_[1]);
}

void Interrupts::disable_unhandled(unsigned bank, uint32_t pending) {
  if (pending == 0) return;
  // The pending registers also show sources that are not enabled (the firmware's own timers):
  // those do not interrupt the ARM.
  const PeripheralAccess access;
  const uint32_t enabled = bank == 0 ? Enable1::read(base_).raw : Enable2::read(base_).raw;
  if ((pending & enabled) == 0) return;
  write_disable(base_, bank, pending & enabled);
}

}  // namespace pi
