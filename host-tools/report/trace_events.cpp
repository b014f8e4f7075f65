#include "host-tools/report/trace_events.h"

#include <algorithm>

#include "host-tools/report/operations.h"
#include "host-tools/report/record_fields.h"

namespace host {
namespace {

constexpr int kPassesThread = 1;
constexpr int kLayersThread = 2;

class Writer {
 public:
  explicit Writer(int process) : process_(process) {}

  void name(const char* what, int thread, const std::string& name) {
    events_.push_back({{"ph", "M"},
                       {"pid", process_},
                       {"tid", thread},
                       {"name", what},
                       {"args", {{"name", name}}}});
  }

  void complete(int thread, const std::string& name, const char* category, uint64_t start_ns,
                uint64_t ns, const Json& arguments) {
    events_.push_back({{"ph", "X"},
                       {"pid", process_},
                       {"tid", thread},
                       {"name", name},
                       {"cat", category},
                       {"ts", microseconds(start_ns)},
                       {"dur", microseconds(ns)},
                       {"args", arguments}});
  }

  void counter(const char* name, uint64_t at_ns, const char* series, double value) {
    events_.push_back({{"ph", "C"},
                       {"pid", process_},
                       {"name", name},
                       {"ts", microseconds(at_ns)},
                       {"args", {{series, value}}}});
  }

  std::vector<Json> finish() { return std::move(events_); }

 private:
  static double microseconds(uint64_t ns) { return static_cast<double>(ns) / 1e3; }

  int process_;
  std::vector<Json> events_;
};

void write_spans(const std::vector<Span>& spans, Writer& writer) {
  for (const Span& span : spans) {
    Json arguments = Json::object();
    if (span.layer != kNoLayer) arguments["layer"] = span.layer;
    writer.complete(kPassesThread, span.operation, "operation", span.start_ns, span.ns, arguments);
  }
}

void lay_out_operations(const Pass& pass, Writer& writer) {
  std::vector<OperationTime> operations = pass.operations;
  std::stable_sort(operations.begin(), operations.end(),
                   [](const OperationTime& a, const OperationTime& b) {
                     return order_of(a.name) < order_of(b.name);
                   });
  const uint64_t end = pass.start_ns + pass.ns;
  uint64_t start = pass.start_ns;
  for (const OperationTime& operation : operations) {
    // Damaged records must not make spans that leave their pass.
    const uint64_t ns = std::min(operation.ns, end - start);
    writer.complete(kPassesThread, operation.name, "operation", start, ns,
                    {{"calls", operation.count}, {"laid_out", true}});
    start += ns;
  }
  start = pass.start_ns;
  for (size_t i = 0; i < pass.layer_ns.size(); ++i) {
    const uint64_t ns = std::min(pass.layer_ns[i], end - start);
    writer.complete(kLayersThread, "layer " + std::to_string(i), "layer", start, ns,
                    {{"laid_out", true}});
    start += ns;
  }
}

void write_answer(const Answer& answer, uint64_t& card_bytes, Writer& writer) {
  if (answer.passes.empty()) return;
  const uint64_t begin = answer.passes.front().start_ns;
  uint64_t end = begin;
  for (const Pass& pass : answer.passes) end = std::max(end, pass.start_ns + pass.ns);
  Json arguments = {{"model", answer.model ? answer.model->name : ""}};
  if (answer.end) arguments["reason"] = answer.end->reason;
  writer.complete(kPassesThread, "answer " + std::to_string(answer.number), "answer", begin,
                  end - begin, arguments);
  for (const Pass& pass : answer.passes) {
    writer.complete(kPassesThread, pass.columns > 1 ? "prompt" : "token", "pass", pass.start_ns,
                    pass.ns,
                    {{"pass", pass.index},
                     {"position", pass.position},
                     {"tokens", pass.columns},
                     {"card_bytes", pass.card_bytes},
                     {"card_wait_us", static_cast<double>(pass.card_wait_ns) / 1e3}});
    const auto spans = answer.spans.find(pass.index);
    if (spans != answer.spans.end()) {
      write_spans(spans->second, writer);
    } else {
      lay_out_operations(pass, writer);
    }
    card_bytes += pass.card_bytes;
    if (pass.ns > 0) {
      writer.counter("tokens/s", pass.start_ns, "tokens/s",
                     static_cast<double>(pass.columns) * 1e9 / static_cast<double>(pass.ns));
    }
    writer.counter("card bytes", pass.start_ns + pass.ns, "bytes", static_cast<double>(card_bytes));
  }
  writer.counter("tokens/s", end, "tokens/s", 0);
}

}  // namespace

std::string trace_events(const Recording& recording) {
  std::vector<Json> events;
  const auto& answers = recording.answers;
  for (size_t first = 0; first < answers.size();) {
    const int boot = answers[first].boot;
    Writer writer(boot);
    const auto& machine = answers[first].machine;
    const std::string board = machine ? machine->board + ", " + machine->clock : "a board";
    writer.name("process_name", 0, "boot " + std::to_string(boot) + ": " + board);
    writer.name("thread_name", kPassesThread, "passes");
    writer.name("thread_name", kLayersThread, "layers");
    uint64_t card_bytes = 0;
    for (; first < answers.size() && answers[first].boot == boot; ++first) {
      write_answer(answers[first], card_bytes, writer);
    }
    for (Json& event : writer.finish()) events.push_back(std::move(event));
  }
  // One event per line, so that people can read it, too.
  std::string text = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  for (size_t i = 0; i < events.size(); ++i) {
    text += events[i].dump(-1, ' ', false, Json::error_handler_t::replace);
    text += i + 1 < events.size() ? ",\n" : "\n";
  }
  return text + "]}\n";
}

}  // namespace host
