// What the profiler found, for programs: the records "pass" and "trace" as passes end, and
// "profile" of an answer (docs/protocol.md).
#pragma once

#include <cstdint>

#include "kernel/reports/profile_report.h"
#include "kernel/reports/record_writer.h"
#include "llama/profiler.h"

namespace kernel {

// In parts of at most kCellsAPart cells.
inline constexpr uint32_t kCellsAPart = 64;
void record_profile(RecordSink& sink, const llama::Profiler& profiler, const Answer& answer);

// Records each pass as it ends, and its spans when there are some. The time that this takes is
// charged to the output.
class PassRecorder final : public llama::PassListener {
 public:
  // Both outlive the recorder, or the profiler's listener is taken away.
  PassRecorder(RecordSink& sink, llama::Profiler& profiler) : sink_(sink), profiler_(profiler) {}
  void pass_ended(const llama::Profiler& profiler) override;
  // What all records so far took, and so did not go into the answer.
  uint64_t spent_ns() const;

 private:
  void record_pass();
  void record_spans();

  RecordSink& sink_;
  llama::Profiler& profiler_;
  uint64_t spent_ticks_ = 0;
};

}  // namespace kernel
