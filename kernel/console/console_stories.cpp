#include "kernel/console/console.h"

#include "kernel/console/bytes_output.h"

namespace kernel {

using base::ErrorCode;
using base::print;

PassMonitor Console::monitor_passes() {
  PassMonitor monitor(machine_, keyboard_, runner_.model(), reporter_.records());
  monitor.set_profiler(runner_.profiler());
  return monitor;
}

void Console::tell(std::string_view prompt) {
  machine_.show_activity(true);
  PassMonitor monitor = monitor_passes();
  // As it is for programs, with the terminal's line ends for people.
  BytesOutput bytes(machine_);
  base::TextSink& out = settings_.records ? static_cast<base::TextSink&>(bytes) : out_;
  MonitoredOutput text(out, &monitor);
  reporter_.announce();
  reporter_.begin_answer();
  const auto told = runner_.tell(prompt, settings_, &monitor, text);
  llama::Conversation& conversation = runner_.model().conversation();
  turns_ = conversation.turns();
  reporter_.end_answer(told, conversation.take_dropped());
  machine_.show_activity(false);
  text.write("\n");
  tell_outcome(told);
  reporter_.record_answer();
}

void Console::tell_outcome(const base::Result<ModelRunner::Told>& told) {
  reporter_.record_outcome(told.status());
  if (told.ok()) {
    if (told->hash) print(out_, "logits-hash: {:016x}\n", *told->hash);
    out_.write("[");
    print_answer_line(out_, reporter_.answer());
    out_.write("]\n");
  } else {
    report_failed_story(told.status());
  }
  const uint32_t forgotten = reporter_.answer().forgotten;
  if (forgotten == 0) return;
  print(out_, "[the context of {} tokens is full: {} earlier turn{} forgotten]\n",
        runner_.model().transformer().context(), forgotten, forgotten == 1 ? "" : "s");
}

// Stopped, or given up: a card that failed is looked for again.
void Console::report_failed_story(const base::Status& status) {
  if (status.code() == ErrorCode::kCancelled) return out_.write("[stopped]\n");
  must_remount_ = is_of_card(status) || status.code() == ErrorCode::kCorrupt;
  report(runner_.model_name(), status);
}

}  // namespace kernel
