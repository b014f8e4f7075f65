// The console: settings at start, the first story, then a prompt forever. What is typed is the
// beginning of a story, or a question to a model that chats; lines that begin with '/' are
// commands. Failures are reported, and the prompt stays alive.
#pragma once

#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "kernel/console/keyboard.h"
#include "kernel/console/line_editor.h"
#include "kernel/console/pass_monitor.h"
#include "kernel/console/reporter.h"
#include "kernel/machine.h"
#include "kernel/model/model_runner.h"
#include "kernel/settings/setting_table.h"
#include "kernel/settings/settings.h"

namespace kernel {

class Console {
 public:
  explicit Console(Machine& machine)
      : machine_(machine),
        out_(machine.out()),
        keyboard_(machine),
        runner_(machine),
        reporter_(machine, runner_, settings_),
        editor_(machine.out()) {}

  // Settings, card, model, first story.
  void start();
  // Shows the prompt, waits for a line and does what it says. False once the machine was asked to
  // reboot or switch off.
  bool step();

 private:
  class LoadLine;

  struct Command {
    std::string_view name;
    std::string_view arguments;
    std::string_view help;
    void (Console::*run)(std::string_view argument);
  };
  static const Command kCommands[];

  void read_card_settings();
  void change_baud();
  void follow_change(SettingEffect effect);
  bool ready_card();
  bool ready_model();
  void load_model();
  void tell(std::string_view prompt);
  PassMonitor monitor_passes();
  void report_failed_story(const base::Status& status);
  void tell_mode();
  void begin_conversation();
  void use_pace(std::string_view line);
  // Whether the card failed, and not what is on it.
  static bool is_of_card(const base::Status& status);
  void report(std::string_view what, const base::Status& status);
  void tell_outcome(const base::Result<ModelRunner::Told>& told);

  std::string_view read_line();
  void tell_losses();
  void run_command(std::string_view line);
  void help(std::string_view argument);
  void models(std::string_view argument);
  void model(std::string_view argument);
  void chat(std::string_view argument);
  void complete(std::string_view argument);
  void new_conversation(std::string_view argument);
  void quit(std::string_view argument);
  void set(std::string_view argument);
  void settings(std::string_view argument);
  void memory(std::string_view argument);
  void card(std::string_view argument);
  void bench(std::string_view argument);
  void self_test(std::string_view argument);
  void perplexity(std::string_view argument);
  void stats(std::string_view argument);
  void reload(std::string_view argument);
  void reset(std::string_view argument);
  void version(std::string_view argument);
  void reboot(std::string_view argument);
  void poweroff(std::string_view argument);

  Machine& machine_;
  base::TextSink& out_;
  Keyboard keyboard_;
  Settings settings_;
  Settings start_settings_;  // as card and command line have them, for /reset
  ModelRunner runner_;
  Reporter reporter_;
  LineEditor editor_;
  bool card_settings_read_ = false;
  bool must_reload_ = true;   // a setting changed that the loaded model was loaded without
  bool must_remount_ = true;  // no card yet, or it failed: the next one may be another
  pi::SerialLosses told_losses_;
  uint32_t turns_ = 0;  // of the conversation with the model
  bool ended_ = false;
};

}  // namespace kernel
