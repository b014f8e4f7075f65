// What a user can set: in barellama.ini on the card, in the command line that the firmware passes
// (kernel/settings/command_line.h), and with /set on the console. The rows of the table
// (kernel/settings/setting_table.h) read and show the fields.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "llama/kernels/attention.h"
#include "llama/text/prompt_limits.h"

namespace kernel {

// Text of at most N bytes, owned.
template <size_t N>
class SettingText {
 public:
  constexpr SettingText() = default;
  constexpr explicit SettingText(std::string_view text) { set(text); }

  constexpr bool set(std::string_view text) {
    if (text.size() > N) return false;
    std::copy(text.begin(), text.end(), bytes_.begin());
    size_ = text.size();
    return true;
  }
  std::string_view view() const { return {bytes_.data(), size_}; }
  bool operator==(const SettingText& other) const { return view() == other.view(); }

 private:
  std::array<char, N> bytes_{};
  size_t size_ = 0;
};

struct Settings {
  SettingText<255> model;                      // a path on the card; empty: the first .blm file
  SettingText<llama::kMaxPromptBytes> prompt;  // of the story, or the question, at start
  // kAuto: models that were trained to chat do, and others continue texts.
  enum class Chat : uint8_t { kAuto, kOn, kOff };
  Chat chat = Chat::kAuto;
  // System prompt of a chat; empty: that of the model's template, "none": nothing.
  SettingText<llama::kMaxSystemBytes> system;
  // Positions of a story, prompt included, or tokens of an answer; 0: the context.
  uint32_t steps = 0;
  float temperature = 0.8f;
  float top_p = 0.9f;
  uint64_t seed = 0;         // 0: another one each time
  uint32_t top_k = 0;        // these four as llama/sampler.h has them; 0: off
  float min_p = 0;           // 0: off
  float repeat_penalty = 1;  // 1: off
  uint32_t repeat_last = 64;
  bool ignore_eos = false;  // go on where the model would end
  uint32_t ctx = 0;         // positions; 0: what the model was made for, if there is room
  llama::KvType kv = llama::KvType::kF32;  // how keys and values of the context are kept
  uint32_t baud = 115200;
  // The console's UART; the mini UART runs on the core's clock.
  enum class Serial : uint8_t { kPl011, kMini };
  Serial serial = Serial::kPl011;
  double ram_mib = 0;     // for the model and its state; 0: all that is there
  bool autostart = true;  // tell a story at start
  bool hash = false;      // print a hash of all logits after each story
  bool records = false;   // print machine-readable records (docs/protocol.md)
  bool poweroff = false;  // switch off after the story at start
  // How closely time is measured: kTrace keeps each step of each token for the records.
  enum class Profile : uint8_t { kOff, kOn, kTrace };
  Profile profile = Profile::kOn;

  // What /bench measured, or a line of it in barellama.ini: what plans predict with
  // (llama/pace/pace.h); empty: a Pi Zero's.
  SettingText<511> pace;

  // Of the boot loader: how long it waits for a push, and which kernel on the card it then starts.
  static constexpr double kForever = -1;
  double loader_wait = 3;  // seconds
  SettingText<255> loader_kernel{"barellama.img"};
};

// Sets one by its row (setting_table.h). kNotFound: no such setting; and what the row's parse()
// returns.
base::Status apply_setting(Settings& settings, std::string_view key, std::string_view value);
// The same once the program runs: also kUnsupported, for another value of what cannot change
// (SettingEffect::kStart).
base::Status change_setting(Settings& settings, std::string_view key, std::string_view value);

// "name = value", one per line.
void print_settings(const Settings& settings, base::TextSink& out);

// Says on `out` why a setting was not taken: `where` such as "barellama.ini, line 3".
void complain(base::TextSink& out, std::string_view where, std::string_view key,
              std::string_view value, const base::Status& status);

// Reads "KEY = VALUE" lines; `#` and `;` begin comments at the start of a line, blanks around words
// do not count, and quotes around a value are taken off. Lines that are wrong are reported on
// `complaints` and skipped, as is a text that is UTF-16 or rich text.
void apply_ini(Settings& settings, std::string_view file_name, std::string_view text,
               base::TextSink& complaints);

}  // namespace kernel
