#include "tests/pi0-cycles/data_side.h"

#include <algorithm>

namespace pi0 {
namespace {

constexpr uint64_t kRestOfLine = kLineBytes / kBytesPerCycle - 1;

}  // namespace

DataSide::DataSide(const Settings& settings, Sdram& sdram)
    : settings_(settings), sdram_(sdram), cache_(settings, settings.locked_ways) {
  settings_.outstanding_fills =
      std::clamp<uint32_t>(settings.outstanding_fills, 1, static_cast<uint32_t>(fills_.size()));
}

uint64_t& DataSide::earliest_fill() {
  return *std::min_element(fills_.begin(), fills_.begin() + settings_.outstanding_fills);
}

DataSide::Access DataSide::fill(uint64_t now, uint32_t line, Counters& counters) {
  uint64_t& buffer = earliest_fill();
  const uint64_t accepted = std::max(now, buffer);
  const uint64_t critical_word = sdram_.read(accepted, kLineBytes);
  buffer = critical_word + kRestOfLine;
  counters.sdram_read_bytes += kLineBytes;
  bool evicted_dirty = false;
  Cache::Line& place = cache_.replace(line, evicted_dirty);
  place.ready = buffer;
  if (evicted_dirty) {  // through a buffer of its own (TRM 7.6)
    sdram_.write(accepted, kLineBytes);
    ++counters.write_backs;
    counters.sdram_write_bytes += kLineBytes;
  }
  return {accepted, critical_word};
}

DataSide::Access DataSide::load(uint64_t now, uint32_t line, Counters& counters) {
  if (const Cache::Line* hit = cache_.find(line)) return {now, hit->ready};
  ++counters.data_misses;
  return fill(now, line, counters);
}

uint64_t DataSide::preload(uint64_t now, uint32_t line, Counters& counters) {
  if (cache_.find(line) != nullptr) return now;
  if (settings_.drops_preloads && earliest_fill() > now) return now;
  ++counters.preload_fills;
  return fill(now, line, counters).accepted;
}

uint64_t DataSide::store(uint64_t now, uint32_t address, uint32_t bytes, Counters& counters) {
  if (Cache::Line* hit = cache_.find(address / kLineBytes)) {
    hit->is_dirty = true;
    return std::max(now, hit->ready);
  }
  const uint32_t words = std::max<uint32_t>(bytes / 4, 1);
  const uint32_t sent = std::max(bytes, kLeastWriteBytes);
  counters.sdram_write_bytes += sent;
  return buffer_write(now, words, sent, 0);
}

uint64_t DataSide::store_to_device(uint64_t now) {
  return buffer_write(now, 1, 0, kDeviceWriteCycles);
}

// First in, first out: there is room once the oldest are done.
uint64_t DataSide::buffer_write(uint64_t now, uint32_t words, uint32_t bytes, uint64_t extra) {
  uint64_t accepted = std::max(now, writes_[next_write_].done);
  uint32_t held = words;
  for (uint32_t i = 1; i < kWriteBufferEntries; ++i) {  // from the newest to the oldest
    const Write& write = writes_[(next_write_ + kWriteBufferEntries - i) % kWriteBufferEntries];
    held += write.words;
    if (held > kWriteBufferWords) accepted = std::max(accepted, write.done);
  }
  const Write& newest = writes_[(next_write_ + kWriteBufferEntries - 1) % kWriteBufferEntries];
  const uint64_t start = std::max(accepted, newest.done);
  const uint64_t done = bytes != 0 ? sdram_.write(accepted, bytes) : start + extra;
  writes_[next_write_] = {done, words};
  next_write_ = (next_write_ + 1) % kWriteBufferEntries;
  return accepted;
}

void DataSide::empty(uint64_t now, uint32_t place, Counters& counters) {
  if (!cache_.empty(place >> 30, place / kLineBytes)) return;
  sdram_.write(now, kLineBytes);
  ++counters.write_backs;
  counters.sdram_write_bytes += kLineBytes;
}

uint64_t DataSide::idle_at() const {
  uint64_t at = *std::max_element(fills_.begin(), fills_.end());
  for (const Write& write : writes_) at = std::max(at, write.done);
  return at;
}

}  // namespace pi0
