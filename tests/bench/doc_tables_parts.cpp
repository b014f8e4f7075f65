#include <algorithm>
#include <string>
#include <vector>

#include "host-tools/support/failure.h"
#include "tests/bench/doc_table_makers.h"
#include "tests/bench/markdown.h"

namespace bench {
namespace {

using nlohmann::ordered_json;

// A table with a row for each value of `row`, and a column for each of `column`, in the order in
// which they come.
template <typename Cell>
std::string cross_table(const ordered_json& entries, const std::string& corner, auto row,
                        auto column, Cell cell) {
  std::vector<std::string> rows, headings = {corner};
  const auto add_new = [](std::vector<std::string>& names, const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const ordered_json& entry : entries) {
    add_new(rows, row(entry));
    add_new(headings, column(entry));
  }
  MarkdownTable table(1, headings);
  for (const std::string& name : rows) {
    std::vector<std::string> cells(headings.size(), kNotMeasured);
    cells[0] = name;
    for (const ordered_json& entry : entries) {
      if (row(entry) != name) continue;
      cells[static_cast<size_t>(std::ranges::find(headings, column(entry)) - headings.begin())] =
          cell(entry);
    }
    table.add(cells);
  }
  return table.text();
}

auto field(const char* name) {
  return [name](const ordered_json& entry) { return entry.at(name).get<std::string>(); };
}

}  // namespace

std::string loops_table(const StoredFigures& figures) {
  MarkdownTable table(1, {"loop", "by the manual", "model, per round", "error"});
  for (const ordered_json& entry : figures.of("loops")) {
    const double manual = entry.at("manual_cycles"), model = entry.at("cycles");
    table.add({code(entry.at("loop")), decimals(manual, 0), decimals(model, 2),
               signed_percent(model / manual - 1)});
  }
  return table.text();
}

std::string core_table(const StoredFigures& figures) {
  MarkdownTable table(2, {"what", "published as", "published", "model", "error"});
  for (const ordered_json& entry : figures.of("core")) {
    const std::string unit = " " + entry.at("unit").get<std::string>();
    const double published = entry.at("published"), model = entry.at("model");
    const bool is_known = published != 0;
    table.add({entry.at("what"), entry.at("as"),
               is_known ? three_digits(published) + unit : "none found", three_digits(model) + unit,
               is_known ? signed_percent(model / published - 1) : "it is set"});
  }
  return table.text();
}

std::string rows_table(const StoredFigures& figures) {
  constexpr uint32_t kNarrow = 288;
  const ordered_json& entries = figures.of("rows");
  MarkdownTable table(1, {"type", "columns", "cycles", "instructions", "against 288 columns",
                          "against reading the weight"});
  for (const ordered_json& entry : entries) {
    const auto narrow = std::ranges::find_if(entries, [&](const ordered_json& one) {
      return one.at("type") == entry.at("type") && one.at("columns") == kNarrow;
    });
    const double cycles = entry.at("cycles_per_mac");
    table.add({code(entry.at("type")), decimals(entry.at("columns"), 0), decimals(cycles, 3),
               decimals(entry.at("instructions_per_mac"), 3),
               narrow == entries.end()
                   ? kNotMeasured
                   : signed_percent(cycles / narrow->at("cycles_per_mac").get<double>() - 1),
               signed_percent(entry.at("over_reading"))});
  }
  return table.text();
}

std::string pruning_table(const StoredFigures& figures) {
  MarkdownTable table(1, {"type", "zeros", "cycles of a kept weight", "bytes", "time from memory",
                          "from a card, 20 MB/s"});
  for (const ordered_json& entry : figures.of("pruning")) {
    table.add({code(entry.at("type")), decimals(entry.at("pruned"), 0) + " %",
               decimals(entry.at("cycles_of_kept"), 2), decimals(entry.at("bytes_of_dense"), 2),
               decimals(entry.at("pinned_of_dense"), 2),
               decimals(entry.at("streamed_of_dense"), 2)});
  }
  return table.text();
}

std::string tokenizer_table(const StoredFigures& figures) {
  return cross_table(
      figures.of("tokenizer"), "vocabulary",
      [](const ordered_json& entry) {
        return host::text("{}, {} tokens", entry.at("vocabulary").get<std::string>(),
                          with_commas(entry.at("tokens")));
      },
      field("text"),
      [](const ordered_json& entry) { return decimals(entry.at("milliseconds"), 1) + " ms"; });
}

std::string host_table(const StoredFigures& figures) {
  MarkdownTable table(2, {"model", "machine", "tokens/s, median", "slowest", "fastest", "plain C++",
                          "against plain C++"});
  for (const ordered_json& entry : figures.of("host")) {
    const double median = entry.at("tokens_per_s"), plain = entry.at("plain_tokens_per_s");
    table.add({code(entry.at("model")), entry.at("machine"), three_digits(median),
               three_digits(entry.at("slowest_tokens_per_s")),
               three_digits(entry.at("fastest_tokens_per_s")),
               plain == 0 ? kNotMeasured : three_digits(plain),
               plain == 0 ? kNotMeasured : three_digits(median / plain) + " times as fast"});
  }
  return table.text();
}

std::string perplexity_table(const StoredFigures& figures) {
  return cross_table(
      figures.of("perplexity"), "weights",
      [](const ordered_json& entry) { return code(entry.at("weights")); },
      [](const ordered_json& entry) {
        return host::text("{}, kv {}", entry.at("model").get<std::string>(),
                          entry.at("kv").get<std::string>());
      },
      [](const ordered_json& entry) { return decimals(entry.at("perplexity"), 4); });
}

// What board and plan say is shown once when they agree.
std::string seven_b_table(const StoredFigures& figures) {
  const ordered_json& entries = figures.of("seven_b");
  std::vector<std::string> headings = {"board, and this machine or the plan"};
  std::vector<std::vector<std::string>> rows = {{"hash of all logits"},
                                                {"peak of the memory"},
                                                {"pinned"},
                                                {"read for the prompt"},
                                                {"read for each token after it"},
                                                {"predicted of a board: the prompt"},
                                                {"predicted of a board: a token"}};
  const auto bytes = [](const ordered_json& board, const ordered_json& plan) {
    const std::string text = with_commas(board.get<double>()) + " bytes";
    return board == plan ? text + ", equal" : text + "; planned " + with_commas(plan.get<double>());
  };
  const auto time = [](const ordered_json& seconds) {
    return host::text("{:.0} s (card {:.0}, core {:.0})", seconds.at("total").get<double>(),
                      seconds.at("card").get<double>(), seconds.at("core").get<double>());
  };
  for (const ordered_json& entry : entries) {
    headings.push_back(host::text("{}, {:.0} MB in {} part{}", entry.at("type").get<std::string>(),
                                  entry.at("model_bytes").get<double>() / 1e6,
                                  entry.at("parts").get<int>(), entry.at("parts") == 1 ? "" : "s"));
    const ordered_json& read = entry.at("pass_bytes");
    const ordered_json& planned = entry.at("planned_pass_bytes");
    const std::vector<std::string> cells = {
        entry.at("same_hash").get<bool>() ? "equal" : "NOT equal",
        bytes(entry.at("peak_bytes"), entry.at("planned_peak_bytes")),
        bytes(entry.at("pinned_bytes"), entry.at("planned_pinned_bytes")),
        bytes(read.at(0), planned.at(0)),
        bytes(read.back(), planned.back()),
        time(entry.at("planned_prompt_s")),
        time(entry.at("planned_token_s"))};
    for (size_t i = 0; i < rows.size(); ++i) rows[i].push_back(cells[i]);
  }
  MarkdownTable table(1, headings);
  for (const std::vector<std::string>& row : rows) table.add(row);
  return table.text();
}

}  // namespace bench
