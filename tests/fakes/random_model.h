// Models of any shape with seeded random weights, written by the converter's own writer.
#pragma once

#include <cstdint>
#include <vector>

#include "host-tools/model/model_writer.h"
#include "host-tools/model/synthetic_model.h"
#include "llama/model/weight_source.h"

namespace tests {

// A small Llama with nothing even about it: grouped-query attention, widths that are not multiples
// of 32, a vocabulary that is not a multiple of 4.
llama::ModelConfig small_config();

// Whether every other weight or so is 0.
enum class Pruned : uint8_t { kNo, kHalf };

class RandomWeights final : public host::SyntheticWeights {
 public:
  RandomWeights(const llama::ModelConfig& config, uint64_t seed, Pruned pruned = Pruned::kNo,
                std::span<const llama::TensorRole> extras = {})
      : SyntheticWeights(config, llama::WeightType::kF32, llama::WeightType::kF32, seed, extras),
        pruned_(pruned) {}
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override;

 private:
  Pruned pruned_;
};

// What a type is for: pruned weights, if it leaves out zeros.
Pruned pruned_for(llama::WeightType type);

// The bytes of a .blm file, its tokenizer segment empty but for padding.
std::vector<std::byte> make_model(const llama::ModelConfig& config, llama::WeightType type,
                                  uint32_t tile_bytes, uint64_t seed, Pruned pruned,
                                  std::span<const llama::TensorRole> extras = {});
inline std::vector<std::byte> make_model(const llama::ModelConfig& config, llama::WeightType type,
                                         uint32_t tile_bytes, uint64_t seed = 1) {
  return make_model(config, type, tile_bytes, seed, pruned_for(type));
}

// A model file in memory, which can be told to misbehave.
class MemorySource final : public llama::WeightSource {
 public:
  explicit MemorySource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  std::vector<std::byte>& bytes() { return bytes_; }
  uint64_t reads() const { return reads_; }
  uint64_t bytes_read() const { return bytes_read_; }

  // From read number `first` (from 0) on, for `count` reads: what finish_read() does.
  enum class Fault : uint8_t { kNone, kError, kFlippedBit, kStale };
  void fail_from(uint64_t first, uint64_t count, Fault fault);

 private:
  uint64_t do_size_bytes() const override { return bytes_.size(); }
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override;
  base::Status do_finish_read() override;

  std::vector<std::byte> bytes_;
  uint64_t offset_ = 0;
  std::span<std::byte> target_;
  uint64_t reads_ = 0;
  uint64_t bytes_read_ = 0;
  uint64_t first_fault_ = 0;
  uint64_t faults_ = 0;
  Fault fault_ = Fault::kNone;
};

// Memory aligned as an arena wants it.
class AlignedMemory {
 public:
  explicit AlignedMemory(size_t bytes);
  std::span<std::byte> span() { return {data_, bytes_}; }

 private:
  std::vector<std::byte> memory_;
  std::byte* data_;
  size_t bytes_;
};

}  // namespace tests
