#include <algorithm>

#include "host-tools/report/charts.h"
#include "host-tools/report/markup.h"
#include "host-tools/report/page_sections.h"

namespace host {
namespace {

std::string class_of(OperationGroup group) {
  return "g" + std::to_string(static_cast<size_t>(group));
}

std::string per_token(uint64_t ns, const Summary& summary) {
  return summary.tokens_computed == 0 ? "" : milliseconds(ns / summary.tokens_computed);
}

std::vector<std::string> operation_cells(const std::string& name, const std::string& remark,
                                         OperationGroup group, uint64_t ns,
                                         const std::string& calls, uint64_t longest,
                                         const Summary& summary) {
  const Segment segment{static_cast<double>(ns), class_of(group),
                        name + ": " + duration(ns) + ", " + share(ns, summary.ns)};
  return {name_cell(name, remark),       picture_cell(bar({segment}, static_cast<double>(longest))),
          number_cell(milliseconds(ns)), number_cell(share(ns, summary.ns)),
          number_cell(calls, "spare"),   number_cell(per_token(ns, summary), "spare")};
}

std::string operations_body(const Summary& summary) {
  uint64_t longest = std::max<uint64_t>(summary.rest_ns, 1);
  for (const OperationTotal& operation : summary.operations) {
    longest = std::max(longest, operation.ns);
  }
  std::string rows;
  for (const OperationTotal& operation : summary.operations) {
    rows += table_row(operation_cells(operation.name, std::string(meaning_of(operation.name)),
                                      group_of(operation.name), operation.ns,
                                      grouped(operation.count), longest, summary));
  }
  rows += table_row(operation_cells("remainder", "what no operation covers", OperationGroup::kRest,
                                    summary.rest_ns, "", longest, summary));
  if (const int64_t lost = summary.unaccounted_ns(); lost != 0) {
    const std::string amount = duration(static_cast<uint64_t>(lost < 0 ? -lost : lost));
    rows += table_row({name_cell("does not add up", "records are missing, or cut"),
                       picture_cell(""), number_cell((lost < 0 ? "−" : "") + amount),
                       number_cell(""), number_cell("", "spare"), number_cell("", "spare")},
                      "warn");
  }
  return rows;
}

std::string group_legend(const GroupTimes& present) {
  std::vector<LegendEntry> entries;
  for (const OperationGroup group : kGroups) {
    if (present[static_cast<size_t>(group)] == 0) continue;
    entries.push_back({class_of(group), std::string(title_of(group))});
  }
  return legend(entries);
}

GroupTimes groups_of(const Summary& summary) {
  GroupTimes groups{};
  for (const OperationTotal& operation : summary.operations) {
    groups[static_cast<size_t>(group_of(operation.name))] += operation.ns;
  }
  groups[static_cast<size_t>(OperationGroup::kRest)] += summary.rest_ns;
  return groups;
}

// The groups' shares of the whole, as one picture.
std::string groups_strip(const GroupTimes& groups, const Summary& summary) {
  std::vector<Segment> segments;
  for (const OperationGroup group : kGroups) {
    const uint64_t ns = groups[static_cast<size_t>(group)];
    segments.push_back({static_cast<double>(ns), class_of(group),
                        std::string(title_of(group)) + " (" + members_of(group) +
                            "): " + duration(ns) + ", " + share(ns, summary.ns)});
  }
  return strip("Shares of the groups of operations in the whole time", segments,
               static_cast<double>(std::max<uint64_t>(summary.ns, 1)));
}

std::vector<Segment> layer_segments(const LayerTotal& layer, bool has_groups) {
  const std::string name = "Layer " + std::to_string(layer.layer) + ", ";
  if (!has_groups) return {{static_cast<double>(layer.ns), "compute", name + duration(layer.ns)}};
  std::vector<Segment> segments;
  for (const OperationGroup group : kGroups) {
    const uint64_t ns = layer.by_group[static_cast<size_t>(group)];
    segments.push_back({static_cast<double>(ns), class_of(group),
                        name + std::string(title_of(group)) + ": " + duration(ns) + ", " +
                            share(ns, layer.ns) + " of the layer"});
  }
  return segments;
}

}  // namespace

std::string operations_section(const Answer& answer, const Summary& summary) {
  const GroupTimes groups = groups_of(summary);
  std::string html =
      "<h3>Time per operation</h3>\n<p>Each operation's own time, without that of "
      "what runs within it: the rows add up to the whole.";
  if (!summary.from_profile) {
    html +=
        " The answer's profile is missing from the recording, so these are the sums of its "
        "passes, without what happens between them.";
  } else if (!answer.profile->complete()) {
    html += " Of the profile's " + std::to_string(answer.profile->parts) + " records only " +
            std::to_string(answer.profile->lines) + " are present.";
  }
  html += "</p>\n" + groups_strip(groups, summary) + group_legend(groups);
  html +=
      "<div class=\"wide\"><table class=\"operations\">\n<thead><tr><th scope=\"col\">operation"
      "</th><th scope=\"col\"></th><th class=\"n\" scope=\"col\">time, ms</th>"
      "<th class=\"n\" scope=\"col\">share</th><th class=\"n spare\" scope=\"col\">calls</th>"
      "<th class=\"n spare\" scope=\"col\">ms per token</th></tr></thead>\n<tbody>\n";
  html += operations_body(summary) + "</tbody>\n<tfoot>";
  html += table_row({name_cell("whole"), picture_cell(""), number_cell(milliseconds(summary.ns)),
                     number_cell(share(summary.ns, summary.ns)), number_cell("", "spare"),
                     number_cell(per_token(summary.ns, summary), "spare")});
  html += "</tfoot>\n</table></div>\n";
  if (summary.tokens_computed > 0) {
    html += "<p class=\"remark\">A token: one of the " + grouped(summary.tokens_computed) +
            " that were computed, the prompt's among them.</p>\n";
  }
  return html;
}

std::string layers_section(const Summary& summary) {
  if (summary.layers.empty()) return {};
  uint64_t longest = 1, all = 0;
  GroupTimes groups{};
  for (const LayerTotal& layer : summary.layers) {
    longest = std::max(longest, layer.ns);
    all += layer.ns;
    for (size_t i = 0; i < kGroupCount; ++i) groups[i] += layer.by_group[i];
  }
  std::string html =
      "<h3>Time per layer</h3>\n" + group_legend(groups) +
      "<table class=\"layers\">\n<thead><tr><th scope=\"col\">layer</th>"
      "<th scope=\"col\"></th><th class=\"n\" scope=\"col\">time, ms</th>"
      "<th class=\"n\" scope=\"col\">share of the whole</th></tr></thead>\n<tbody>\n";
  for (const LayerTotal& layer : summary.layers) {
    html += table_row(
        {name_cell(std::to_string(layer.layer)),
         "<td class=\"picture broad\">" +
             bar(layer_segments(layer, summary.layers_have_groups), static_cast<double>(longest)) +
             "</td>",
         number_cell(milliseconds(layer.ns)), number_cell(share(layer.ns, summary.ns))});
  }
  html += "</tbody>\n<tfoot>" +
          table_row({name_cell("all"), picture_cell(""), number_cell(milliseconds(all)),
                     number_cell(share(all, summary.ns))}) +
          "</tfoot>\n</table>\n";
  return html;
}

std::string counters_section(const Summary& summary) {
  std::map<std::string, uint64_t> totals;
  for (const OperationTotal& operation : summary.operations) {
    for (const auto& [name, value] : operation.counters) totals[name] += value;
  }
  if (totals.empty()) return {};
  std::string html =
      "<h3>Events of the core</h3>\n<div class=\"wide\"><table "
      "class=\"counters\">\n<thead><tr><th scope=\"col\">operation</th>";
  for (const auto& [name, total] : totals) {
    html += "<th class=\"n\" scope=\"col\">" + escaped(name) +
            "</th><th class=\"n\" scope=\"col\">each µs</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  uint64_t counted_ns = 0;
  const auto cells = [&](std::vector<std::string>& row, uint64_t value, uint64_t ns) {
    row.push_back(number_cell(grouped(value)));
    row.push_back(number_cell(
        ns == 0 ? "" : decimal(static_cast<double>(value) * 1e3 / static_cast<double>(ns), 2)));
  };
  for (const OperationTotal& operation : summary.operations) {
    if (operation.counters.empty()) continue;
    counted_ns += operation.ns;
    std::vector<std::string> row = {name_cell(operation.name)};
    for (const auto& [name, total] : totals) {
      const auto found = operation.counters.find(name);
      cells(row, found == operation.counters.end() ? 0 : found->second, operation.ns);
    }
    html += table_row(row);
  }
  std::vector<std::string> sums = {name_cell("all")};
  for (const auto& [name, total] : totals) cells(sums, total, counted_ns);
  return html + "</tbody>\n<tfoot>" + table_row(sums) + "</tfoot>\n</table></div>\n";
}

}  // namespace host
