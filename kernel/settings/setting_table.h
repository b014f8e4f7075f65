// The table of settings. A row, with its field in Settings, is all there is to a setting:
// barellama.ini, the command line, /set, /settings, /reset and the table in README.md read it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/format.h"
#include "base/status.h"
#include "kernel/settings/settings.h"

namespace kernel {

// What must be done when a setting changes while the console runs.
enum class SettingEffect : uint8_t {
  kNone,          // nothing: it is looked at with the next story, or only at start
  kModel,         // the model is loaded again
  kConversation,  // a new conversation begins
  // These two belong to the serial line, and with it to what is at its other end: /reset leaves
  // them alone.
  kSpeed,    // the line's speed changes at once
  kRecords,  // the reader of records is told of machine and model again
  kStart,    // it cannot change: it is needed before a card is read, so only cmdline.txt has it
};

struct SettingRow {
  std::string_view name;
  // As README.md has it, but for its backquotes.
  std::string_view help;
  SettingEffect effect;
  // An earlier name, which is accepted and not shown; empty: none.
  std::string_view old_name;

  // kInvalidArgument: not a possible value, and nothing was changed; the message says what is.
  base::Status (*parse)(Settings& settings, std::string_view value);
  // What parse() takes, without a newline.
  void (*print)(const Settings& settings, base::TextSink& out);
  bool (*equal)(const Settings& a, const Settings& b);
  void (*copy)(const Settings& from, Settings& to);
};

// As long as the longest name.
size_t longest_setting_name();

// All of them, in the order in which they are shown.
std::span<const SettingRow> setting_rows();

// By its name or its old one; null: there is none.
const SettingRow* find_setting(std::string_view name);

}  // namespace kernel
