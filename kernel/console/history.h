// The last lines that were typed, in a fixed piece of memory: the oldest make room for new ones.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace kernel {

class History {
 public:
  static constexpr size_t kBytes = 4096;

  // Empty lines, the same line once more, and lines longer than half of the memory are not kept.
  void add(std::string_view line);
  void clear() { size_ = 0; }

  // `back` 0 is the newest line. Valid until the next add() or clear().
  std::optional<std::string_view> line(size_t back) const;

 private:
  // Lines in the order in which they were typed, each ended by '\n'.
  std::array<char, kBytes> bytes_{};
  size_t size_ = 0;
};

}  // namespace kernel
