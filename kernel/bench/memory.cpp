// How fast memory is read, written and copied, with and without preloads.
#include <algorithm>

#include "base/format.h"
#include "kernel/bench/bench.h"

namespace kernel::bench {
namespace {

// Source and target of a copy fit into the first-level cache (16 KiB) and into the second
// (128 KiB), or into none of them.
constexpr struct {
  std::string_view where;
  size_t bytes;
} kSizes[] = {{"L1", 4 << 10}, {"L2", 48 << 10}, {"SDRAM", 8 << 20}};

// How weights pass by.
constexpr std::string_view kAsWeights = "read, PLD";

constexpr size_t kLeastMoved = 256 << 10;

}  // namespace

bool measure_memory(Context& context) {
  const MemoryLoops& loops = context.board.memory_loops();
  context.report.begin_group("memory");
  for (const auto& size : kSizes) {
    const size_t bytes = std::min(size.bytes, context.room.size() / 2 / 128 * 128);
    std::byte* from = context.room.data();
    std::byte* to = from + bytes;
    // Often enough that looks at clock and keyboard cost nothing.
    const size_t times = std::max<size_t>(1, kLeastMoved / bytes);
    const auto measure = [&](std::string_view what, auto&& loop) {
      const auto seconds = seconds_a_call(context, [&] {
        for (size_t i = 0; i < times; ++i) loop();
      });
      if (!seconds) return false;
      char memory[48];
      base::TextBuffer name(memory);
      base::print(name, "{}, {} KiB ({})", what, bytes / 1024, size.where);
      const double bytes_per_s = static_cast<double>(bytes * times) / *seconds;
      context.report.add(name.view(), bytes_per_s / 1e6, "MB/s");
      if (what == kAsWeights && &size == std::end(kSizes) - 1) {
        context.pace.add("read", context.pace.pace().core_hz / bytes_per_s);
      }
      return true;
    };
    const bool went_on = measure("read", [&] { loops.read(from, bytes); }) &&
                         measure(kAsWeights, [&] { loops.read_preloaded(from, bytes); }) &&
                         measure("write", [&] { loops.write(to, bytes); }) &&
                         measure("copy", [&] { loops.copy(to, from, bytes); }) &&
                         measure("copy, PLD", [&] { loops.copy_preloaded(to, from, bytes); });
    if (!went_on) return false;
  }
  return true;
}

}  // namespace kernel::bench
