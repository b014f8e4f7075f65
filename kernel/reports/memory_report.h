// Where every byte of the RAM is, in one table that adds up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/format.h"

namespace kernel {

class MemoryTable {
 public:
  // "free" is unused memory, "model" what the arena holds.
  enum class Kind : uint8_t { kFirmware, kImage, kStack, kRamDisk, kModel, kFree, kOther };

  struct Part {
    std::string_view name;
    Kind kind;
    uint64_t bytes;
  };
  // Of something that fills and empties: how full it ever was.
  struct High {
    std::string_view name;
    uint64_t bytes;
    uint64_t used;
  };

  static constexpr size_t kMaxParts = 24 + base::Arena::kMaxUses;
  static constexpr size_t kMaxHigh = 8;

  // Names outlive the table. A part without bytes is left out; what no longer gets a row of its own
  // is added to the last one (CHECKed for high()).
  void add(std::string_view name, Kind kind, uint64_t bytes);
  void add_high(std::string_view name, uint64_t bytes, uint64_t used);
  // A row for each tag, and one for what is free.
  void add_arena(const base::Arena& arena);

  std::span<const Part> parts() const { return std::span(parts_).first(part_count_); }
  std::span<const High> high() const { return std::span(high_).first(high_count_); }
  uint64_t total() const;

 private:
  std::array<Part, kMaxParts> parts_{};
  std::array<High, kMaxHigh> high_{};
  size_t part_count_ = 0;
  size_t high_count_ = 0;
};

std::string_view name_of(MemoryTable::Kind kind);

// For people: each part with its share, the sum, and the high-water marks.
void print(base::TextSink& out, const MemoryTable& table);

}  // namespace kernel
