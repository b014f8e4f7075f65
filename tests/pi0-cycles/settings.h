// What is not known of the board, or worth trying otherwise.
#pragma once

#include <cstdint>

namespace pi0 {

struct Settings {
  // SDRAM as the core sees it at 1 GHz. No measurement of a Pi Zero is published; 300 to 400 MB/s
  // follow from a copy loop on a Pi 1, the latency from what such memories have.
  uint32_t bandwidth_mb_s = 350;      // 10^6 bytes per second
  uint32_t latency_cycles = 150;      // from a miss to the word that was asked for
  uint32_t outstanding_fills = 2;     // line-fill buffers of the data cache (at most 4)
  bool drops_preloads = false;        // PLD does nothing, instead of waiting, when these are in use
  bool replaces_round_robin = false;  // lines of the caches; else pseudo-randomly
  bool folds_branches = false;        // predicted branches without a link take no cycle
  uint32_t locked_ways = 0;           // of the data cache: a bit each; never refilled
};

}  // namespace pi0
