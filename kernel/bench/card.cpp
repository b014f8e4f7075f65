// How fast the card is for reads of weights (long ones, one after the other) and for reads of
// tables (short ones, anywhere).
#include <utility>

#include "base/format.h"
#include "kernel/bench/bench.h"

namespace kernel::bench {
namespace {

constexpr uint64_t kCardMeasureUs = 1'000'000;
constexpr size_t kBlock = pi::BlockDevice::kBlockSize;

struct Reads {
  uint64_t count = 0;
  uint64_t us = 0;
  bool is_stopped = false;
  base::Status status;
};

// Reads for a second; `next` says at which block to begin.
template <typename Next>
Reads read_for_a_while(Context& context, std::span<std::byte> target, Next&& next) {
  Reads reads;
  const uint64_t begin_us = context.clock.now_us();
  while (reads.us < kCardMeasureUs && reads.status.ok()) {
    if (context.stop.stop_requested()) {
      reads.is_stopped = true;
      return reads;
    }
    reads.status = context.card->read(next(), target);
    ++reads.count;
    reads.us = context.clock.now_us() - begin_us;
  }
  return reads;
}

bool note_error(Context& context, const Reads& reads) {
  if (reads.status.ok()) return false;
  char memory[192];
  base::TextBuffer text(memory);
  base::print(text, reads.status);
  context.report.note(text.view());
  return true;
}

// The longest is what weights are read with.
bool measure_sequential(Context& context, size_t bytes, bool is_longest) {
  const uint64_t blocks = bytes / kBlock;
  const uint64_t end = context.card->block_count();
  uint64_t block = context.card_first_block;
  const auto next = [&] {
    if (block + blocks > end) block = 0;
    return std::exchange(block, block + blocks);
  };
  const Reads reads = read_for_a_while(context, context.room.first(bytes), next);
  if (reads.is_stopped) return false;
  if (note_error(context, reads)) return true;
  char memory[48];
  base::TextBuffer name(memory);
  base::print(name, "sequential, {} KiB per command", bytes / 1024);
  const double mb_per_s = static_cast<double>(reads.count * bytes) / static_cast<double>(reads.us);
  context.report.add(name.view(), mb_per_s, "MB/s", 2);
  if (is_longest) context.pace.add("card", mb_per_s);
  return true;
}

bool measure_random(Context& context) {
  constexpr size_t kBytes = 4096;
  constexpr uint64_t kBlocks = kBytes / kBlock;
  // A linear congruential generator (Knuth, MMIX), of which the upper half is used.
  uint64_t state = 1;
  const auto next = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 32) % (context.card->block_count() / kBlocks) * kBlocks;
  };
  const Reads reads = read_for_a_while(context, context.room.first(kBytes), next);
  if (reads.is_stopped) return false;
  if (note_error(context, reads)) return true;
  context.report.add("random, 4 KiB",
                     static_cast<double>(reads.us) / 1e3 / static_cast<double>(reads.count),
                     "ms each", 2);
  return true;
}

}  // namespace

bool measure_card(Context& context) {
  constexpr size_t kLongest = 1 << 20;
  context.report.begin_group("card");
  if (context.card == nullptr || context.card->block_count() < kLongest / kBlock) {
    context.report.note("there is none");
    return true;
  }
  return measure_sequential(context, 64 << 10, false) &&
         measure_sequential(context, kLongest, true) && measure_random(context);
}

}  // namespace kernel::bench
