// What can go wrong between an SD card and memory, as far as the retry ladder and the counters
// tell cases apart (libpi/sd_card.h). A caller outside of the storage drivers sees a base::Status.
#pragma once

#include <cstdint>

namespace pi {

enum class [[nodiscard]] SdFault : uint8_t{
    kNone,
    kCommandTimeout,  // the card did not answer a command within 64 SD clocks
    kCommandCrc,      // the answer was damaged: its CRC7, end bit or command index
    kDataTimeout,     // the controller gave up waiting for data or for the end of busy
    kDataCrc,         // a data block was damaged: its CRC16 or end bit
    kAutoStop,        // the CMD12 that the controller sends by itself failed
    kStuck,           // controller or card did not move on before our own deadline
    kDma,             // the DMA channel reported an error or did not move
    kCard,            // the card's own status (R1) reports an error
};

}  // namespace pi
