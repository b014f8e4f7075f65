#include "kernel/reports/memory_report.h"

#include "base/check.h"

namespace kernel {

std::string_view name_of(MemoryTable::Kind kind) {
  constexpr std::string_view kNames[] = {"firmware", "image", "stack", "ramdisk",
                                         "model",    "free",  "other"};
  return kNames[static_cast<size_t>(kind)];
}

void MemoryTable::add(std::string_view name, Kind kind, uint64_t bytes) {
  if (bytes == 0) return;
  if (part_count_ == parts_.size()) {
    parts_.back().bytes += bytes;
  } else {
    parts_[part_count_++] = {name, kind, bytes};
  }
}

void MemoryTable::add_high(std::string_view name, uint64_t bytes, uint64_t used) {
  CHECK(high_count_ < high_.size());
  high_[high_count_++] = {name, bytes, used};
}

void MemoryTable::add_arena(const base::Arena& arena) {
  for (const base::Arena::Use& use : arena.uses()) add(use.tag, Kind::kModel, use.bytes);
  add("arena, free", Kind::kFree, arena.available());
  add_high("arena", arena.capacity(), arena.high_water());
}

uint64_t MemoryTable::total() const {
  uint64_t sum = 0;
  for (const Part& part : parts()) sum += part.bytes;
  return sum;
}

void print(base::TextSink& out, const MemoryTable& table) {
  const auto total = static_cast<double>(table.total());
  for (const MemoryTable::Part& part : table.parts()) {
    base::print(out, "  {:-20} {:-9} {:12} bytes {:6.2} %\n", part.name, name_of(part.kind),
                part.bytes, 100 * static_cast<double>(part.bytes) / total);
  }
  base::print(out, "  {:-20} {:-9} {:12} bytes\n", "in all", "", table.total());
  for (const MemoryTable::High& high : table.high()) {
    base::print(out, "  {:-20} {:-9} {:12} bytes of {}\n", high.name, "at most", high.used,
                high.bytes);
  }
}

}  // namespace kernel
