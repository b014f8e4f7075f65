#include "kernel/console/console.h"

#include <utility>

#include "kernel/reports/records.h"
#include "kernel/settings/settings_sources.h"
#include "kernel/settings/words.h"

namespace kernel {

using base::ErrorCode;
using base::print;
using base::Status;

namespace {

constexpr std::string_view kPrompt = "> ";
constexpr uint64_t kPauseUs = 100'000;

double mib(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }
double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }
double seconds(uint64_t time_us) { return static_cast<double>(time_us) / 1e6; }

}  // namespace

// A line "loading NAME: 40 %", rewritten in place, once loading takes longer than a blink. Ctrl-C
// and Esc stop it.
class Console::LoadLine final : public llama::LoadProgress {
 public:
  explicit LoadLine(Console& console)
      : console_(console), shown_us_(console.machine_.clock().now_us()) {}

  void loaded(uint64_t bytes, uint64_t of_bytes) override {
    if (console_.keyboard_.stop_requested()) console_.runner_.stop_loading();
    const uint64_t now_us = console_.machine_.clock().now_us();
    if (now_us - shown_us_ < kIntervalUs) return;
    shown_us_ = now_us;
    is_shown_ = true;
    print(console_.out_, "\rloading the model: {} %", of_bytes == 0 ? 100 : 100 * bytes / of_bytes);
  }
  void finish() {
    if (is_shown_) console_.out_.write("\n");
  }

 private:
  static constexpr uint64_t kIntervalUs = 500'000;

  Console& console_;
  uint64_t shown_us_;
  bool is_shown_ = false;
};

void Console::start() {
  // The command line may ask for records, and the first error must already be one.
  apply_command_line(settings_, machine_.command_line(), &out_);
  start_settings_ = settings_;
  // Without a card there is no model either, and that was said.
  if (!ready_card() || !ready_model() || !settings_.autostart) return;
  // A chat begins with a question.
  if (!settings_.prompt.view().empty() || !runner_.chats(settings_)) {
    tell(settings_.prompt.view());
  }
  if (settings_.poweroff) poweroff({});
}

void Console::read_card_settings() {
  const pi::FatVolume& volume = runner_.volume();
  print(out_, "file system: {}, {:.1} MB in clusters of {} bytes\n", name_of(volume.kind()),
        megabytes(volume.size_bytes()), volume.cluster_bytes());
  const Status read = runner_.read_ini(settings_, out_);
  if (!read.ok()) report("barellama.ini", read);
  // Again, since it wins; what is wrong with it was said.
  apply_command_line(settings_, machine_.command_line(), nullptr);
  // Once more by themselves, since a card that comes late finds other settings already changed.
  start_settings_ = Settings();
  base::NullSink nowhere;
  static_cast<void>(runner_.read_ini(start_settings_, nowhere));
  apply_command_line(start_settings_, machine_.command_line(), nullptr);
  if (settings_.baud != Settings().baud) change_baud();
}

// Whether there is a card; looks for one if there was none, or if the last one failed.
bool Console::ready_card() {
  if (!must_remount_) return true;
  const Status mounted = runner_.mount();
  must_remount_ = !mounted.ok();
  if (must_remount_) {
    report("card", mounted);
    return false;
  }
  // Of the first card, also when it comes late.
  if (!card_settings_read_) {
    card_settings_read_ = true;
    read_card_settings();
  }
  return true;
}

// Whether there is a model to tell with, as the settings have it; tries to get one if there is
// not.
bool Console::ready_model() {
  if (!ready_card()) return false;
  if (must_reload_ || !runner_.is_loaded()) load_model();
  return runner_.is_loaded() && !must_reload_;
}

void Console::load_model() {
  const uint64_t started_us = machine_.clock().now_us();
  machine_.show_activity(true);
  LoadLine progress(*this);
  const Status loaded = runner_.load(settings_, &progress);
  progress.finish();
  machine_.show_activity(false);
  if (loaded.code() == ErrorCode::kCancelled) return out_.write("[stopped]\n");
  if (!loaded.ok()) {
    report(runner_.wanted_name().empty() ? "model" : runner_.wanted_name(), loaded);
    if (loaded.code() == ErrorCode::kNotFound && !settings_.model.view().empty()) {
      out_.write("models on the card:\n");
      static_cast<void>(runner_.list_models(out_));
    }
    must_remount_ = !runner_.is_loaded() || is_of_card(loaded);
    return;
  }
  must_reload_ = false;
  const llama::Model& model = runner_.model();
  const llama::Weights& weights = model.transformer().weights();
  print(out_, "model: {}, {:.1} MiB in memory, {:.1} MB streamed per token, context {}, {:.1} s\n",
        runner_.model_name(), mib(weights.pinned_bytes()), megabytes(weights.streamed_bytes()),
        model.transformer().context(), seconds(machine_.clock().now_us() - started_us));
  if (const auto plan = runner_.plan(); plan.ok()) {
    out_.write("plan: ");
    print_short(out_, *plan, runner_.pace(settings_));
    out_.write("\n");
  }
  tell_mode();
  if (turns_ > 0)
    out_.write("[the conversation ended with the previous model; a new one begins]\n");
  turns_ = 0;
  reporter_.forget_announced();
  reporter_.announce();
}

// What a line that is typed will be, unless that is plain.
void Console::tell_mode() {
  const auto& chat = runner_.model().chat();
  if (runner_.chats(settings_)) {
    out_.write(
        "chat: ask something; /complete continues texts instead, /new begins another chat\n");
  } else if (chat.ok()) {
    out_.write("complete: type the beginning of a text; /chat talks with the model instead\n");
  } else if (settings_.chat == Settings::Chat::kOn ||
             chat.status().code() != ErrorCode::kNotFound) {
    out_.write("no chat: ");
    print(out_, chat.status());
    out_.write("\n");
  }
}

bool Console::step() {
  if (ended_) return false;
  if (RecordSink* records = reporter_.records()) record_ready(*records);
  tell_losses();
  out_.write(kPrompt);
  const std::string_view line = read_line();
  if (editor_.was_cancelled() || line.empty()) return true;
  if (line.front() == '/') {
    run_command(line);
  } else if (ready_model()) {
    tell(line);
  }
  return !ended_;
}

std::string_view Console::read_line() {
  char c;
  uint64_t typed_us = machine_.clock().now_us();
  for (;;) {
    while (keyboard_.next(c)) {
      if (editor_.feed(c)) return trimmed(editor_.line());
      typed_us = machine_.clock().now_us();
    }
    if (machine_.clock().now_us() - typed_us >= kPauseUs) editor_.pause();
    machine_.idle();
  }
}

void Console::tell_losses() {
  const pi::SerialLosses now = machine_.losses();
  const pi::SerialLosses before = std::exchange(told_losses_, now);
  const uint32_t too_fast = keyboard_.take_overflow() +
                            (now.hardware_overruns - before.hardware_overruns) +
                            (now.buffer_overruns - before.buffer_overruns);
  const uint32_t damaged = now.line_errors - before.line_errors;
  const uint32_t unsent = now.send_timeouts - before.send_timeouts;
  if (too_fast != 0) {
    print(out_, "[{} typed characters came too fast and were lost]\n", too_fast);
  }
  if (damaged != 0) {
    print(out_, "[{} characters came damaged and were lost: another speed, or a bad cable?]\n",
          damaged);
  }
  if (unsent != 0) print(out_, "[{} characters could not be sent]\n", unsent);
}

bool Console::is_of_card(const Status& status) {
  return status.code() == ErrorCode::kIo || status.code() == ErrorCode::kTimeout;
}

// Says what failed, to people and to programs.
void Console::report(std::string_view what, const Status& status) {
  char memory[512];
  base::TextBuffer message(memory);
  print(message, "{}: ", what);
  print(message, status);
  print(out_, "error: {}\n", message.view());
  if (RecordSink* records = reporter_.records()) record_error(*records, message.view());
}

}  // namespace kernel
