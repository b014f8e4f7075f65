// What a console says about time and memory: the records as things happen, the table of /stats and
// the table of /mem. Knows machine and runner; the console tells it when an answer begins and ends.
#pragma once

#include "base/format.h"
#include "base/status.h"
#include "kernel/console/record_lines.h"
#include "kernel/machine.h"
#include "kernel/model/model_runner.h"
#include "kernel/reports/memory_report.h"
#include "kernel/reports/profile_records.h"
#include "kernel/reports/profile_report.h"
#include "kernel/settings/settings.h"

namespace kernel {

class Reporter {
 public:
  // All outlive the reporter. Records are written while settings.records is on.
  Reporter(Machine& machine, ModelRunner& runner, const Settings& settings)
      : machine_(machine), runner_(runner), settings_(settings), lines_(machine) {}
  Reporter(const Reporter&) = delete;  // the profiler's listener is within
  Reporter& operator=(const Reporter&) = delete;

  // Where records are written; null while they are off.
  RecordSink* records() { return settings_.records ? &lines_ : nullptr; }

  // Records "machine", "model" and "memory", unless the reader of the records has them already. To
  // be called when a model was loaded, and before an answer.
  void announce();
  // Another model was loaded, or another reader listens: it has none of them.
  void forget_announced() { is_announced_ = false; }

  // Around ModelRunner::tell(), with the record "begin". Between the two, records stand in the
  // generated text. `forgotten`: turns that were dropped to make room.
  void begin_answer();
  void end_answer(const base::Result<ModelRunner::Told>& told, uint32_t forgotten);
  // The record "end", with the outcome of end_answer().
  void record_outcome(const base::Status& outcome);
  // Records "profile", "card" and "memory", after that.
  void record_answer();
  const Answer& answer() const { return answer_; }

  // argument: empty, or "layers".
  void print_stats(std::string_view argument, base::TextSink& out);
  void print_memory(base::TextSink& out);

 private:
  MemoryTable memory() const;
  void print_prediction(base::TextSink& out);

  Machine& machine_;
  ModelRunner& runner_;
  const Settings& settings_;
  RecordLines lines_;
  std::optional<PassRecorder> pass_recorder_;
  bool is_announced_ = false;
  Answer answer_;
  llama::WeightCounters weights_before_{};
  CardCounts card_before_;
};

}  // namespace kernel
