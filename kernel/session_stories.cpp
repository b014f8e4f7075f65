#include "kernel/session.h"

#include "kernel/story_watch.h"

namespace kernel {

using base::ErrorCode;
using base::print;

namespace {

double seconds(uint64_t time_us) { return static_cast<double>(time_us) / 1e6; }

}  // namespace

// Generated text: as it is for programs, with the terminal's line ends for people.
class Session::StoryOutput final : public base::TextSink {
 public:
  StoryOutput(Session& session, StoryWatch& watch) : session_(session), watch_(watch) {}
  void write(std::string_view text) override {
    watch_.clear();
    if (session_.settings_.records) {
      session_.machine_.write_bytes(text);
    } else {
      session_.out_.write(text);
    }
  }

 private:
  Session& session_;
  StoryWatch& watch_;
};

void Session::tell(std::string_view prompt) {
  machine_.show_activity(true);
  StoryWatch watch(
      machine_, keyboard_, storyteller_.model(),
      settings_.records ? StoryWatch::Audience::kPrograms : StoryWatch::Audience::kPeople);
  StoryOutput text(*this, watch);
  if (settings_.records) machine_.write_bytes("@bl {\"event\":\"begin\"}\n");
  const auto told = storyteller_.tell(prompt, settings_, &watch, text);
  machine_.show_activity(false);
  text.write("\n");
  finish_story(told);
}

void Session::finish_story(const base::Result<Storyteller::Told>& told) {
  if (!told.ok()) {
    const bool cancelled = told.status().code() == ErrorCode::kCancelled;
    record_end(cancelled ? "cancelled" : "error", nullptr);
    if (cancelled) {
      out_.write("[stopped]\n");
    } else {
      const ErrorCode code = told.status().code();
      must_remount_ =
          code == ErrorCode::kIo || code == ErrorCode::kTimeout || code == ErrorCode::kCorrupt;
      report(storyteller_.model_name(), told.status());
    }
    return;
  }
  const llama::Generation& made = told->generation;
  record_end(made.reason == llama::StopReason::kEnd ? "stop" : "length", &*told);
  if (told->hash) print(out_, "logits-hash: {:016x}\n", *told->hash);
  // The first token comes out of the prompt; speed is that of the others.
  const uint64_t decode_us = made.total_us - made.prompt_us;
  const uint32_t decoded = made.tokens > 0 ? made.tokens - 1 : 0;
  print(out_, "[{} tokens, {:.2} tokens/s, first after {:.2} s, seed {}]\n", made.tokens,
        decode_us == 0 ? 0.0 : decoded / seconds(decode_us), seconds(made.prompt_us), told->seed);
}

void Session::record_end(std::string_view reason, const Storyteller::Told* told) {
  if (!settings_.records) return;
  char memory[256];
  base::TextBuffer record(memory);
  print(record, "@bl {{\"event\":\"end\",\"reason\":\"{}\"", reason);
  if (told != nullptr) {
    const llama::Generation& made = told->generation;
    print(record, ",\"tokens\":{},\"prompt_tokens\":{},\"first_us\":{},\"total_us\":{},\"seed\":{}",
          made.tokens, made.prompt_tokens, made.prompt_us, made.total_us, told->seed);
  }
  record.write("}\n");
  machine_.write_bytes(record.view());
}

}  // namespace kernel
