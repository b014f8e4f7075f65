#include "kernel/session.h"

#include "kernel/command_line.h"
#include "kernel/text.h"

namespace kernel {

using base::ErrorCode;
using base::print;
using base::Status;

namespace {

constexpr std::string_view kPrompt = "> ";
constexpr char kControlC = 0x03;
constexpr char kEscapeKey = 0x1b;

double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }
double seconds(uint64_t time_us) { return static_cast<double>(time_us) / 1e6; }

// A line "loading NAME: 40 %", rewritten in place, once loading takes longer than a blink.
class LoadLine final : public llama::LoadProgress {
 public:
  LoadLine(Machine& machine, std::string_view name)
      : machine_(machine), name_(name), shown_us_(machine.clock().now_us()) {}

  void loaded(uint64_t bytes, uint64_t of_bytes) override {
    const uint64_t now_us = machine_.clock().now_us();
    if (now_us - shown_us_ < kIntervalUs) return;
    shown_us_ = now_us;
    is_shown_ = true;
    print(machine_.out(), "\rloading {}: {} %", name_,
          of_bytes == 0 ? 100 : 100 * bytes / of_bytes);
  }
  void finish() {
    if (is_shown_) machine_.out().write("\n");
  }

 private:
  static constexpr uint64_t kIntervalUs = 500'000;

  Machine& machine_;
  std::string_view name_;
  uint64_t shown_us_;
  bool is_shown_ = false;
};

}  // namespace

// Generated text: as it is for programs, with the terminal's line ends for people.
class Session::StoryOutput final : public base::TextSink {
 public:
  explicit StoryOutput(Session& session) : session_(session) {}
  void write(std::string_view text) override {
    if (session_.settings_.records) {
      session_.machine_.write_bytes(text);
    } else {
      session_.out_.write(text);
    }
  }

 private:
  Session& session_;
};

// Looks for Ctrl-C and Esc while a token is computed, and keeps the rest for the next prompt.
class Session::Keys final : public llama::Interrupt {
 public:
  explicit Keys(Session& session) : session_(session) {}
  bool should_stop(uint32_t, uint32_t) override {
    char c;
    while (session_.machine_.try_read(c)) {
      if (c == kControlC) return true;
      if (c == kEscapeKey && !begins_sequence()) return true;
      keep(c);
      if (c == kEscapeKey) keep(sequence_);
    }
    return false;
  }

 private:
  // After an Esc: whether a terminal sent it for a cursor or function key. Other keys behind it are
  // somebody's own, those that stop a story pressed once more.
  bool begins_sequence() {
    while (session_.machine_.try_read(sequence_)) {
      if (sequence_ == '[' || sequence_ == 'O') return true;
      if (sequence_ == kEscapeKey || sequence_ == kControlC) continue;
      keep(sequence_);
      return false;
    }
    return false;
  }
  void keep(char c) {
    if (session_.typed_ahead_size_ < session_.typed_ahead_.size()) {
      session_.typed_ahead_[session_.typed_ahead_size_++] = c;
    }
  }

  Session& session_;
  char sequence_ = 0;
};

// ---- Start

void Session::start() {
  // The command line may ask for records, and the first error already wants to be one.
  apply_command_line(true);
  // Without a card there is no model either, and that was said.
  if (!ready_card() || !ready_model() || !settings_.autostart) return;
  tell(settings_.prompt.view());
  if (settings_.poweroff) poweroff({});
}

void Session::read_card_settings() {
  const pi::FatVolume& volume = storyteller_.volume();
  print(out_, "file system: FAT, {:.1} MB in clusters of {} bytes\n",
        megabytes(volume.size_bytes()), volume.cluster_bytes());
  const Status read = storyteller_.read_ini(settings_, out_);
  if (!read.ok()) report("barellama.ini", read);
  // Again, since it wins; what is wrong with it was said.
  apply_command_line(false);
  if (settings_.baud != Settings().baud) change_baud();
}

void Session::apply_command_line(bool complains) {
  std::string_view rest = machine_.command_line();
  std::array<char, Settings::kMaxPromptBytes> decoded;
  while (const auto setting = CommandLine::next(rest)) {
    const auto value = decode_percent(setting->encoded, decoded);
    const Status status =
        value.ok() ? apply_setting(settings_, setting->key, *value) : value.status();
    if (!status.ok() && complains) {
      complain(out_, "command line", setting->key, value.ok() ? *value : setting->encoded, status);
    }
  }
}

// Whether there is a card; looks for one if there was none, or if the last one failed.
bool Session::ready_card() {
  if (!must_remount_) return true;
  const Status mounted = storyteller_.mount();
  must_remount_ = !mounted.ok();
  if (must_remount_) {
    report("card", mounted);
    return false;
  }
  // Of the first card that there is, also when it comes late.
  if (!card_settings_read_) {
    card_settings_read_ = true;
    read_card_settings();
  }
  return true;
}

// Whether there is a model to tell with; tries to get one if there is not.
bool Session::ready_model() {
  if (!ready_card()) return false;
  if (must_reload_ || !storyteller_.is_loaded()) load_model();
  return storyteller_.is_loaded();
}

void Session::load_model() {
  const uint64_t started_us = machine_.clock().now_us();
  machine_.show_activity(true);
  LoadLine progress(machine_, "the model");
  const Status loaded = storyteller_.load(settings_, &progress);
  progress.finish();
  machine_.show_activity(false);
  if (!loaded.ok()) {
    report(storyteller_.model_name().empty() ? "model" : storyteller_.model_name(), loaded);
    if (loaded.code() == ErrorCode::kNotFound && !settings_.model.view().empty()) {
      out_.write("models on the card:\n");
      static_cast<void>(storyteller_.list_models(out_));
    }
    must_remount_ = true;
    return;
  }
  must_reload_ = false;
  const llama::Model& model = storyteller_.model();
  const llama::Weights& weights = model.transformer().weights();
  print(out_, "model: {}, {:.1} MB in memory, {:.1} MB streamed a token, context {}, {:.1} s\n",
        storyteller_.model_name(), megabytes(weights.pinned_bytes()),
        megabytes(weights.streamed_bytes()), model.transformer().context(),
        seconds(machine_.clock().now_us() - started_us));
}

// ---- Stories

void Session::tell(std::string_view prompt) {
  machine_.show_activity(true);
  StoryOutput text(*this);
  Keys keys(*this);
  if (settings_.records) machine_.write_bytes("@bl {\"event\":\"begin\"}\n");
  const auto told = storyteller_.tell(prompt, settings_, &keys, text);
  machine_.show_activity(false);
  if (settings_.records) {
    machine_.write_bytes("\n");
  } else {
    out_.write("\n");
  }
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

// Says what failed, to people and to programs.
void Session::report(std::string_view what, const Status& status) {
  char memory[512];
  base::TextBuffer message(memory);
  print(message, "{}: ", what);
  print(message, status);
  print(out_, "error: {}\n", message.view());
  if (!settings_.records) return;
  StoryOutput record(*this);  // bytes as they are
  record.write("@bl {\"event\":\"error\",\"message\":\"");
  print_json_escaped(record, message.view());
  record.write("\"}\n");
}

// ---- Console

bool Session::step() {
  if (ended_) return false;
  if (settings_.records) machine_.write_bytes("@bl {\"event\":\"ready\"}\n");
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

std::string_view Session::read_line() {
  char c;
  for (;;) {
    while (next_key(c)) {
      if (editor_.feed(c)) return trimmed(editor_.line());
    }
    machine_.idle();
  }
}

bool Session::next_key(char& c) {
  if (typed_ahead_read_ < typed_ahead_size_) {
    c = typed_ahead_[typed_ahead_read_++];
    return true;
  }
  typed_ahead_read_ = typed_ahead_size_ = 0;
  return machine_.try_read(c);
}

constinit const Session::Command Session::kCommands[] = {
    {"/help", "", "this list", &Session::help},
    {"/models", "", "the models on the card", &Session::models},
    {"/model", "NAME", "change to another model", &Session::model},
    {"/set", "KEY VALUE", "change a setting until the next start", &Session::set},
    {"/settings", "", "all settings", &Session::settings},
    {"/mem", "", "where the memory goes", &Session::memory},
    {"/reload", "", "look at the card again", &Session::reload},
    {"/reboot", "", "start anew", &Session::reboot},
    {"/poweroff", "", "stop", &Session::poweroff},
};

void Session::run_command(std::string_view line) {
  const size_t blank = line.find(' ');
  const std::string_view name = line.substr(0, blank);
  const std::string_view argument =
      blank == std::string_view::npos ? std::string_view() : trimmed(line.substr(blank));
  std::array<std::string_view, std::size(kCommands)> names;
  for (size_t i = 0; i < names.size(); ++i) {
    const Command& command = kCommands[i];
    names[i] = command.name;
    if (command.name == name) return (this->*command.run)(argument);
  }
  print(out_, "there is no command {}", name);
  if (const auto meant = nearest(name, names)) print(out_, "; did you mean {}?", *meant);
  out_.write(" /help lists them all\n");
}

void Session::help(std::string_view) {
  out_.write("Type the begin of a story and press Return. Ctrl-C or Esc stops it.\n");
  for (const Command& command : kCommands) {
    print(out_, "  {:-10} {:-10} {}\n", command.name, command.arguments, command.help);
  }
}

void Session::models(std::string_view) {
  if (!ready_card()) return;
  const auto count = storyteller_.list_models(out_);
  must_remount_ = !count.ok();
  if (!count.ok()) return report("card", count.status());
  if (*count == 0) out_.write("the card has no model: copy a .blm file into its root folder\n");
}

void Session::model(std::string_view argument) {
  if (argument.empty()) return models({});
  const Status status = apply_setting(settings_, "model", argument);
  if (!status.ok()) return complain(out_, "/model", "model", argument, status);
  must_reload_ = true;
  ready_model();
}

void Session::set(std::string_view argument) {
  const size_t blank = argument.find_first_of(" =");
  if (blank == std::string_view::npos) {
    out_.write("/set KEY VALUE; /settings lists the keys\n");
    return;
  }
  const std::string_view key = argument.substr(0, blank);
  std::string_view value = trimmed(argument.substr(blank));
  // "KEY = VALUE", as in a settings file.
  if (value.starts_with('=')) value = trimmed(value.substr(1));
  const Status status = apply_setting(settings_, key, value);
  if (!status.ok()) return complain(out_, "/set", key, value, status);
  if (key == "baud") change_baud();
  must_reload_ = must_reload_ || key == "model" || key == "ctx" || key == "ram_mb" || key == "hash";
}

void Session::change_baud() {
  print(out_, "changing to {} baud\n", settings_.baud);
  const Status status = machine_.set_baud(settings_.baud);
  if (!status.ok()) report("baud", status);
}

void Session::settings(std::string_view) { print_settings(settings_, out_); }

void Session::memory(std::string_view) {
  if (!storyteller_.is_loaded()) {
    out_.write("no model is loaded\n");
    return;
  }
  const base::Arena& arena = storyteller_.arena();
  for (const base::Arena::Use& use : arena.uses()) {
    print(out_, "  {:-16} {:12} bytes\n", use.tag, use.bytes);
  }
  print(out_, "  {:-16} {:12} bytes\n", "free", arena.available());
  print(out_, "  {:-16} {:12} bytes\n", "in all", arena.capacity());
}

void Session::reload(std::string_view) {
  must_reload_ = must_remount_ = true;
  ready_model();
}

void Session::reboot(std::string_view) {
  ended_ = true;
  machine_.reboot();
}

void Session::poweroff(std::string_view) {
  ended_ = true;
  machine_.power_off();
}

}  // namespace kernel
