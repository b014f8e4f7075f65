// The host's side of libpi/mmio.h: every access goes to the fake bus that the test has installed,
// and can be kept as a trace.
#pragma once

#include <cstdint>

namespace pi::mmio {

// A test's picture of the board: answers reads, sees writes.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual uint32_t read32(uint32_t address) = 0;
  virtual void write32(uint32_t address, uint32_t value) = 0;
};

// The bus of the running test; CHECKed when an access comes without one.
Bus*& bus();

uint32_t read32(uint32_t address);
void write32(uint32_t address, uint32_t value);

}  // namespace pi::mmio
