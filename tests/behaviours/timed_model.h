// A model that is streamed from a card with the board's code, where card and core take the time
// that a test gives them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "kernel/model/file_weight_source.h"
#include "libpi/fs/ram_disk.h"
#include "llama/kernels/fp_mode.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/fakes/model_core.h"
#include "tests/fakes/random_model.h"

namespace streaming {

inline constexpr size_t kBlock = pi::BlockDevice::kBlockSize;

// A 7B in small: matrices of many chunks, chunks of several tiles.
inline constexpr uint32_t kTileBytes = 2560;
inline constexpr uint64_t kCardBytesPerS = 2'000'000;
// CRC-32C at the board's pace, beside multiplications at the board's (llama::Pace).
inline constexpr double kCheckedBytesPerMac = 125.0 / 700.0;

inline const std::vector<std::byte>& model_bytes() {
  static const std::vector<std::byte> bytes = [] {
    llama::ModelConfig config = tests::small_config();
    config.dim = 512;
    config.hidden_dim = 1376;
    config.n_layers = 2;
    config.n_heads = config.n_kv_heads = 8;
    config.head_size = 64;
    config.vocab_size = 512;
    return tests::make_model(config, llama::WeightType::kQ4_0, kTileBytes);
  }();
  return bytes;
}

// What the records say of a pass.
struct Pass {
  double total_ns = 0;
  double wait_ns = 0;
  double core_ns = 0;  // of the model core
  double card_ns = 0;  // that the model card was busy
  uint64_t card_bytes = 0;
  uint64_t reads = 0;
};

struct Board {
  double pinned_share = 0;  // of the model's bytes
  uint64_t buffer_bytes = 36 << 10;
  uint64_t blocks_per_piece = 0;  // the file lies in pieces of this many blocks; 0: in one
  uint64_t stall_every = 0;       // reads; then one takes 200 ms longer

  // The access time of each read is 1 % of a chunk's time, as 0.5 ms are of a MiB.
  uint64_t latency_us() const { return buffer_bytes * 10'000 / kCardBytesPerS; }
};

// Two neighbouring pieces have changed places on the disk.
inline std::vector<pi::Extent> pieces_of(uint64_t blocks, uint64_t each) {
  if (each == 0) return {{0, blocks}};
  std::vector<pi::Extent> pieces;
  for (uint64_t at = 0; at < blocks; at += 2 * each) {
    const uint64_t first = std::min(each, blocks - at);
    const uint64_t second = std::min(each, blocks - at - first);
    pieces.push_back({at + second, first});
    if (second > 0) pieces.push_back({at, second});
  }
  return pieces;
}

// The model as it lies on the disk then.
inline std::vector<std::byte> scattered(const std::vector<std::byte>& file,
                                        const std::vector<pi::Extent>& pieces) {
  std::vector<std::byte> disk(file.size());
  auto from = file.begin();
  for (const pi::Extent& piece : pieces) {
    const auto bytes = static_cast<ptrdiff_t>(piece.block_count * kBlock);
    std::copy_n(from, bytes, disk.begin() + static_cast<ptrdiff_t>(piece.first_block * kBlock));
    from += bytes;
  }
  return disk;
}

class TimedModel : private llama::PassListener {
 public:
  explicit TimedModel(const Board& board)
      : board_(board),
        extents_(pieces_of(model_bytes().size() / kBlock, board.blocks_per_piece)),
        disk_bytes_(scattered(model_bytes(), extents_)) {
    llama::enter_flush_to_zero();
    source_ = kernel::FileWeightSource(card_, extents_, model_bytes().size());
    file_ = llama::ModelFile::open(source_, arena_).value();
    const auto pinned =
        static_cast<uint64_t>(board.pinned_share * static_cast<double>(model_bytes().size()));
    CHECK(transformer_
              .create(file_, source_, clock_, arena_,
                      {.context = 32,
                       .max_columns = 8,
                       .weights = {.buffer_bytes = board.buffer_bytes, .max_pinned_bytes = pinned}})
              .ok());
    CHECK(transformer_.load(nullptr).ok());
    CHECK(profiler_.create(file_.config().n_layers, 0, arena_).ok());
    profiler_.set_listener(this);
    transformer_.set_profiler(&profiler_);
    profiler_.begin_answer();
    card_.set_speed({.clock = &clock_,
                     .bytes_per_second = kCardBytesPerS,
                     .latency_us = board.latency_us(),
                     .stall_every = board.stall_every,
                     .stall_us = 200'000});
  }
  TimedModel(const TimedModel&) = delete;
  TimedModel& operator=(const TimedModel&) = delete;

  const llama::Transformer& transformer() const { return transformer_; }

  // How long the core would need for a pass at one multiplication a nanosecond, checks included.
  double unit_core_ns(uint32_t columns) const {
    double macs = 0;
    for (uint32_t i = 1; i < file_.tensors().size(); ++i) {
      const llama::Tensor& tensor = file_.tensors()[i];
      if (tensor.is_vector()) continue;
      macs += static_cast<double>(tensor.rows) * tensor.columns *
              (i == file_.classifier_index() ? 1 : columns);
    }
    return macs +
           static_cast<double>(transformer_.weights().streamed_bytes()) / kCheckedBytesPerMac;
  }
  // What the card needs for a pass, in commands as long as the chunks.
  double ideal_card_ns() const {
    const auto bytes = static_cast<double>(transformer_.weights().streamed_bytes());
    return bytes * 1e9 / kCardBytesPerS + bytes / static_cast<double>(board_.buffer_bytes) * 1e3 *
                                              static_cast<double>(board_.latency_us());
  }

  // Rows of the embedding table come before all else.
  double rows_ns(uint32_t columns) const {
    return columns *
           (static_cast<double>(transformer_.weights().row_bytes()) * 1e9 / kCardBytesPerS +
            1e3 * static_cast<double>(board_.latency_us()));
  }

  double chunk_ns() const {
    return static_cast<double>(board_.buffer_bytes) * 1e9 / kCardBytesPerS;
  }

  // A pass of a core that needs `core_ns` for each; `attention` is the share of it that attention
  // takes. Passes go on from position 0 again.
  Pass run(uint32_t columns, double core_ns, double attention) {
    const double macs_per_s = unit_core_ns(columns) * 1e9 / (core_ns * (1 - attention));
    core_.begin_pass(columns, {.macs_per_s = macs_per_s,
                               .checked_bytes_per_s = macs_per_s * kCheckedBytesPerMac,
                               .attention_ns = core_ns * attention / file_.config().n_layers});
    const int32_t tokens[8] = {1, 300, 17, 5, 4, 4, 99, 250};
    card_.reset_counts();
    const uint64_t begin = clock_.now_ns();
    const auto logits =
        transformer_.forward(std::span(tokens).first(columns), 0, llama::Logits::kLast, &core_);
    core_.end_pass();
    CHECK(logits.ok());
    logits_.assign(logits->begin(), logits->end());
    // The last tile's multiplication comes behind the pass.
    CHECK(pass_.total_ns <= static_cast<double>(clock_.now_ns() - begin));
    pass_.total_ns = static_cast<double>(clock_.now_ns() - begin);
    pass_.core_ns = core_.busy_ns();
    pass_.card_ns = static_cast<double>(card_.busy_ns());
    pass_.reads = card_.reads();
    return pass_;
  }
  const std::vector<float>& logits() const { return logits_; }

 private:
  void pass_ended(const llama::Profiler& profiler) override {
    pass_ = {.total_ns = static_cast<double>(profiler.pass().ticks),
             .wait_ns = static_cast<double>(profiler.pass_total(llama::Operation::kCardWait).ticks),
             .card_bytes = profiler.pass().card_bytes};
  }

  const Board board_;
  const std::vector<pi::Extent> extents_;
  const std::vector<std::byte> disk_bytes_;
  fakes::ModelClock clock_;
  pi::RamDisk disk_{disk_bytes_};
  fakes::FailingBlockDevice card_{disk_};
  kernel::FileWeightSource source_;
  tests::AlignedMemory memory_{8 << 20};
  base::Arena arena_{memory_.span()};
  llama::ModelFile file_;
  llama::Transformer transformer_;
  llama::Profiler profiler_{clock_};
  fakes::ModelCore core_{clock_, transformer_, file_};
  Pass pass_;
  std::vector<float> logits_;
};

}  // namespace streaming
