// The data cache with what stands behind it: line-fill buffers, write buffer, SDRAM.
#pragma once

#include <array>
#include <cstdint>

#include "tests/pi0-cycles/cache.h"
#include "tests/pi0-cycles/counters.h"
#include "tests/pi0-cycles/sdram.h"
#include "tests/pi0-cycles/settings.h"

namespace pi0 {

class DataSide {
 public:
  DataSide(const Settings& settings, Sdram& sdram);

  struct Access {
    uint64_t accepted;  // when the unit of loads and stores is rid of it
    uint64_t ready;     // when the data are there; `now` or earlier for a hit
  };
  // A load from one line.
  Access load(uint64_t now, uint32_t line, Counters& counters);
  // PLD; returns when it is accepted.
  uint64_t preload(uint64_t now, uint32_t line, Counters& counters);
  // A store within one line; returns when it is accepted. Only lines that are there are written to:
  // nothing is fetched for a store (TRM 7.2.1).
  uint64_t store(uint64_t now, uint32_t address, uint32_t bytes, Counters& counters);
  uint64_t store_to_device(uint64_t now);

  // The L bits of the lockdown register, on top of the ways that the settings lock.
  void lock(uint32_t ways) { cache_.lock(ways | settings_.locked_ways); }

  // Cleans and invalidates a line: `place` is its way, in bits 30 and 31, and its set, from bit 5
  // on.
  void empty(uint64_t now, uint32_t place, Counters& counters);

  // When everything that is under way now will be done.
  uint64_t idle_at() const;

 private:
  struct Write {
    uint64_t done = 0;
    uint32_t words = 0;
  };
  uint64_t buffer_write(uint64_t now, uint32_t words, uint32_t bytes, uint64_t extra);
  Access fill(uint64_t now, uint32_t line, Counters& counters);
  uint64_t& earliest_fill();

  Settings settings_;
  Sdram& sdram_;
  Cache cache_;
  std::array<uint64_t, 4> fills_{};                  // until when each buffer is in use
  std::array<Write, kWriteBufferEntries> writes_{};  // a ring; the next one to use:
  uint32_t next_write_ = 0;
};

}  // namespace pi0
