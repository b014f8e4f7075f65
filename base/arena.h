// The only allocator. One block of memory, handed out from the bottom, given back only as a whole
// (rewind to a mark). Every allocation has a tag, so that a table can say where the memory went.
//
// An arena can also only *measure*: Arena::measuring(capacity) hands out spans that must not be
// touched and adds up what they would take. Plan and allocation are then the same code, and agree
// to the byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/align.h"
#include "base/status.h"

namespace base {

class Arena {
 public:
  // DMA writes whole cache lines, so no two allocations share one.
  static constexpr size_t kAlignment = kCacheLineBytes;
  static constexpr size_t kMaxUses = 48;
  // Half of the address space can hold no model, and sums below it cannot overflow.
  static constexpr uint64_t kEndless = UINT64_MAX / 2;

  struct Use {
    const char* tag;  // a literal
    uint64_t bytes;   // what the allocations of this tag take, alignment included
  };
  // A state to return to, with the table of uses as it was.
  struct Mark {
    uint64_t used;
    Use uses[kMaxUses];
    size_t use_count;
  };

  // `memory` is aligned to kAlignment (CHECKed) and outlives the arena.
  explicit Arena(std::span<std::byte> memory);
  // Without a capacity it has no limit.
  static Arena measuring(uint64_t capacity = kEndless);

  bool is_measuring() const { return base_ == nullptr; }
  uint64_t capacity() const { return capacity_; }
  uint64_t used() const { return used_; }
  uint64_t available() const { return capacity_ - used_; }
  // The largest used() so far, across rewinds.
  uint64_t high_water() const { return high_water_; }

  // Uninitialized room for `count` values. kOutOfMemory with the shortfall in bytes.
  template <typename T>
  Result<std::span<T>> allocate(uint64_t count, const char* tag) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    if (count > UINT64_MAX / 2 / sizeof(T)) {
      return Status::error(ErrorCode::kInvalidArgument, "an allocation of {} values is absurd",
                           count);
    }
    TRY_ASSIGN(std::byte * memory, allocate_bytes(count * sizeof(T), tag));
    return std::span<T>(reinterpret_cast<T*>(memory), static_cast<size_t>(count));
  }

  Mark mark() const;
  // Gives back all that was allocated since the mark. High water stays.
  void rewind(const Mark& mark);

  // One entry per tag, in the order of their first allocation. Allocations beyond kMaxUses tags are
  // counted under the last tag.
  std::span<const Use> uses() const { return {uses_, use_count_}; }

 private:
  Arena(std::byte* base, uint64_t capacity) : base_(base), capacity_(capacity) {}
  Result<std::byte*> allocate_bytes(uint64_t bytes, const char* tag);

  std::byte* base_;
  uint64_t capacity_;
  uint64_t used_ = 0;
  uint64_t high_water_ = 0;
  Use uses_[kMaxUses] = {};
  size_t use_count_ = 0;
};

}  // namespace base
