#include "kernel/board_bench.h"

#include "libpi/arm1176/memory_loops.h"

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

void BoardBench::describe_health(base::TextSink& out) {
  const auto temperature = board_.mailbox().temperature_millicelsius();
  if (temperature.ok()) base::print(out, "{:.1} C", static_cast<double>(*temperature) / 1000);
  const auto throttled = board_.mailbox().throttled();
  if (!throttled.ok()) {
    out.write(", throttling not reported");
  } else if ((*throttled & 0xf) == 0) {
    out.write(", not throttled");
  } else {
    base::print(out, ", throttled (0x{:x}: figures are lower than they could be)", *throttled);
  }
  out.write(", ARM ");
  print(out, read_clock(board_.mailbox(), pi::Mailbox::ClockId::kArm));
}

}  // namespace kernel
