// The core's own counters: cycles, and two events of its choice. An emulator may read 0 from all of
// them (QEMU does).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace pi::core {

// Two events that are counted together. `codes` mean something to the core only; the names are
// those of the profiler's records (docs/protocol.md).
struct EventPair {
  std::array<uint8_t, 2> codes;
  std::array<std::string_view, 2> names;
};

// The pairs that are worth counting, one after the other; at least one.
std::span<const EventPair> event_pairs();

// Starts the cycle counter, one count per cycle, and the event counters with the first pair, all
// from 0.
void start_counters();

// Counts the events of `pair` from here on; the counters themselves continue from where they are.
void select_events(const EventPair& pair);

// 32 bits each, which wrap: libpi/cycle_counter.h makes them wider.
uint32_t read_cycles();
uint32_t read_event0();
uint32_t read_event1();

}  // namespace pi::core

#include "core_backend.h"
