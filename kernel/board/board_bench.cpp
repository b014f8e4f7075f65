#include "kernel/board/board_bench.h"

#include "libpi/core/memory_loops.h"

namespace kernel {

const bench::MemoryLoops& BoardBench::memory_loops() {
  static constexpr bench::MemoryLoops kLoops = {
      .read = memory_read,
      .read_preloaded = memory_read_preloaded,
      .write = memory_write,
      .copy = memory_copy,
      .copy_preloaded = memory_copy_preloaded,
      .chase = memory_chase,
  };
  return kLoops;
}

std::optional<uint64_t> BoardBench::cycles() {
  if (!board_.cycles().counts()) return std::nullopt;
  return board_.cycles().cycles();
}

}  // namespace kernel
