// What /bench needs of the computer that it measures: the board (kernel/board/board_bench.h), or a
// test's fake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kernel::bench {

// Loops that do nothing but move memory: assembly on the board. Blocks are aligned to 32 bytes and
// multiples of 128 bytes long; "preloaded" ones ask for their data some lines ahead (PLD).
struct MemoryLoops {
  void (*read)(const void* from, size_t bytes);
  void (*read_preloaded)(const void* from, size_t bytes);
  void (*write)(void* to, size_t bytes);
  void (*copy)(void* to, const void* from, size_t bytes);
  void (*copy_preloaded)(void* to, const void* from, size_t bytes);
  // Follows a chain of pointers for `steps` steps, a multiple of 16, and returns where it ends.
  const void* (*chase)(const void* first, size_t steps);
};

class Board {
 public:
  virtual const MemoryLoops& memory_loops() = 0;
  // Of the core, since some moment; nothing where no counter counts, which is in an emulator.
  virtual std::optional<uint64_t> cycles() = 0;

 protected:
  ~Board() = default;
};

}  // namespace kernel::bench
