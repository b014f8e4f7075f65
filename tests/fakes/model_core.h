// A core of set speed in model time: it moves the clock on by what a forward pass multiplies and
// checks, as the pass comes to ask whether it should stop.
//
// A pass asks before each tile. By then the tile before it has been multiplied, and checked if it
// streamed; its time passes at that moment. end_pass() is the last tile's.
#pragma once

#include <cstdint>

#include "llama/model/model_file.h"
#include "llama/model/pass_order.h"
#include "llama/transformer.h"
#include "tests/fakes/model_clock.h"

namespace fakes {

class ModelCore final : public llama::Interrupt {
 public:
  struct Speed {
    double macs_per_s;
    double checked_bytes_per_s;
    double attention_ns = 0;  // of a layer, in one piece: nothing streams past meanwhile
  };

  ModelCore(ModelClock& clock, const llama::Transformer& transformer, const llama::ModelFile& file)
      : clock_(clock), transformer_(transformer), file_(file) {}

  void begin_pass(uint32_t columns, const Speed& speed) {
    columns_ = columns;
    speed_ = speed;
    matrix_ = kNone;
    busy_ns_ = 0;
  }
  void end_pass() { finish_tile(); }
  // Of this pass.
  double busy_ns() const { return busy_ns_; }

  bool should_stop(uint32_t done, uint32_t) override {
    finish_tile();
    if (done == matrix_) {
      ++tile_;
    } else {
      matrix_ = done;
      tile_ = 0;
      if (tensor().role == llama::TensorRole::kWo) {  // what follows attention
        pass_ns(speed_.attention_ns);
      }
    }
    return false;
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  bool is_classifier() const { return matrix_ == llama::PassOrder(file_).layer_steps(); }

  const llama::Tensor& tensor() const {
    return file_.tensors()[llama::PassOrder(file_).tensor_at(matrix_)];
  }

  void finish_tile() {
    if (matrix_ == kNone) return;
    const llama::Tensor& multiplied = tensor();
    const auto index = static_cast<uint32_t>(&multiplied - file_.tensors().data());
    if (transformer_.weights().pinned_tile(index, tile_).empty()) {
      pass_ns(static_cast<double>(multiplied.bytes_of_tile(tile_)) * 1e9 /
              speed_.checked_bytes_per_s);
    }
    // Logits are wanted of the last column.
    const uint32_t columns = is_classifier() ? 1 : columns_;
    const uint64_t macs = uint64_t{multiplied.rows_in_tile(tile_)} * multiplied.columns * columns;
    pass_ns(static_cast<double>(macs) * 1e9 / speed_.macs_per_s);
  }

  void pass_ns(double duration) {
    busy_ns_ += duration;
    clock_.advance_ns(static_cast<uint64_t>(duration));
  }

  ModelClock& clock_;
  const llama::Transformer& transformer_;
  const llama::ModelFile& file_;
  Speed speed_{};
  uint32_t columns_ = 1;
  uint32_t matrix_ = kNone;
  uint32_t tile_ = 0;
  double busy_ns_ = 0;
};

}  // namespace fakes
