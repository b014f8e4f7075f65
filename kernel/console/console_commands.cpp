#include "kernel/console/console.h"

#include <algorithm>
#include <optional>

#include "kernel/bench/bench.h"
#include "kernel/bench/self_test.h"
#include "kernel/console/card_report.h"
#include "kernel/reports/profile_report.h"
#include "kernel/reports/records.h"
#include "kernel/settings/setting_table.h"
#include "kernel/settings/words.h"

namespace kernel {

using base::print;
using base::Status;

constinit const Console::Command Console::kCommands[] = {
    {"/help", "", "this list", &Console::help},
    {"/models", "", "the models on the card", &Console::models},
    {"/model", "NAME", "change to another model", &Console::model},
    {"/chat", "", "talk with the model", &Console::chat},
    {"/complete", "", "have the model continue texts", &Console::complete},
    {"/new", "", "forget what was said, and begin a new conversation", &Console::new_conversation},
    {"/clear", "", "the same", &Console::new_conversation},
    {"/set", "KEY VALUE", "change a setting until the next start", &Console::set},
    {"/settings", "", "all settings", &Console::settings},
    {"/stats", "[layers]", "where the time of the last story went", &Console::stats},
    {"/mem", "", "where the memory goes", &Console::memory},
    {"/card", "", "what the card is, and how its reads went", &Console::card},
    {"/bench", "", "measure clocks, memory, card and arithmetic", &Console::bench},
    {"/selftest", "", "compare arithmetic, memory and card with known values", &Console::self_test},
    {"/perplexity", "TEXT", "how well the model predicts a text", &Console::perplexity},
    {"/reload", "", "look at the card again, and load the model from it", &Console::reload},
    {"/reset", "", "settings as at the start, earlier lines forgotten", &Console::reset},
    {"/version", "", "which version of barellama this is", &Console::version},
    {"/reboot", "", "restart the board", &Console::reboot},
    {"/quit", "", "how to leave this console", &Console::quit},
    {"/poweroff", "", "stop until the power is switched off and on", &Console::poweroff},
};

namespace {

// What people type who know other programs.
std::string_view usual_name(std::string_view typed) {
  if (typed == "/?" || typed == "/h") return "/help";
  if (typed == "/exit" || typed == "/bye" || typed == "/q") return "/quit";
  return typed;
}

}  // namespace

void Console::run_command(std::string_view line) {
  const size_t blank = line.find(' ');
  const std::string_view name = usual_name(line.substr(0, blank));
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

void Console::help(std::string_view) {
  if (runner_.is_loaded() && runner_.chats(settings_)) {
    out_.write("Ask something and press Return. Ctrl-C or Esc stops the answer.\n");
  } else {
    out_.write("Type the beginning of a story and press Return. Ctrl-C or Esc stops it.\n");
  }
  size_t name_width = 0;
  size_t arguments_width = 0;
  for (const Command& command : kCommands) {
    name_width = std::max(name_width, command.name.size());
    arguments_width = std::max(arguments_width, command.arguments.size());
  }
  for (const Command& command : kCommands) {
    out_.write("  ");
    print_padded(out_, command.name, name_width);
    out_.write(" ");
    print_padded(out_, command.arguments, arguments_width);
    print(out_, " {}\n", command.help);
  }
}

void Console::models(std::string_view) {
  if (!ready_card()) return;
  const auto count = runner_.list_models(out_);
  must_remount_ = !count.ok();
  if (!count.ok()) return report("card", count.status());
  if (*count == 0) out_.write("the card has no model: copy a .blm file into its root folder\n");
}

void Console::model(std::string_view argument) {
  if (argument.empty()) return models({});
  const SettingText<255> before = settings_.model;
  const bool had_model = runner_.is_loaded() && !must_reload_;
  const Status status = apply_setting(settings_, "model", argument);
  if (!status.ok()) return complain(out_, "/model", "model", argument, status);
  must_reload_ = true;
  if (ready_model() || !had_model) return;
  // What cannot be loaded changes nothing.
  settings_.model = before;
  if (runner_.is_loaded()) {
    must_reload_ = false;
    print(out_, "[{} goes on]\n", runner_.model_name());
  } else if (!must_remount_) {
    ready_model();
  }
}

void Console::chat(std::string_view) {
  settings_.chat = Settings::Chat::kOn;
  if (runner_.is_loaded() && !must_reload_) {
    tell_mode();
  } else {
    ready_model();  // which tells
  }
}

void Console::complete(std::string_view) {
  settings_.chat = Settings::Chat::kOff;
  out_.write("complete: type the beginning of a text\n");
}

void Console::new_conversation(std::string_view) {
  if (turns_ == 0) out_.write("[there is no conversation yet to forget]\n");
  begin_conversation();
}

void Console::begin_conversation() {
  if (runner_.is_loaded()) runner_.model().conversation().forget();
  if (turns_ > 0) out_.write("[a new conversation]\n");
  turns_ = 0;
}

void Console::set(std::string_view argument) {
  const size_t blank = argument.find_first_of(" =");
  if (blank == std::string_view::npos) {
    out_.write("/set KEY VALUE; /settings lists the keys\n");
    if (const SettingRow* row = find_setting(argument)) {
      print(out_, "{}: {}\n", row->name, row->help);
    }
    return;
  }
  const std::string_view key = argument.substr(0, blank);
  std::string_view value = trimmed(argument.substr(blank));
  // "KEY = VALUE", as in a settings file.
  if (value.starts_with('=')) value = trimmed(value.substr(1));
  const Status status = change_setting(settings_, key, value);
  if (!status.ok()) return complain(out_, "/set", key, value, status);
  follow_change(find_setting(key)->effect);
}

void Console::follow_change(SettingEffect effect) {
  switch (effect) {
    case SettingEffect::kNone:
    case SettingEffect::kStart:
      return;
    case SettingEffect::kModel:
      must_reload_ = true;
      return;
    case SettingEffect::kConversation:
      return begin_conversation();
    case SettingEffect::kSpeed:
      return change_baud();
    case SettingEffect::kRecords:
      return reporter_.forget_announced();
  }
}

void Console::change_baud() {
  print(out_, "changing to {} baud\n", settings_.baud);
  const Status status = machine_.set_baud(settings_.baud);
  if (!status.ok()) report("baud", status);
}

void Console::settings(std::string_view) { print_settings(settings_, out_); }

void Console::memory(std::string_view) { reporter_.print_memory(out_); }

void Console::card(std::string_view) { print_card_report(out_, machine_.card_report()); }

void Console::stats(std::string_view argument) { reporter_.print_stats(argument, out_); }

void Console::bench(std::string_view) {
  ready_card();
  std::span<std::byte> room = runner_.free_memory();
  const uint64_t first_block = runner_.first_block();
  if (runner_.is_loaded() && room.size() < bench::kWantedRoom) {
    runner_.unload();
    room = runner_.free_memory();
    out_.write("the model makes room; it is loaded again with the next story\n");
  }
  machine_.show_activity(true);
  bench::Report report(out_, reporter_.records());
  bench::MeasuredPace pace(runner_.usual_pace());
  bench::Context context{.clock = machine_.clock(),
                         .stop = keyboard_,
                         .board = machine_.bench_board(),
                         .report = report,
                         .pace = pace,
                         .room = room,
                         .card = runner_.device(),
                         .card_first_block = first_block};
  // A core that is hot is slow.
  const auto show_health = [this](std::string_view when) {
    print_health(out_, machine_.instruments().health(), "");
    print(out_, " {}\n", when);
  };
  show_health("before");
  const bool finished = bench::run(context);
  if (!finished) out_.write("[stopped]\n");
  show_health("after");
  if (finished && !pace.line().empty()) use_pace(pace.line());
  machine_.show_activity(false);
}

// Until the next start, unless it is copied.
void Console::use_pace(std::string_view line) {
  print(out_, "predictions go by this from now on; for barellama.ini:\npace = {}\n", line);
  const Status status = apply_setting(settings_, "pace", line);
  if (!status.ok()) complain(out_, "/bench", "pace", line, status);
}

void Console::self_test(std::string_view) {
  // A model first, since loading one prints messages of its own.
  const bool has_model = ready_model();
  machine_.show_activity(true);
  std::optional<PassMonitor> monitor;
  if (has_model) {
    monitor.emplace(machine_, keyboard_, runner_.model(), nullptr);
  }
  MonitoredOutput out(out_, monitor ? &*monitor : nullptr);
  SelfTest test(out, reporter_.records(), keyboard_);
  test.check_kernels();
  const Status checked =
      has_model ? test.check_model(runner_.model(), runner_.source(), *monitor) : base::ok_status();
  if (monitor) monitor->clear();
  machine_.show_activity(false);
  if (checked.code() == base::ErrorCode::kCancelled) return out_.write("[stopped]\n");
  if (!checked.ok()) report(runner_.model_name(), checked);
  if (!has_model) out_.write("  there is no model, so none was tested\n");
  test.finish();
}

void Console::perplexity(std::string_view argument) {
  if (argument.empty()) return out_.write("/perplexity TEXT; the lower, the better\n");
  if (!ready_model()) return;
  machine_.show_activity(true);
  PassMonitor monitor = monitor_passes();
  const auto measured = runner_.perplexity(argument, &monitor);
  begin_conversation();
  monitor.clear();
  machine_.show_activity(false);
  if (!measured.ok()) return report_failed_story(measured.status());
  print(out_, "perplexity {:.4} over {} tokens\n", measured->value(), measured->tokens);
  if (RecordSink* records = reporter_.records()) record_perplexity(*records, *measured);
}

void Console::reload(std::string_view) {
  must_reload_ = must_remount_ = true;
  ready_model();
}

void Console::reset(std::string_view) {
  for (const SettingRow& row : setting_rows()) {
    if (row.effect == SettingEffect::kSpeed || row.effect == SettingEffect::kRecords) continue;
    if (row.equal(settings_, start_settings_)) continue;
    row.copy(start_settings_, settings_);
    follow_change(row.effect);
  }
  editor_.forget_history();
}

void Console::version(std::string_view) {
  print(out_, "barellama {}\n", machine_.instruments().facts().version);
}

void Console::quit(std::string_view) {
  out_.write(
      "the board goes on by itself. Ctrl-] leaves `barellama console` and `emulate`; another "
      "terminal is left by its own key (screen: Ctrl-A K, minicom: Ctrl-A X, picocom: Ctrl-A "
      "Ctrl-X); /poweroff stops the board\n");
}

void Console::reboot(std::string_view) {
  ended_ = true;
  machine_.reboot();
}

void Console::poweroff(std::string_view) {
  ended_ = true;
  machine_.power_off();
}

}  // namespace kernel
