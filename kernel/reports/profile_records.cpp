#include "kernel/reports/profile_records.h"

#include "kernel/reports/text.h"

namespace kernel {
namespace {

using base::print;
using llama::Operation;
using llama::Profiler;

// A comma before all but the first.
class Comma {
 public:
  void operator()(base::TextSink& out) {
    if (!is_first_) out.write(",");
    is_first_ = false;
  }

 private:
  bool is_first_ = true;
};

class Ns {
 public:
  explicit Ns(const Profiler& profiler) : hz_(profiler.ticks().hz()) {}
  uint64_t operator()(uint64_t ticks) const { return base::ticks_to_ns(ticks, hz_); }

 private:
  uint64_t hz_;
};

void write_text(base::TextSink& out, std::string_view text) {
  out.write("\"");
  print_json_escaped(out, text);
  out.write("\"");
}

template <typename Function>
void for_each_operation(Function function) {
  // From 1 on: without the remainder.
  for (size_t i = 1; i < llama::kOperationCount; ++i) function(static_cast<Operation>(i));
}

}  // namespace

void record_machine(RecordSink& sink, const MachineFacts& facts, base::TickSource& ticks) {
  base::TextSink& out = sink.begin();
  out.write("{\"event\":\"machine\",\"board\":");
  write_text(out, facts.board);
  out.write(",\"clock\":");
  write_text(out, ticks.name());
  print(out, ",\"clock_hz\":{},\"arm_hz\":{},\"core_hz\":{},\"ram\":{}}", ticks.hz(), facts.arm_hz,
        facts.core_hz, facts.ram);
  sink.end();
}

void record_model(RecordSink& sink, std::string_view name, const llama::Model& model,
                  const llama::Profiler* profiler) {
  const llama::ModelConfig& config = model.config();
  const llama::Weights& weights = model.transformer().weights();
  base::TextSink& out = sink.begin();
  out.write("{\"event\":\"model\",\"name\":");
  write_text(out, name);
  print(out, ",\"dim\":{},\"hidden_dim\":{},\"layers\":{},\"heads\":{},\"kv_heads\":{}", config.dim,
        config.hidden_dim, config.n_layers, config.n_heads, config.n_kv_heads);
  print(out, ",\"vocab\":{},\"context\":{},\"pinned_bytes\":{},\"streamed_bytes\":{}",
        config.vocab_size, model.transformer().context(), weights.pinned_bytes(),
        weights.streamed_bytes());
  if (profiler != nullptr) {
    print(out, ",\"profile_at\":{}", reinterpret_cast<uintptr_t>(profiler->cells().data()));
  }
  out.write("}");
  sink.end();
}

void record_memory(RecordSink& sink, const MemoryTable& table) {
  base::TextSink& out = sink.begin();
  print(out, "{{\"event\":\"memory\",\"ram\":{},\"parts\":[", table.total());
  Comma comma;
  for (const MemoryTable::Part& part : table.parts()) {
    comma(out);
    out.write("{\"name\":");
    write_text(out, part.name);
    print(out, ",\"kind\":\"{}\",\"bytes\":{}}", name_of(part.kind), part.bytes);
  }
  out.write("],\"high\":[");
  Comma high_comma;
  for (const MemoryTable::High& high : table.high()) {
    high_comma(out);
    out.write("{\"name\":");
    write_text(out, high.name);
    print(out, ",\"bytes\":{},\"used\":{}}", high.bytes, high.used);
  }
  out.write("]}");
  sink.end();
}

namespace {

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

void write_cell(base::TextSink& out, const Ns& ns, int layer, Operation operation,
                const Profiler::Cell& cell, const Instruments::EventNames& events) {
  print(out, "{{\"op\":\"{}\",\"layer\":{},\"ns\":{},\"count\":{}", name_of(operation), layer,
        ns(cell.ticks), cell.count);
  if (!events[0].empty()) {
    print(out, ",\"counters\":{{\"{}\":{},\"{}\":{}}", events[0], cell.events[0], events[1],
          cell.events[1]);
  }
  out.write("}");
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
  base::TextSink* out = nullptr;
  uint32_t done = 0;
  const auto begin_part = [&] {
    out = &sink.begin();
    print(*out, "{{\"event\":\"profile\",\"answer\":{},\"part\":{},\"parts\":{}", answer.number,
          done / kCellsAPart, parts);
    print(*out, ",\"ns\":{},\"rest_ns\":{},\"ops\":[", whole, rest);
  };
  begin_part();
  for_each_cell(profiler, [&](int layer, Operation operation, const Profiler::Cell& cell) {
    if (done % kCellsAPart != 0) out->write(",");
    write_cell(*out, ns, layer, operation, cell, answer.events);
    if (++done % kCellsAPart != 0 || done == cells) return;
    out->write("]}");
    sink.end();
    begin_part();
  });
  out->write("]}");
  sink.end();
}

void record_card(RecordSink& sink, const Answer& answer) {
  const CardUse& card = answer.card;
  base::TextSink& out = sink.begin();
  print(out, "{{\"event\":\"card\",\"answer\":{},\"bytes\":{},\"reads\":{},\"retries\":{}",
        answer.number, card.bytes, card.reads, card.retries);
  print(out, ",\"crc_retries\":{},\"transfer_ns\":{},\"wait_ns\":{}}", card.crc_retries,
        card.transfer_us * 1000, card.wait_us * 1000);
  sink.end();
}

void PassRecorder::pass_ended(const Profiler&) {
  const Profiler::Scope scope(&profiler_, Operation::kOutput);
  record_pass();
  if (!profiler_.pass_spans().empty()) record_spans();
}

void PassRecorder::record_pass() {
  const Profiler::Pass& pass = profiler_.pass();
  const Ns ns(profiler_);
  base::TextSink& out = sink_.begin();
  print(out, "{{\"event\":\"pass\",\"pass\":{},\"position\":{},\"columns\":{}", pass.index,
        pass.position, pass.columns);
  print(out, ",\"start_ns\":{},\"ns\":{},\"ops\":{{", ns(pass.begin), ns(pass.ticks));
  uint64_t rest = ns(pass.ticks);
  Comma comma;
  for_each_operation([&](Operation operation) {
    const Profiler::Cell cell = profiler_.pass_total(operation);
    if (cell.count == 0) return;
    rest -= ns(cell.ticks);
    comma(out);
    print(out, "\"{}\":[{},{}]", name_of(operation), ns(cell.ticks), cell.count);
  });
  out.write("},\"layers\":[");
  Comma layer_comma;
  for (uint32_t layer = 0; layer < profiler_.layers(); ++layer) {
    layer_comma(out);
    print(out, "{}", ns(profiler_.pass_layer_ticks(static_cast<int>(layer))));
  }
  print(out, "],\"rest_ns\":{},\"card\":{{\"bytes\":{},\"wait_ns\":{}}}", rest, pass.card_bytes,
        ns(profiler_.pass_total(Operation::kCardWait).ticks));
  sink_.end();
}

void PassRecorder::record_spans() {
  const Ns ns(profiler_);
  base::TextSink& out = sink_.begin();
  print(out, "{{\"event\":\"trace\",\"pass\":{},\"dropped\":{},\"spans\":[", profiler_.pass().index,
        profiler_.dropped_spans());
  Comma comma;
  for (const Profiler::Span& span : profiler_.pass_spans()) {
    comma(out);
    print(out, "[\"{}\",{},{},{}]", name_of(span.operation), span.layer, ns(span.begin),
          ns(span.ticks));
  }
  out.write("]}");
  sink_.end();
}

}  // namespace kernel
