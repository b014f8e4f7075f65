// What a board is, by its revision code (Raspberry Pi documentation, "Raspberry Pi revision
// codes").
#pragma once

#include <cstdint>
#include <string_view>

namespace pi {

struct BoardRevision {
  uint32_t code;           // as the firmware reports it
  std::string_view model;  // "Zero W"; "(unknown model)" when the code is of no board that we know
  unsigned revision;       // the 2 of "1.2"
  uint32_t memory_mib;     // what is soldered on; 0 if the code does not say
  bool is_supported;       // Zero or Zero W: the boards that this kernel is for
};

BoardRevision decode_board_revision(uint32_t code);

}  // namespace pi
