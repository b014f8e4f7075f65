// The SD card slot of the board: its pins, its supply, its clock and its DMA channel.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "libpi/fs/block_device.h"
#include "libpi/sd_report.h"

namespace pi {
class SdCard;
}

namespace kernel {

struct Drivers;

class CardSlot {
 public:
  // Connects the slot to its controller. There is one slot (CHECKed). `drivers` outlive it.
  explicit CardSlot(Drivers& drivers);

  // Finds and sets up the card, also one that was exchanged; before the first read. Reads by DMA if
  // the firmware leaves us a channel. kNotFound: no card answers. kUnsupported, kCorrupt, kTimeout,
  // kIo: a card that cannot be used, and the message says at which step.
  base::Status initialize();

  pi::BlockDevice& device();
  // After initialize().
  pi::SdReport report() const;

  // For the code that hands the board over: after it nothing writes to memory. The controller
  // stays as it is; its next user resets it (initialize()).
  void stop();

  // For tests of the driver on the board.
  pi::SdCard& card();

 private:
  struct Parts;
  Parts& parts_;
};

}  // namespace kernel
