// The SD card slot of the board: its pins, its supply, its clock and its DMA channel.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "libpi/bcm2835/dma.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/sd_card.h"

namespace kernel {

class CardSlot {
 public:
  // Connects the slot to the EMMC controller. All arguments outlive the slot, which must not move
  // (DMA reads of it). `emmc_hz`: the EMMC base clock, 0 if the firmware does not tell.
  CardSlot(pi::Gpio& gpio, pi::Mailbox& mailbox, base::Clock& clock, uint32_t emmc_hz);

  // To be initialize()d before the first read. Reads by DMA if the firmware leaves us a channel.
  pi::SdCard& card() { return *card_; }

  // For whoever hands the board over: from now on nothing writes to memory. The controller stays
  // as it is; who uses it next resets it (SdCard::initialize).
  void stop();

 private:
  std::optional<pi::Dma> dma_;
  std::optional<pi::Emmc> emmc_;
  std::optional<pi::SdCard> card_;
};

}  // namespace kernel
