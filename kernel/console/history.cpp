#include "kernel/console/history.h"

#include <algorithm>

namespace kernel {

void History::add(std::string_view line) {
  if (line.empty() || line.size() > kBytes / 2 || line == this->line(0)) return;
  size_t dropped = 0;
  while (size_ - dropped + line.size() + 1 > kBytes) {
    while (bytes_[dropped++] != '\n') {
    }
  }
  std::copy(bytes_.begin() + dropped, bytes_.begin() + size_, bytes_.begin());
  size_ -= dropped;
  std::ranges::copy(line, bytes_.begin() + size_);
  size_ += line.size();
  bytes_[size_++] = '\n';
}

std::optional<std::string_view> History::line(size_t back) const {
  size_t end = size_;
  for (;; --back) {
    if (end == 0) return std::nullopt;
    size_t begin = end - 1;
    while (begin > 0 && bytes_[begin - 1] != '\n') --begin;
    if (back == 0) return std::string_view(bytes_.data() + begin, end - 1 - begin);
    end = begin;
  }
}

}  // namespace kernel
