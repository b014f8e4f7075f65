// One number for all logits of a run: equal on host, emulator and board, unless there is a bug.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "llama/generator.h"

namespace llama {

// FNV-1a, 64 bits (Fowler, Noll, Vo), over the little-endian bits of each float, in the order of
// positions.
class LogitsHash final : public LogitsObserver {
 public:
  void observe(uint32_t, std::span<const float> logits) override {
    for (const float logit : logits) {
      uint32_t bits = std::bit_cast<uint32_t>(logit);
      for (int byte = 0; byte < 4; ++byte, bits >>= 8) {
        hash_ = (hash_ ^ (bits & 0xff)) * kPrime;
      }
    }
  }
  uint64_t value() const { return hash_; }

 private:
  static constexpr uint64_t kPrime = 0x100000001b3;
  uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace llama
