#include "kernel/settings/setting_table.h"

#include <algorithm>

#include "kernel/settings/setting_kinds.h"

namespace kernel {
namespace {

using Effect = SettingEffect;

template <auto kField, typename Kind>
constexpr SettingRow row(std::string_view name, std::string_view help,
                         Effect effect = Effect::kNone, std::string_view old_name = {}) {
  return {
      .name = name,
      .help = help,
      .effect = effect,
      .old_name = old_name,
      .parse = [](Settings& settings,
                  std::string_view value) { return Kind::parse(settings.*kField, value); },
      .print = [](const Settings& settings,
                  base::TextSink& out) { Kind::print(settings.*kField, out); },
      .equal = [](const Settings& a, const Settings& b) { return a.*kField == b.*kField; },
      .copy = [](const Settings& from, Settings& to) { to.*kField = from.*kField; },
  };
}

using kinds::Choice;
using S = Settings;

constexpr SettingRow kRows[] = {
    row<&S::model, kinds::Text>("model", "the model's file; empty: the card's first .blm file",
                                Effect::kModel),
    row<&S::prompt, kinds::Text>(
        "prompt", "beginning of the story that is told at start, or the first question"),
    row<&S::autostart, kinds::Switch>("autostart",
                                      "whether a story is told, or the first question answered, "
                                      "at start"),
    row<&S::chat, Choice<kinds::ChatWords>>("chat",
                                            "auto: chat if the model was trained to; on: also say "
                                            "why if it was not; off: continue texts"),
    row<&S::system, kinds::Text>("system",
                                 "system prompt of a chat; empty: that of the model's template, "
                                 "none: nothing, not even Llama 3.1's dates",
                                 Effect::kConversation),
    row<&S::steps, kinds::Count>(
        "steps", "tokens of a story, prompt included, or of an answer; 0: the whole context"),
    row<&S::temperature, kinds::Temperature>("temperature",
                                             "0: always the likeliest token; higher: bolder"),
    row<&S::top_p, kinds::Share>(
        "top_p", "choose among the likeliest tokens that make up this share; 1: among all"),
    row<&S::seed, kinds::Seed>("seed",
                               "the same seed tells the same story; 0: another seed each time"),
    row<&S::top_k, kinds::Count>("top_k",
                                 "choose among this many of the likeliest tokens; 0: among all"),
    row<&S::min_p, kinds::Share>(
        "min_p", "leave out tokens less likely than this share of the likeliest; 0: none"),
    row<&S::repeat_penalty, kinds::Penalty>(
        "repeat_penalty",
        "makes the last tokens less likely, the prompt's among them; 1: off, 1.1 is usual"),
    row<&S::repeat_last, kinds::Count>("repeat_last", "how many tokens repeat_penalty looks back"),
    row<&S::ignore_eos, kinds::Switch>(
        "ignore_eos", "go on where the model would end its text or answer, up to steps"),
    row<&S::ctx, kinds::Count>(
        "ctx", "context in tokens; 0: the model's, or what fits into half of the memory",
        Effect::kModel),
    row<&S::kv, kinds::Kv>(
        "kv", "keys and values of the context in f32, f16 or q8_0: 4, 2 or about 1 byte each",
        Effect::kModel),
    row<&S::ram_mib, kinds::Mib>(
        "ram_mib",
        "use only this much memory, in MiB; what does not fit is streamed from the card; 0: all",
        Effect::kModel, "ram_mb"),
    row<&S::baud, kinds::Baud>("baud", "speed of the console", Effect::kSpeed),
    row<&S::serial, Choice<kinds::SerialWords>>(
        "serial",
        "the console's UART: pl011, or mini, which runs on the core's clock; in cmdline.txt only",
        Effect::kStart),
    row<&S::hash, kinds::Switch>("hash", "print a hash of all logits after each story",
                                 Effect::kModel),
    row<&S::records, kinds::Switch>("records", "print machine-readable lines for programs",
                                    Effect::kRecords),
    row<&S::profile, Choice<kinds::ProfileWords>>(
        "profile", "measure where the time goes: off, on, or trace for each step", Effect::kModel),
    row<&S::pace, kinds::Pace>(
        "pace", "what /bench printed of this board, to predict speeds with; empty: a Pi Zero's"),
    row<&S::poweroff, kinds::Switch>("poweroff", "switch off after the story at start"),
    row<&S::loader_wait, kinds::Wait>(
        "loader_wait", "seconds for which the boot loader waits for a push, or forever"),
    row<&S::loader_kernel, kinds::Text>(
        "loader_kernel", "the kernel on the card that the boot loader starts after that"),
};

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

size_t longest_setting_name() {
  size_t longest = 0;
  for (const SettingRow& row : kRows) longest = std::max(longest, row.name.size());
  return longest;
}

const SettingRow* find_setting(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const SettingRow& row : kRows) {
    if (row.name == name || row.old_name == name) return &row;
  }
  return nullptr;
}

}  // namespace kernel
