// A model, opened and planned into an arena of a given size, and its logits.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "llama/transformer.h"
#include "tests/fakes/random_model.h"

namespace llama {

using tests::AlignedMemory;
using tests::MemorySource;

class CountingClock final : public base::Clock {
 public:
  uint64_t now_us() override { return ++now_; }

 private:
  uint64_t now_ = 0;
};

// A model, opened and planned into an arena of a given size.
class Machine {
 public:
  Machine(std::vector<std::byte> bytes, size_t arena_bytes, const Transformer::Options& options)
      : source(std::move(bytes)), memory(arena_bytes), arena(memory.span()) {
    enter_flush_to_zero();
    auto opened = ModelFile::open(source, arena);
    status = opened.status();
    if (!status.ok()) return;
    file = *opened;
    status = transformer.create(file, source, clock, arena, options);
    if (status.ok()) status = transformer.load(nullptr);
  }

  // Runs `tokens` in calls of `batch` and returns all logits.
  base::Status run(std::span<const int32_t> tokens, uint32_t batch, std::vector<float>& logits) {
    for (uint32_t at = 0; at < tokens.size(); at += batch) {
      const auto part = tokens.subspan(at, std::min<size_t>(batch, tokens.size() - at));
      TRY_ASSIGN(const auto made, transformer.forward(part, at, Logits::kAll, nullptr));
      logits.insert(logits.end(), made.begin(), made.end());
    }
    return base::ok_status();
  }

  MemorySource source;
  AlignedMemory memory;
  base::Arena arena;
  CountingClock clock;
  ModelFile file;
  Transformer transformer;
  base::Status status;
};

inline constexpr int32_t kTokens[] = {1, 300, 17, 308, 4, 4, 99, 250, 12, 3, 201};

inline Transformer::Options options_with(uint64_t max_pinned, uint64_t buffer_bytes) {
  return {.context = 16,
          .max_columns = 4,
          .all_logits = true,
          .weights = {.buffer_bytes = buffer_bytes, .max_pinned_bytes = max_pinned}};
}

inline std::vector<float> logits_of(const std::vector<std::byte>& model, uint64_t max_pinned,
                                    uint64_t buffer_bytes, uint32_t batch) {
  Machine machine(model, 4 << 20, options_with(max_pinned, buffer_bytes));
  EXPECT_TRUE(machine.status.ok()) << machine.status.text();
  std::vector<float> logits;
  EXPECT_TRUE(machine.run(kTokens, batch, logits).ok());
  return logits;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace llama
