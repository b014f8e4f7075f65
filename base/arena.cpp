#include "base/arena.h"

#include <string_view>

#include "base/check.h"

namespace base {

Arena::Arena(std::span<std::byte> memory) : Arena(memory.data(), memory.size()) {
  CHECK(memory.data() != nullptr);
  CHECK(reinterpret_cast<uintptr_t>(memory.data()) % kAlignment == 0);
}

Arena Arena::measuring(uint64_t capacity) { return Arena(nullptr, capacity); }

Result<std::byte*> Arena::allocate_bytes(uint64_t bytes, const char* tag) {
  const uint64_t rounded = round_up<uint64_t>(bytes, kAlignment);
  if (rounded > available()) {
    return Status::error(ErrorCode::kOutOfMemory,
                         "out of memory: {} bytes asked for, {} left, {} bytes short", rounded,
                         available(), rounded - available());
  }
  // Without memory the spans start at the alignment, so that they are not null: a measured span
  // looks like any other, and an access faults.
  std::byte* const memory =
      is_measuring() ? reinterpret_cast<std::byte*>(uintptr_t{kAlignment}) : base_ + used_;
  used_ += rounded;
  high_water_ = used_ > high_water_ ? used_ : high_water_;
  for (size_t i = 0; i < use_count_; ++i) {
    if (std::string_view(uses_[i].tag) == tag) {
      uses_[i].bytes += rounded;
      return memory;
    }
  }
  if (use_count_ == kMaxUses) {
    uses_[kMaxUses - 1].bytes += rounded;
  } else {
    uses_[use_count_++] = {tag, rounded};
  }
  return memory;
}

Arena::Mark Arena::mark() const {
  Mark mark{used_, {}, use_count_};
  for (size_t i = 0; i < use_count_; ++i) {
    mark.uses[i] = uses_[i];
  }
  return mark;
}

void Arena::rewind(const Mark& mark) {
  CHECK(mark.used <= used_);
  used_ = mark.used;
  use_count_ = mark.use_count;
  for (size_t i = 0; i < use_count_; ++i) {
    uses_[i] = mark.uses[i];
  }
}

}  // namespace base
