#include "kernel/board/card_slot.h"

#include "libpi/bcm2835/memory_map.h"

namespace kernel {

namespace {

using pi::Gpio;

// GPIO 48-53 are CLK, CMD, DAT0-3 of the slot; 34-39 those of the Zero W's WiFi chip, where the
// firmware or an earlier kernel may have left the controller (circle: addon/SDCard/emmc.cpp).
constexpr unsigned kFirstSlotPin = 48;
constexpr unsigned kFirstWifiPin = 34;
constexpr unsigned kPins = 6;

// For firmware that does not answer: what Linux leaves to the ARM on this board.
constexpr uint32_t kUsualChannels = 0x7f35;

void connect_slot(Gpio& gpio) {
  for (unsigned pin = kFirstWifiPin; pin < kFirstWifiPin + kPins; ++pin) {
    if (gpio.function(pin) == Gpio::Function::kAlt3) {
      gpio.set_function(pin, Gpio::Function::kInput);
    }
  }
  for (unsigned pin = kFirstSlotPin; pin < kFirstSlotPin + kPins; ++pin) {
    // By way of "input": QEMU does not know ALT3, and only lets go of the other controller (ALT0)
    // when all six are inputs.
    gpio.set_function(pin, Gpio::Function::kInput);
  }
  for (unsigned pin = kFirstSlotPin; pin < kFirstSlotPin + kPins; ++pin) {
    gpio.set_pull(pin, pin == kFirstSlotPin ? Gpio::Pull::kNone : Gpio::Pull::kUp);
    gpio.set_function(pin, Gpio::Function::kAlt3);
  }
}

}  // namespace

CardSlot::CardSlot(Gpio& gpio, pi::Mailbox& mailbox, base::Clock& clock, uint32_t emmc_hz) {
  connect_slot(gpio);
  // The firmware booted from the card, so the supply is on; an answer that says otherwise will show
  // as a card that does not answer.
  static_cast<void>(mailbox.power_on(pi::Mailbox::PowerDevice::kSdCard));
  const base::Result<uint32_t> usable = mailbox.dma_channels();
  const base::Result<unsigned> channel =
      pi::Dma::choose_channel(usable.ok() ? *usable : kUsualChannels);
  if (channel.ok()) {
    dma_.emplace(clock, pi::bcm2835::kDma, *channel);
    dma_->reset();
  }
  emmc_.emplace(clock, pi::bcm2835::kEmmc, emmc_hz);
  card_.emplace(*emmc_, dma_ ? &*dma_ : nullptr, clock);
}

void CardSlot::stop() {
  // A channel that does not stop within its time cannot be helped: reads are over, so it is idle.
  if (dma_) static_cast<void>(dma_->abort());
}

}  // namespace kernel
