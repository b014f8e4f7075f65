#include "tests/fakes/random_model.h"

#include <cstring>

#include "host-tools/support/files.h"

namespace tests {

llama::ModelConfig small_config() {
  return {.dim = 72,
          .hidden_dim = 172,
          .n_layers = 3,
          .n_heads = 6,
          .n_kv_heads = 2,
          .head_size = 12,
          .vocab_size = 309,
          .context = 64,
          .rope_base = 10000.0f,
          .norm_eps = 1e-5f,
          .rope_scaling = llama::RopeScaling::kNone,
          .rope_factor = 0,
          .rope_low_freq_factor = 0,
          .rope_high_freq_factor = 0,
          .rope_original_context = 0,
          .tied_classifier = false,
          .chat_template = llama::ChatTemplate::kNone};
}

Pruned pruned_for(llama::WeightType type) {
  return llama::traits_of(type).dense != nullptr ? Pruned::kHalf : Pruned::kNo;
}

// By their places, so that they are the same in any order of reading.
void RandomWeights::read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) {
  SyntheticWeights::read_rows(tensor, first_row, out);
  const llama::TensorShape shape = llama::shape_of(tensor.role, config());
  if (pruned_ == Pruned::kNo || shape.rows == 1) return;
  const uint32_t first = first_row * shape.columns + static_cast<uint32_t>(tensor.role);
  for (uint32_t i = 0; i < out.size(); ++i) {
    if ((first + i) * 2654435761u >> 31 == 0) out[i] = 0;
  }
}

std::vector<std::byte> make_model(const llama::ModelConfig& config, llama::WeightType type,
                                  uint32_t tile_bytes, uint64_t seed, Pruned pruned,
                                  std::span<const llama::TensorRole> extras) {
  RandomWeights reader(config, seed, pruned, extras);
  const host::TemporaryFolder folder;
  const auto path = folder.path() / "model.blm";
  const std::byte tokenizer[1] = {};
  host::write_model(reader, tokenizer, {.type = type, .name = "random", .tile_bytes = tile_bytes},
                    path);
  const std::string content = host::read_file(path);
  std::vector<std::byte> bytes(content.size());
  std::memcpy(bytes.data(), content.data(), content.size());
  return bytes;
}

void MemorySource::fail_from(uint64_t first, uint64_t count, Fault fault) {
  first_fault_ = reads_ + first;
  faults_ = count;
  fault_ = fault;
}

base::Status MemorySource::do_start_read(uint64_t offset, std::span<std::byte> target) {
  offset_ = offset;
  target_ = target;
  return base::ok_status();
}

base::Status MemorySource::do_finish_read() {
  const uint64_t read = reads_++;
  const bool fails =
      fault_ != Fault::kNone && read >= first_fault_ && read - first_fault_ < faults_;
  if (fails && fault_ == Fault::kError) {
    return base::Status::error(base::ErrorCode::kIo, "block {} cannot be read", offset_ / 512);
  }
  // Stale: the device says that all is well and leaves what was in the target before.
  if (!(fails && fault_ == Fault::kStale)) {
    std::memcpy(target_.data(), bytes_.data() + offset_, target_.size());
  }
  if (fails && fault_ == Fault::kFlippedBit) {
    target_[(read * 7919) % target_.size()] ^= std::byte{1};
  }
  bytes_read_ += target_.size();
  return base::ok_status();
}

AlignedMemory::AlignedMemory(size_t bytes) : memory_(bytes + 64), bytes_(bytes) {
  const auto address = reinterpret_cast<uintptr_t>(memory_.data());
  data_ = memory_.data() + (64 - address % 64) % 64;
}

}  // namespace tests
