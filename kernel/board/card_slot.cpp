#include "kernel/board/card_slot.h"

#include <new>
#include <optional>

#include "base/check.h"
#include "kernel/board/drivers.h"
#include "libpi/bcm2835/dma.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/sd_card.h"

namespace kernel {

struct CardSlot::Parts {
  std::optional<pi::Dma> dma;
  std::optional<pi::Emmc> emmc;
  std::optional<pi::SdCard> card;
};

namespace {

using pi::Gpio;

constexpr const pi::CardWiring& kWiring = kDescription.card;

void connect_slot(Gpio& gpio) {
  for (unsigned i = 0; i < kWiring.kPins; ++i) {
    const unsigned pin = kWiring.first_rival_pin + i;
    if (gpio.function(pin) == kWiring.function) gpio.set_function(pin, Gpio::Function::kInput);
  }
  for (unsigned i = 0; i < kWiring.kPins; ++i) {
    // By way of "input": QEMU does not know ALT3, and only lets go of the other controller (ALT0)
    // when all six are inputs.
    gpio.set_function(kWiring.first_pin + i, Gpio::Function::kInput);
  }
  for (unsigned i = 0; i < kWiring.kPins; ++i) {
    // All but CLK.
    gpio.set_pull(kWiring.first_pin + i, i == 0 ? Gpio::Pull::kNone : Gpio::Pull::kUp);
    gpio.set_function(kWiring.first_pin + i, kWiring.function);
  }
}

}  // namespace

// Not within the slot, whose header names no driver; DMA reads of it, so it never moves.
CardSlot::CardSlot(Drivers& drivers)
    : parts_(*[]() {
        alignas(Parts) static constinit std::byte storage[sizeof(Parts)] = {};
        static constinit bool used = false;
        CHECK(!used);
        used = true;
        return new (storage) Parts;
      }()) {
  connect_slot(drivers.gpio);
  const base::Result<uint32_t> usable = drivers.mailbox.dma_channels();
  const base::Result<unsigned> channel = pi::Dma::choose_channel(
      usable.ok() ? *usable : kDescription.dma.usual_channels, kDescription.dma.for_the_card);
  if (channel.ok()) {
    parts_.dma.emplace(drivers.timer, kDescription.dma.registers, kDescription.bus, *channel);
    parts_.dma->reset();
  }
  parts_.emmc.emplace(drivers.timer, kWiring.registers, kDescription.bus);
  parts_.card.emplace(*parts_.emmc, drivers.emmc_clock, parts_.dma ? &*parts_.dma : nullptr,
                      drivers.timer);
}

base::Status CardSlot::initialize() { return parts_.card->initialize(); }

pi::BlockDevice& CardSlot::device() { return *parts_.card; }

pi::SdReport CardSlot::report() const { return parts_.card->report(); }

pi::SdCard& CardSlot::card() { return *parts_.card; }

void CardSlot::stop() {
  // A channel that does not stop within its time cannot be helped: reads are over, so it is idle.
  if (parts_.dma) static_cast<void>(parts_.dma->abort());
}

}  // namespace kernel
