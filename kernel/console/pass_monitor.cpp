#include "kernel/console/pass_monitor.h"

#include "kernel/reports/records.h"
#include "llama/model/pass_order.h"

namespace kernel {

using base::print;
using llama::ModelFile;

namespace {

// VT100: DECSC, DECRC, cursor up, erase to the end of the line. The row goes below the text. Down
// by a line feed alone, which scrolls if need be, and keeps the column that is then saved.
constexpr std::string_view kBelow =
    "\n\x1b"
    "7\r";
constexpr std::string_view kAgain = "\r";
constexpr std::string_view kEraseRest = "\x1b[K";
constexpr std::string_view kBack =
    "\r\x1b[K\x1b"
    "8\x1b[A";

}  // namespace

double share_done(const ModelFile& file, uint32_t done) {
  uint64_t all = 0;
  uint64_t before = 0;
  for (const uint32_t index : file.pass_matrices()) {
    const llama::Tensor& matrix = file.tensors()[index];
    all += matrix.bytes;
    if (matrix.step < done) before += matrix.bytes;
  }
  return static_cast<double>(before) / static_cast<double>(all);
}

bool PassMonitor::should_stop(uint32_t done, uint32_t) {
  const uint64_t now_us = machine_.clock().now_us();
  if (!has_begun_ || done < done_) {
    has_begun_ = true;
    begun_us_ = now_us;
    begun_bytes_ = model_.transformer().weights().counters().bytes_read;
    // A row that is shown already stays, and shows the next part of the prompt.
    next_us_ = now_us + (is_shown_ ? kIntervalUs : kPatienceUs);
  }
  done_ = done;
  if (now_us >= next_us_) {
    show(done, now_us - begun_us_);
    next_us_ = now_us + kIntervalUs;
  }
  return keyboard_.stop_requested();
}

void PassMonitor::show(uint32_t done, uint64_t elapsed_us) {
  const llama::Profiler::Scope scope(profiler_, llama::Operation::kOutput);
  const uint32_t layers = model_.config().n_layers;
  const ModelFile& file = model_.file();
  const llama::PassOrder order(file);
  // The classifier shows as the last layer.
  const uint32_t layer =
      done < order.layer_steps() ? file.tensors()[order.tensor_at(done)].layer + 1u : layers;
  const uint64_t bytes = model_.transformer().weights().counters().bytes_read - begun_bytes_;
  const double elapsed_s = static_cast<double>(elapsed_us) / 1e6;
  const double share = share_done(file, done);
  // Nothing is known before the first matrix is done.
  const double left_s = share > 0 ? elapsed_s / share - elapsed_s : 0;
  if (records_ != nullptr) {
    Progress progress{layer, layers, elapsed_us, bytes, {}};
    if (share > 0) progress.left_us = static_cast<uint64_t>(left_s * 1e6);
    return record_progress(*records_, progress);
  }
  char memory[192];
  base::TextBuffer text(memory);
  text.write(is_shown_ ? kAgain : kBelow);
  print(text, "layer {}/{}", layer, layers);
  if (bytes > 0) {
    print(text, ", {:.1} MB/s from the card", static_cast<double>(bytes) / 1e6 / elapsed_s);
  }
  if (share > 0) print(text, ", {} s left", static_cast<uint64_t>(left_s + 0.5));
  text.write(kEraseRest);
  machine_.write_bytes(text.view());
  is_shown_ = true;
}

void PassMonitor::clear() {
  if (!is_shown_) return;
  machine_.write_bytes(kBack);
  is_shown_ = false;
}

}  // namespace kernel
