// A queue between one writer and one reader on the same core, of which either may be an interrupt
// handler. No lock, and no interrupt is masked.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace base {

template <typename T, uint32_t kCapacity>
class RingBuffer {
 public:
  static_assert((kCapacity & (kCapacity - 1)) == 0, "a power of two, so that indices may wrap");

  // The writer's side. False, and nothing is stored, when the buffer is full.
  bool push(T value) {
    const uint32_t head = head_.load(std::memory_order_relaxed);
    if (head - tail_.load(std::memory_order_relaxed) == kCapacity) return false;
    items_[head % kCapacity] = value;
    // Both sides run on one core, so only the compiler could change the order.
    std::atomic_signal_fence(std::memory_order_release);
    head_.store(head + 1, std::memory_order_relaxed);
    return true;
  }

  // The reader's side. False when the buffer is empty.
  bool pop(T& value) {
    const uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (head_.load(std::memory_order_relaxed) == tail) return false;
    std::atomic_signal_fence(std::memory_order_acquire);
    value = items_[tail % kCapacity];
    std::atomic_signal_fence(std::memory_order_release);
    tail_.store(tail + 1, std::memory_order_relaxed);
    return true;
  }

  // Either side; the other one may change it at any moment.
  uint32_t size() const {
    return head_.load(std::memory_order_relaxed) - tail_.load(std::memory_order_relaxed);
  }
  static constexpr uint32_t capacity() { return kCapacity; }

 private:
  // Counts of all pushes and pops ever, modulo 2^32.
  std::atomic<uint32_t> head_ = 0;
  std::atomic<uint32_t> tail_ = 0;
  std::array<T, kCapacity> items_ = {};
};

}  // namespace base
