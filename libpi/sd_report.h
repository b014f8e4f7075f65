// What an SD card is and how its reads went, for programs that show it. Portable; libpi/sd_card.h
// fills it in.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "libpi/sd_protocol.h"

namespace pi {

// Since the start of the program.
struct SdCounters {
  uint64_t bytes_read = 0;
  uint64_t read_commands = 0;  // CMD17 and CMD18, retries included
  uint64_t dma_commands = 0;   // those of them that ended well, by DMA
  uint64_t pio_commands = 0;   // and by the processor
  uint64_t waiting_us = 0;     // spent within start_read() and finish_read()
  uint64_t recovery_us = 0;    // the part of it that retries took, until they were under way again

  // Read commands that failed, by cause. Their sum is retries + failed_reads.
  uint32_t command_timeouts = 0;
  uint32_t command_crc_errors = 0;
  uint32_t data_timeouts = 0;
  uint32_t data_crc_errors = 0;
  uint32_t auto_stop_errors = 0;
  uint32_t stuck = 0;
  uint32_t dma_errors = 0;
  uint32_t card_errors = 0;

  uint32_t retries = 0;
  uint32_t clock_drops = 0;        // to 25 MHz
  uint32_t reidentifications = 0;  // of the card, because it had stopped answering
  uint32_t failed_reads = 0;       // given up after all retries

  uint32_t faults() const {
    return command_timeouts + command_crc_errors + data_timeouts + data_crc_errors +
           auto_stop_errors + stuck + dma_errors + card_errors;
  }
};

struct SdReport {
  SdCid identity;
  uint64_t block_count;    // of 512 bytes; 0: no card that can be used
  std::string_view kind;   // "SDSC", "SDHC" or "SDXC"
  unsigned data_lines;     // 1 or 4
  uint32_t clock_hz;       // of the bus, now; 0 when it has none
  uint32_t full_clock_hz;  // the most that a bus has
  uint32_t top_clock_hz;   // the most that this one has: less after errors
  bool has_dma;            // a channel was free
  bool reads_by_dma;       // now: not after DMA has failed several times
  uint32_t dma_errors;     // of the last DMA fault: 1 read-last, 2 FIFO, 4 read response
  SdCounters counters;
};

// "SDHC card SanDisk SC16G, 15.9 GB, 4-bit bus at 41.6 MHz, DMA"
void describe(const SdReport& report, base::TextSink& sink);
// "15.9 GB"
void print_capacity(const SdReport& report, base::TextSink& sink);

}  // namespace pi
