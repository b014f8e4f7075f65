// How long a load takes that must wait for the one before it: a chase along a chain of pointers in
// random order, one per cache line.
#include <utility>

#include "base/align.h"
#include "base/format.h"
#include "kernel/bench/bench.h"

namespace kernel::bench {
namespace {

constexpr size_t kLine = base::kCacheLineBytes;
constexpr size_t kStepsACall = 4096;

// Numbers that are random enough to defeat any prefetch: xorshift32 (Marsaglia 2003), whose
// state is never 0.
class Random {
 public:
  uint32_t below(uint32_t limit) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<uint32_t>(uint64_t{state_} * limit >> 32);
  }

 private:
  uint32_t state_ = 2463534242;
};

const void*& link_of(std::span<std::byte> memory, size_t line) {
  return *reinterpret_cast<const void**>(memory.data() + line * kLine);
}

// One circle through all lines: Sattolo's shuffle.
void make_chain(std::span<std::byte> memory) {
  Random random;
  const size_t lines = memory.size() / kLine;
  for (size_t line = 0; line < lines; ++line) link_of(memory, line) = &link_of(memory, line);
  for (size_t line = lines - 1; line > 0; --line) {
    std::swap(link_of(memory, line), link_of(memory, random.below(static_cast<uint32_t>(line))));
  }
}

}  // namespace

bool measure_latency(Context& context) {
  context.report.begin_group("latency of a load");
  for (size_t bytes = 8 << 10; bytes <= kWantedRoom && bytes <= context.room.size(); bytes *= 2) {
    const auto memory = context.room.first(bytes);
    make_chain(memory);
    const void* at = memory.data();
    const auto seconds =
        seconds_a_call(context, [&] { at = context.board.memory_loops().chase(at, kStepsACall); });
    if (!seconds) return false;
    char text[32];
    base::TextBuffer name(text);
    base::print(name, "{} KiB", bytes / 1024);
    context.report.add(name.view(), *seconds / kStepsACall * 1e9, "ns");
  }
  return true;
}

}  // namespace kernel::bench
