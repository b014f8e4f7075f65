#include "kernel/reports/profile_records.h"

#include <optional>

namespace kernel {
namespace {

using llama::Operation;
using llama::Profiler;

class Ns {
 public:
  explicit Ns(const Profiler& profiler) : hz_(profiler.ticks().hz()) {}
  uint64_t operator()(uint64_t ticks) const { return base::ticks_to_ns(ticks, hz_); }

 private:
  uint64_t hz_;
};

template <typename Function>
void for_each_operation(Function function) {
  // The first is the remainder.
  for (size_t i = 1; i < llama::kOperationCount; ++i) function(static_cast<Operation>(i));
}

// Calls function(layer, operation, cell) for each cell that something was charged to.
template <typename Function>
void for_each_cell(const Profiler& profiler, Function function) {
  for (int layer = Profiler::kNoLayer; layer < static_cast<int>(profiler.layers()); ++layer) {
    for_each_operation([&](Operation operation) {
      const Profiler::Cell& cell = profiler.cell(layer, operation);
      if (cell.count != 0) function(layer, operation, cell);
    });
  }
}

void write_cell(RecordWriter& record, const Ns& ns, int layer, Operation operation,
                const Profiler::Cell& cell, const Instruments::EventNames& events) {
  record.begin_object();
  record.text(field::kOp, name_of(operation));
  record.integer(field::kLayer, layer);
  record.number(field::kNs, ns(cell.ticks));
  record.number(field::kCount, cell.count);
  if (!events[0].empty()) {
    record.begin_object(field::kCounters);
    record.number(events[0], cell.events[0]);
    record.number(events[1], cell.events[1]);
    record.end_object();
  }
  record.end_object();
}

}  // namespace

void record_profile(RecordSink& sink, const Profiler& profiler, const Answer& answer) {
  const Ns ns(profiler);
  const uint64_t whole = ns(profiler.answer_ticks());
  // What rounding takes away from the cells is in the remainder.
  uint64_t rest = whole;
  uint32_t cells = 0;
  for_each_cell(profiler, [&](int, Operation, const Profiler::Cell& cell) {
    rest -= ns(cell.ticks);
    ++cells;
  });
  const uint32_t parts = cells <= kCellsAPart ? 1 : (cells + kCellsAPart - 1) / kCellsAPart;
  uint32_t done = 0;
  std::optional<RecordWriter> record;
  const auto begin_part = [&] {
    record.emplace(sink, record::kProfile);
    record->number(field::kAnswer, answer.number);
    record->number(field::kPart, done / kCellsAPart);
    record->number(field::kParts, parts);
    record->number(field::kNs, whole);
    record->number(field::kRestNs, rest);
    record->begin_array(field::kOps);
  };
  const auto end_part = [&] {
    record->end_array();
    record.reset();
  };
  begin_part();
  for_each_cell(profiler, [&](int layer, Operation operation, const Profiler::Cell& cell) {
    write_cell(*record, ns, layer, operation, cell, answer.events);
    if (++done % kCellsAPart != 0 || done == cells) return;
    end_part();
    begin_part();
  });
  end_part();
}

void PassRecorder::pass_ended(const Profiler&) {
  const Profiler::Scope scope(&profiler_, Operation::kOutput);
  const uint64_t begin = profiler_.ticks().now();
  record_pass();
  if (!profiler_.pass_spans().empty()) record_spans();
  spent_ticks_ += profiler_.ticks().now() - begin;
}

uint64_t PassRecorder::spent_ns() const { return Ns(profiler_)(spent_ticks_); }

void PassRecorder::record_pass() {
  const Profiler::Pass& pass = profiler_.pass();
  const Ns ns(profiler_);
  RecordWriter record(sink_, record::kPass);
  record.number(field::kPass, pass.index);
  record.number(field::kPosition, pass.position);
  record.number(field::kColumns, pass.columns);
  record.number(field::kStartNs, ns(pass.begin));
  record.number(field::kNs, ns(pass.ticks));
  uint64_t rest = ns(pass.ticks);
  record.begin_object(field::kOps);
  for_each_operation([&](Operation operation) {
    const Profiler::Cell cell = profiler_.pass_total(operation);
    if (cell.count == 0) return;
    rest -= ns(cell.ticks);
    record.begin_array(name_of(operation));
    record.number({}, ns(cell.ticks));
    record.number({}, cell.count);
    record.end_array();
  });
  record.end_object();
  record.begin_array(field::kLayers);
  for (uint32_t layer = 0; layer < profiler_.layers(); ++layer) {
    record.number({}, ns(profiler_.pass_layer_ticks(static_cast<int>(layer))));
  }
  record.end_array();
  record.number(field::kRestNs, rest);
  record.number(field::kRecordsNs, spent_ns());
  record.begin_object(field::kCard);
  record.number(field::kBytes, pass.card_bytes);
  record.number(field::kWaitNs, ns(profiler_.pass_total(Operation::kCardWait).ticks));
  record.end_object();
}

void PassRecorder::record_spans() {
  const Ns ns(profiler_);
  RecordWriter record(sink_, record::kTrace);
  record.number(field::kPass, profiler_.pass().index);
  record.number(field::kDropped, profiler_.dropped_spans());
  record.begin_array(field::kSpans);
  for (const Profiler::Span& span : profiler_.pass_spans()) {
    record.begin_array();
    record.text({}, name_of(span.operation));
    record.integer({}, span.layer);
    record.number({}, ns(span.begin));
    record.number({}, ns(span.ticks));
    record.end_array();
  }
  record.end_array();
}

}  // namespace kernel
