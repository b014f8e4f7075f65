// What the profiler found, for programs: records (docs/protocol.md) as things happen. Each is one
// JSON object; how it is told apart from other text is the sink's business.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "kernel/reports/instruments.h"
#include "kernel/reports/memory_report.h"
#include "kernel/reports/profile_report.h"
#include "llama/model.h"
#include "llama/profiler.h"

namespace kernel {

class RecordSink {
 public:
  // Whatever is written between the two is one record, without line ends.
  virtual base::TextSink& begin() = 0;
  virtual void end() = 0;

 protected:
  ~RecordSink() = default;
};

void record_machine(RecordSink& sink, const MachineFacts& facts, base::TickSource& ticks);
// `profiler` may be null.
void record_model(RecordSink& sink, std::string_view name, const llama::Model& model,
                  const llama::Profiler* profiler);
void record_memory(RecordSink& sink, const MemoryTable& table);

// In parts of at most kCellsAPart cells.
inline constexpr uint32_t kCellsAPart = 64;
void record_profile(RecordSink& sink, const llama::Profiler& profiler, const Answer& answer);
void record_card(RecordSink& sink, const Answer& answer);

// Tells each pass as it ends, and its spans when there are some. The time that telling takes is
// charged to the output.
class PassRecorder final : public llama::PassListener {
 public:
  // Both outlive the recorder, or the profiler's listener is taken away.
  PassRecorder(RecordSink& sink, llama::Profiler& profiler) : sink_(sink), profiler_(profiler) {}
  void pass_ended(const llama::Profiler& profiler) override;

 private:
  void record_pass();
  void record_spans();

  RecordSink& sink_;
  llama::Profiler& profiler_;
};

}  // namespace kernel
