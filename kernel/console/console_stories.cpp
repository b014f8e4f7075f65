#include "kernel/console/console.h"

namespace kernel {

using base::ErrorCode;
using base::print;

// Generated text: as it is for programs, with the terminal's line ends for people.
class Console::StoryOutput final : public base::TextSink {
 public:
  StoryOutput(Console& console, PassMonitor& watch) : console_(console), watch_(watch) {}
  void write(std::string_view text) override {
    watch_.clear();
    if (console_.settings_.records) {
      console_.machine_.write_bytes(text);
    } else {
      console_.out_.write(text);
    }
  }

 private:
  Console& console_;
  PassMonitor& watch_;
};

PassMonitor Console::watch_story() {
  PassMonitor watch(
      machine_, keyboard_, runner_.model(),
      settings_.records ? PassMonitor::Audience::kPrograms : PassMonitor::Audience::kPeople);
  watch.set_profiler(runner_.profiler());
  return watch;
}

void Console::tell(std::string_view prompt) {
  machine_.show_activity(true);
  PassMonitor watch = watch_story();
  StoryOutput text(*this, watch);
  reporter_.announce();
  if (settings_.records) machine_.write_bytes("@bl {\"event\":\"begin\"}\n");
  reporter_.begin_answer();
  const auto told = runner_.tell(prompt, settings_, &watch, text);
  reporter_.end_answer(told);
  machine_.show_activity(false);
  text.write("\n");
  finish_story(told);
  reporter_.record_answer();
}

void Console::finish_story(const base::Result<ModelRunner::Told>& told) {
  llama::Conversation& conversation = runner_.model().conversation();
  const uint32_t forgotten = conversation.take_dropped();
  turns_ = conversation.turns();
  tell_outcome(told, forgotten);
  if (forgotten == 0) return;
  print(out_, "[the context of {} tokens is full: {} earlier turn{} forgotten]\n",
        runner_.model().transformer().context(), forgotten, forgotten == 1 ? "" : "s");
}

void Console::tell_outcome(const base::Result<ModelRunner::Told>& told, uint32_t forgotten) {
  if (!told.ok()) {
    const bool cancelled = told.status().code() == ErrorCode::kCancelled;
    record_end(cancelled ? "cancelled" : "error", nullptr, forgotten);
    return report_failed_story(told.status());
  }
  const llama::Generation& made = told->generation;
  record_end(made.reason == llama::StopReason::kEnd ? "stop" : "length", &*told, forgotten);
  if (told->hash) print(out_, "logits-hash: {:016x}\n", *told->hash);
  out_.write("[");
  print_answer_line(out_, reporter_.answer());
  out_.write("]\n");
}

// Stopped, or given up: a card that failed is looked at again.
void Console::report_failed_story(const base::Status& status) {
  const ErrorCode code = status.code();
  if (code == ErrorCode::kCancelled) return out_.write("[stopped]\n");
  must_remount_ =
      code == ErrorCode::kIo || code == ErrorCode::kTimeout || code == ErrorCode::kCorrupt;
  report(runner_.model_name(), status);
}

void Console::record_end(std::string_view reason, const ModelRunner::Told* told,
                         uint32_t forgotten) {
  if (!settings_.records) return;
  char memory[256];
  base::TextBuffer record(memory);
  print(record, "@bl {{\"event\":\"end\",\"reason\":\"{}\"", reason);
  if (told != nullptr) {
    const llama::Generation& made = told->generation;
    print(record, ",\"tokens\":{},\"prompt_tokens\":{},\"first_us\":{},\"total_us\":{},\"seed\":{}",
          made.tokens, made.prompt_tokens, made.prompt_us, made.total_us, told->seed);
  }
  if (forgotten > 0) print(record, ",\"forgotten\":{}", forgotten);
  print(record, ",\"answer\":{}}\n", reporter_.answer().number);
  machine_.write_bytes(record.view());
}

}  // namespace kernel
