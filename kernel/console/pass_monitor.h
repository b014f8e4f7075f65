// Monitors passes while they are computed: sees Ctrl-C and Esc, and, when a pass takes longer than
// two seconds, shows where it is, so that a slow pass is not taken for a crash.
//
//   layer 7/32, 11.8 MB/s from the card, 142 s left
//
// For people it is one row, rewritten in place about once a second and gone before the text goes on
// (VT100: cursor saved and restored, erase in line). With records there is no such row; a record
// "progress" says the same (docs/protocol.md).
#pragma once

#include <cstdint>

#include "kernel/console/keyboard.h"
#include "kernel/machine.h"
#include "kernel/reports/record_writer.h"
#include "llama/model.h"

namespace kernel {

class PassMonitor final : public llama::Interrupt {
 public:
  static constexpr uint64_t kPatienceUs = 2'000'000;
  static constexpr uint64_t kIntervalUs = 1'000'000;

  // All outlive the monitor. `model` is the one that computes. `records`: where records go; null:
  // the row is shown.
  PassMonitor(Machine& machine, Keyboard& keyboard, const llama::Model& model, RecordSink* records)
      : machine_(machine), keyboard_(keyboard), model_(model), records_(records) {}

  // To which the time that showing takes is charged; may be null.
  void set_profiler(llama::Profiler* profiler) { profiler_ = profiler; }

  bool should_stop(uint32_t done, uint32_t total) override;

  // Before anything else is written: takes the row away.
  void clear();

 private:
  void show(uint32_t done, uint64_t elapsed_us);

  Machine& machine_;
  Keyboard& keyboard_;
  const llama::Model& model_;
  RecordSink* records_;
  llama::Profiler* profiler_ = nullptr;
  bool is_shown_ = false;
  bool has_begun_ = false;  // a first pass
  uint32_t done_ = 0;       // matrices of the pass, when last asked
  uint64_t begun_us_ = 0;   // of the pass
  uint64_t next_us_ = 0;    // when to show it
  uint64_t begun_bytes_ = 0;
};

// Text that is written while passes are monitored: the row goes first.
class MonitoredOutput final : public base::TextSink {
 public:
  // Both outlive the output; `monitor` may be null.
  MonitoredOutput(base::TextSink& out, PassMonitor* monitor) : out_(out), monitor_(monitor) {}
  void write(std::string_view text) override {
    if (monitor_ != nullptr) monitor_->clear();
    out_.write(text);
  }

 private:
  base::TextSink& out_;
  PassMonitor* monitor_;
};

// The share of a pass's weights that its first `done` matrices are, 0 to 1.
double share_done(const llama::ModelFile& file, uint32_t done);

}  // namespace kernel
