// What a waiting loader says every kBeaconIntervalUs, for programs and for people. It is a line of
// text, so that a plain terminal shows it as such, and it ends with a carriage return alone, so
// that the next one overwrites it there:
//
//   barellama loader waits for a push [1 900093 3000000 8000-1be00000 4d1c02aa]
//
// In brackets: protocol version, board revision (hexadecimal), fastest speed in baud, free memory
// (hexadecimal, the end is the first address beyond), and CRC-32C of all before (without the blank
// before it).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libpi/push/protocol.h"

namespace pi::push {

struct Beacon {
  uint32_t version = kProtocolVersion;
  uint32_t board_revision = 0;
  uint32_t max_baud = kBaseBaud;
  uint32_t free_begin = 0;
  uint32_t free_end = 0;
  friend bool operator==(const Beacon&, const Beacon&) = default;
};

void write_beacon(ByteSink& sink, const Beacon& beacon);

// Finds beacons in what a line delivers, between whatever else is said there.
class BeaconScanner {
 public:
  // The beacon that ends with `byte`, if one does and it is good.
  std::optional<Beacon> take(std::byte byte);

 private:
  std::array<char, 96> line_ = {};
  size_t size_ = 0;
};

}  // namespace pi::push
