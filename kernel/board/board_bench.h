// The Pi Zero as /bench measures it.
#pragma once

#include "kernel/bench/board.h"
#include "kernel/board/board.h"

namespace kernel {

class BoardBench final : public bench::Board {
 public:
  explicit BoardBench(kernel::Board& board) : board_(board) {}

  const bench::MemoryLoops& memory_loops() override;
  std::optional<uint64_t> cycles() override;

 private:
  kernel::Board& board_;
};

}  // namespace kernel
