#include "host-tools/card/card_texts.h"

#include <algorithm>
#include <string_view>

#include "host-tools/support/failure.h"
#include "kernel/settings/settings_sources.h"
#include "kernel/settings/words.h"

namespace host {

namespace {

constexpr const char* kIni = "barellama.ini";
constexpr const char* kCommandLine = "cmdline.txt";

void check_command_line(CardContents& card, StringSink& doubts) {
  if (!card.contains(kCommandLine)) return;
  const std::string text = card.read_file(kCommandLine);
  kernel::Settings settings;
  kernel::apply_command_line(settings, text, &doubts);
  if (text.find("barellama.", std::min(text.find('\n'), text.size())) != std::string::npos) {
    base::print(doubts, "{}: only its first line counts\n", kCommandLine);
  }
}

void check_ini(CardContents& card, StringSink& doubts) {
  if (!card.contains(kIni)) {
    return base::print(doubts, "{} is missing: the settings are the usual ones\n", kIni);
  }
  const std::string text = card.read_file(kIni);
  if (text.size() > kernel::kMaxIniBytes) {
    return base::print(doubts, "{} has {} bytes, more than {}: it is ignored\n", kIni, text.size(),
                       kernel::kMaxIniBytes);
  }
  kernel::Settings settings;
  kernel::apply_ini(settings, kIni, text, doubts);
}

}  // namespace

kernel::Settings read_card_settings(CardContents& card) {
  kernel::Settings settings;
  base::NullSink nowhere;
  if (card.contains(kIni)) {
    const std::string text = card.read_file(kIni);
    if (text.size() <= kernel::kMaxIniBytes) kernel::apply_ini(settings, kIni, text, nowhere);
  }
  if (card.contains(kCommandLine)) {
    kernel::apply_command_line(settings, card.read_file(kCommandLine), nullptr);
  }
  return settings;
}

// Systems that hide endings, or number copies, make such names.
std::string doubts_about_names(CardContents& card) {
  StringSink doubts;
  for (const std::string& name : card.names()) {
    const std::string_view meant = kernel::meant_file(name);
    if (meant.empty()) continue;
    base::print(doubts, "{} is not read: its name must be {}\n", name, meant);
  }
  return doubts.text();
}

std::string doubts_about_settings(CardContents& card) {
  StringSink doubts;
  check_command_line(card, doubts);
  check_ini(card, doubts);
  return doubts.text();
}

}  // namespace host
