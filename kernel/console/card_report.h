// What /card shows.
#pragma once

#include <optional>

#include "base/format.h"
#include "libpi/sd_report.h"

namespace kernel {

//   card       SanDisk SC16G, revision 8.0, serial 1234abcd, made 2019-03
//   capacity   15.9 GB, 31116288 blocks of 512 bytes (SDHC)
//   bus        4 data lines at 25.0 MHz, PIO: lower clock, no DMA after errors
//   reads      123.4 MB in 118 commands, 100 by DMA and 12 by PIO; waited 3.2 s
//   faults     6: 4 data CRC, 2 DMA (the last: FIFO)
//   recovery   5 retries, 1 drop to a lower clock, 0 new identifications, 0.4 s; 1 read given up
//
// The last row only when there were faults. `report` is empty when no card is in use.
void print_card_report(base::TextSink& out, const std::optional<pi::SdReport>& report);

}  // namespace kernel
