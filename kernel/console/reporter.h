// What a console says of time and memory: the records as things happen, the table of /stats and the
// table of /mem. Knows machine and runner; the console tells it when an answer begins and
// ends.
#pragma once

#include "base/format.h"
#include "base/status.h"
#include "kernel/machine.h"
#include "kernel/model/model_runner.h"
#include "kernel/reports/memory_report.h"
#include "kernel/reports/profile_records.h"
#include "kernel/reports/profile_report.h"
#include "kernel/settings/settings.h"

namespace kernel {

class Reporter {
 public:
  // All outlive the reporter. Records go out while settings.records is on.
  Reporter(Machine& machine, ModelRunner& runner, const Settings& settings)
      : machine_(machine), runner_(runner), settings_(settings), sink_(machine) {}
  Reporter(const Reporter&) = delete;  // the profiler's listener is within
  Reporter& operator=(const Reporter&) = delete;

  // Records "machine", "model" and "memory", unless the reader of the records has them already. To
  // be called when a model was loaded, and before the record "begin".
  void announce();
  // Another model was loaded, or another reader listens: it has none of them.
  void forget_announced() { is_announced_ = false; }

  // Around ModelRunner::tell(). Between the two, records stand in the generated text.
  void begin_answer();
  void end_answer(const base::Result<ModelRunner::Told>& told);
  // Records "profile", "card" and "memory", once the record "end" is out.
  void record_answer();
  const Answer& answer() const { return answer_; }

  // argument: empty, or "layers".
  void print_stats(std::string_view argument, base::TextSink& out);
  void print_memory(base::TextSink& out);

 private:
  // "@bl " before, a newline behind; within text one in front, too (docs/protocol.md).
  class LineSink final : public RecordSink, private base::TextSink {
   public:
    explicit LineSink(Machine& machine) : machine_(machine) {}
    base::TextSink& begin() override;
    void end() override { machine_.write_bytes("\n"); }
    void set_within_text(bool within) { within_text_ = within; }

   private:
    void write(std::string_view text) override { machine_.write_bytes(text); }

    Machine& machine_;
    bool within_text_ = false;
  };

  MemoryTable memory() const;

  Machine& machine_;
  ModelRunner& runner_;
  const Settings& settings_;
  LineSink sink_;
  std::optional<PassRecorder> pass_recorder_;
  bool is_announced_ = false;
  Answer answer_;
  llama::WeightCounters weights_before_{};
  CardCounts card_before_;
};

}  // namespace kernel
