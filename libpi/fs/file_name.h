// The names in a FAT folder: 8.3 names, long names in pieces of UTF-16, and how both become UTF-8.
//
// Source: the specification (fat_geometry.h), "FAT Long Directory Entries".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/format.h"

namespace pi {

// 20 pieces of 13 UTF-16 units, each at most 3 bytes of UTF-8 (a pair of surrogates takes 4).
constexpr size_t kLongNameUnits = 260;
constexpr size_t kMaxNameBytes = 3 * kLongNameUnits;

// Whether two names (UTF-8) are the same to FAT: upper and lower case of ASCII letters are.
bool is_same_name(std::string_view a, std::string_view b);

// The 8.3 name of a folder entry (32 bytes), with the lower-case flags of Windows NT. Bytes beyond
// ASCII depend on a code page that is stored nowhere; they come out as U+FFFD.
void print_short_name(base::TextSink& sink, std::span<const std::byte> entry);

// A long name, assembled from the entries in front of its short one.
class LongName {
 public:
  void clear() { missing_ = kNothing; }

  // One long-name entry (32 bytes), in the order of the folder: the last piece first.
  void add(std::span<const std::byte> entry);

  // Whether all pieces came, in order, and belong to this short entry (32 bytes): systems without
  // long names leave orphans when they rename or delete.
  bool belongs_to(std::span<const std::byte> short_entry) const;

  // As UTF-8. Halves of surrogate pairs, control characters and '/' come out as U+FFFD.
  void print(base::TextSink& sink) const;

 private:
  static constexpr uint32_t kNothing = UINT32_MAX;

  std::array<uint16_t, kLongNameUnits> units_{};
  size_t unit_count_ = 0;
  uint32_t missing_ = kNothing;  // pieces still to come
  uint32_t checksum_ = 0;
};

}  // namespace pi
