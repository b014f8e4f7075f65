#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/doc_table_makers.h"
#include "tests/bench/markdown.h"

namespace bench {
namespace {

using nlohmann::ordered_json;

constexpr const char* kUsual = "350";  // MB/s of SDRAM
// The larger of those that a run without --large measures, in the type that most will use.
constexpr const char* kShownModel = "stories15m-q4_0.blm";

std::string short_name(const ordered_json& entry) {
  std::string name = entry.at("model");
  return name.substr(0, name.find(".blm"));
}

double cycles(const ordered_json& stretch, const char* bandwidth = kUsual) {
  return stretch.at("cycles_per_token").at(bandwidth);
}

// While weights stream, the card (20 MB/s) and the core work at the same time.
double tokens_per_second(const ordered_json& stretch, const char* bandwidth) {
  const double card = stretch.value("streamed_bytes_per_token", 0.0) / 20e6;
  return 1 / std::max(cycles(stretch, bandwidth) / 1e9, card);
}

// The entry of a model, or nullptr.
const ordered_json* entry_of(const ordered_json& entries, const std::string& model) {
  const auto place = std::ranges::find_if(
      entries, [&](const ordered_json& one) { return one.at("model") == model; });
  return place == entries.end() ? nullptr : &*place;
}

}  // namespace

std::string speeds_table(const StoredFigures& figures) {
  MarkdownTable table(2, {"model", "weights", "predicted tokens/s", "at 300 to 600 MB/s of SDRAM"});
  for (const ordered_json& entry : figures.of("guest")) {
    const ordered_json& story = entry.at("story");
    const bool is_streamed = story.value("streamed_bytes_per_token", 0.0) > 0;
    table.add({code(short_name(entry)), is_streamed ? "partly streamed from the card" : "in memory",
               three_digits(tokens_per_second(story, kUsual)),
               three_digits(tokens_per_second(story, "300")) + " to " +
                   three_digits(tokens_per_second(story, "600"))});
  }
  for (const ordered_json& entry : figures.of("seven_b")) {
    const double seconds = entry.at("planned_token_s").at("total");
    table.add({"Llama-2-7B's shape, " + code(entry.at("type")), "streamed from the card, 20 MB/s",
               "one in " + with_commas(seconds) + " s", kNotMeasured});
  }
  return table.text();
}

std::string story_table(const StoredFigures& figures) {
  MarkdownTable table(1, {"model", "instructions", "per multiply-accumulate", "cycles",
                          "tokens/s at 300", "350", "400", "600 MB/s", "bound at 350"});
  for (const ordered_json& entry : figures.of("guest")) {
    const ordered_json& story = entry.at("story");
    std::vector<std::string> cells = {
        code(short_name(entry)), with_commas(story.at("instructions_per_token")),
        decimals(story.at("instructions_per_mac"), 2), with_commas(cycles(story))};
    for (const char* bandwidth : {"300", "350", "400", "600"}) {
      cells.push_back(three_digits(tokens_per_second(story, bandwidth)));
    }
    cells.push_back(three_digits(entry.at("tokens_per_second_bound")));
    table.add(cells);
  }
  return table.text();
}

std::string prompt_table(const StoredFigures& figures) {
  MarkdownTable table(1, {"model", "instructions", "per multiply-accumulate", "cycles",
                          "against a token of a story"});
  for (const ordered_json& entry : figures.of("guest")) {
    if (!entry.contains("prompt")) continue;
    const ordered_json& prompt = entry.at("prompt");
    table.add({code(short_name(entry)), with_commas(prompt.at("instructions_per_token")),
               decimals(prompt.at("instructions_per_mac"), 2), with_commas(cycles(prompt)),
               three_digits(cycles(entry.at("story")) / cycles(prompt)) + " times as fast"});
  }
  return table.text();
}

std::string planned_table(const StoredFigures& figures) {
  MarkdownTable table(4, {"model", "type", "keys and values", "tokens", "cycles", "planned",
                          "tokens/s", "planned", "error"});
  for (const ordered_json& entry : figures.of("planned")) {
    const double measured = entry.at("cycles_per_token"),
                 planned = entry.at("planned_cycles_per_token");
    const std::string model = entry.at("model");
    table.add({model.ends_with(".blm") ? code(short_name(entry)) : model, code(entry.at("type")),
               code(entry.at("kv")), entry.at("tokens_of"), with_commas(measured),
               with_commas(planned), three_digits(1e9 / measured), three_digits(1e9 / planned),
               signed_percent(planned / measured - 1)});
  }
  return table.text();
}

std::string plain_table(const StoredFigures& figures) {
  MarkdownTable table(1, {"model", "cycles", "plain C++", "against plain C++"});
  for (const ordered_json& entry : figures.of("guest")) {
    for (const ordered_json& plain : figures.of("plain")) {
      const std::string shape = plain.at("shape");
      if (!short_name(entry).starts_with(shape)) continue;
      const double ours = cycles(entry.at("story")), theirs = plain.at("cycles_per_token");
      table.add({code(short_name(entry)), with_commas(ours), with_commas(theirs),
                 three_digits(theirs / ours) + " times as fast"});
    }
  }
  return table.text();
}

std::string start_table(const StoredFigures& figures) {
  MarkdownTable table(
      1, {"model", "core", "card, 20 MB/s", "line, 115200 baud", "sum", "core to the first token"});
  for (const ordered_json& entry : figures.of("start")) {
    table.add({code(short_name(entry)), decimals(entry.at("prompt_core_seconds"), 2) + " s",
               decimals(entry.at("card_seconds"), 2) + " s",
               decimals(entry.at("line_seconds"), 2) + " s",
               decimals(entry.at("prompt_seconds"), 2) + " s",
               decimals(entry.at("first_token_core_seconds"), 2) + " s"});
  }
  return table.text();
}

// A column a model; the operations that cost most anywhere come first.
std::string operations_table(const StoredFigures& figures) {
  const ordered_json& models = figures.of("scopes");
  std::map<std::string, double> largest;  // part of the cycles, by operation
  std::map<std::pair<std::string, std::string>, double> parts;
  std::vector<std::string> headings = {"operation"};
  for (const ordered_json& model : models) {
    headings.push_back(code(short_name(model)));
    for (const ordered_json& scope : model.at("scopes")) {
      const std::string operation = scope.at("operation");
      const double part =
          scope.at("cycles_per_token").get<double>() / model.at("cycles_per_token").get<double>();
      largest[operation] = std::max(largest[operation], part);
      parts[{operation, model.at("model")}] = part;
    }
  }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [operation, part] : largest) order.emplace_back(part, operation);
  std::ranges::sort(order, std::greater{});
  MarkdownTable table(1, headings);
  std::vector<std::string> totals = {"cycles of a token"};
  for (const ordered_json& model : models) {
    totals.push_back(with_commas(model.at("cycles_per_token")));
  }
  table.add(totals);
  for (const auto& [unused, operation] : order) {
    std::vector<std::string> cells = {code(operation)};
    for (const ordered_json& model : models) {
      const auto part = parts.find({operation, model.at("model")});
      cells.push_back(part == parts.end() ? kNotMeasured : percent(part->second, 2));
    }
    table.add(cells);
  }
  return table.text();
}

std::string functions_table(const StoredFigures& figures) {
  constexpr size_t kLongestName = 60;
  MarkdownTable table(1, {"function", "calls", "cycles", "instructions", "cycles per instruction"});
  const ordered_json* const model = entry_of(figures.of("functions"), kShownModel);
  if (model == nullptr) return table.text();
  for (const ordered_json& one : model->at("functions")) {
    std::string name = one.at("name");
    if (name.size() > kLongestName) name = name.substr(0, kLongestName) + "...";
    table.add({code(name), with_commas(one.at("count_per_token")),
               with_commas(one.at("cycles_per_token")),
               with_commas(one.at("instructions_per_token")), decimals(one.at("cpi"), 2)});
  }
  return table.text();
}

}  // namespace bench
