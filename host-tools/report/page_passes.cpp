#include <algorithm>

#include "host-tools/report/charts.h"
#include "host-tools/report/markup.h"
#include "host-tools/report/page_sections.h"

namespace host {
namespace {

// More columns than this are thinner than a pixel on a phone.
constexpr size_t kMostColumns = 400;

// Passes that share a column of a chart: one, or several single tokens in a row.
struct Group {
  uint64_t first_index = 0, last_index = 0, position = 0, columns = 0;
  uint64_t ns = 0, wait_ns = 0, bytes = 0;
  bool prompt = false;
};

std::vector<Group> grouped_passes(const Answer& answer) {
  const size_t together = (answer.passes.size() + kMostColumns - 1) / kMostColumns;
  std::vector<Group> groups;
  size_t in_group = 0;
  for (const Pass& pass : answer.passes) {
    const bool prompt = pass.columns > 1;
    if (groups.empty() || prompt || groups.back().prompt || in_group == together) {
      groups.push_back({});
      groups.back().first_index = pass.index;
      groups.back().position = pass.position;
      groups.back().prompt = prompt;
      in_group = 0;
    }
    Group& group = groups.back();
    ++in_group;
    group.last_index = pass.index;
    group.columns += pass.columns;
    group.ns += pass.ns;
    group.wait_ns += std::min(pass.card_wait_ns, pass.ns);
    group.bytes += pass.card_bytes;
  }
  return groups;
}

std::string name_of(const Group& group) {
  std::string name = "Pass " + std::to_string(group.first_index);
  if (group.last_index != group.first_index) name += " to " + std::to_string(group.last_index);
  if (group.prompt) name += ", " + std::to_string(group.columns) + " tokens of the prompt together";
  return name + ", position " + std::to_string(group.position);
}

double of_a_token(uint64_t ns, const Group& group) {
  return static_cast<double>(ns) / 1e6 / static_cast<double>(std::max<uint64_t>(group.columns, 1));
}

std::string passes_line(const Answer& answer) {
  const uint64_t begin = answer.passes.front().start_ns;
  uint64_t end = begin + 1;
  std::vector<PlacedSegment> segments;
  for (const Pass& pass : answer.passes) {
    end = std::max(end, pass.start_ns + pass.ns);
    const std::string hint = "Pass " + std::to_string(pass.index) + ": " +
                             std::to_string(pass.columns) +
                             (pass.columns == 1 ? " token, " : " tokens, ") + duration(pass.ns);
    segments.push_back({static_cast<double>(pass.start_ns - begin), static_cast<double>(pass.ns),
                        pass.columns > 1 ? "pass prompt" : "pass compute", hint});
  }
  const bool is_short = end - begin < 1000000000;
  const double unit = is_short ? 1e6 : 1e9;
  for (PlacedSegment& segment : segments) {
    segment.start /= unit;
    segment.length /= unit;
  }
  return time_line(
      "The passes in time",
      "Each forward pass from its beginning to its end; between them a token is chosen and "
      "printed.",
      segments, static_cast<double>(end - begin) / unit, is_short ? "ms" : "s");
}

std::string passes_chart(const std::vector<Group>& groups) {
  ColumnChart chart{
      "Time of each token",
      "Milliseconds per token over the positions of the text. The area of a column is "
      "the time of its pass.",
      "ms per token",
      "position",
      {}};
  for (const Group& group : groups) {
    const std::string name = name_of(group) + ": " + decimal(of_a_token(group.ns, group), 3) +
                             " ms per token, " + share(group.wait_ns, group.ns) +
                             " of it waiting for the card";
    chart.columns.push_back(
        {static_cast<double>(std::max<uint64_t>(group.columns, 1)),
         std::to_string(group.position),
         {{of_a_token(group.ns - group.wait_ns, group), group.prompt ? "prompt" : "compute", name},
          {of_a_token(group.wait_ns, group), "wait", name}}});
  }
  return column_chart(chart);
}

std::string rate_chart(const std::vector<Group>& groups) {
  ColumnChart chart{"Rate of the card in each pass",
                    "Megabytes per second that came from the card, over each pass's whole time.",
                    "MB/s",
                    "position",
                    {}};
  for (const Group& group : groups) {
    const double rate =
        group.ns == 0 ? 0 : static_cast<double>(group.bytes) * 1e3 / static_cast<double>(group.ns);
    chart.columns.push_back(
        {static_cast<double>(std::max<uint64_t>(group.columns, 1)),
         std::to_string(group.position),
         {{rate, "hidden-transfer",
           name_of(group) + ": " + bytes_moved(group.bytes) + ", " + decimal(rate, 2) + " MB/s, " +
               duration(group.wait_ns) + " waiting"}}});
  }
  return column_chart(chart);
}

// The answer's time: computing, some of it with a transfer in the background, and standing still.
std::string overlap_picture(const CardFacts& card, uint64_t whole) {
  const uint64_t wait = std::min(card.wait_ns, whole);
  const uint64_t transfer = std::min(card.transfer_ns, whole);
  const uint64_t hidden = transfer > wait ? transfer - wait : 0;
  const uint64_t computing = whole - wait;
  const auto value = [](uint64_t ns) { return static_cast<double>(ns); };
  const std::vector<Segment> time = {
      {value(computing), "compute", "Computing: " + duration(computing)},
      {value(wait), "wait", "Waiting for the card: " + duration(wait)}};
  const std::vector<Segment> card_time = {
      {value(hidden), "hidden-transfer", "Transfer while it computes: " + duration(hidden)},
      {value(whole - wait - hidden), "empty",
       "The card is idle: " + duration(whole - wait - hidden)},
      {value(wait), "wait", "Transfer that is waited for: " + duration(wait)}};
  return "<p class=\"remark\">The core:</p>\n" + strip("What the core did", time, value(whole)) +
         "<p class=\"remark\">The card:</p>\n" +
         strip("What the card did", card_time, value(whole));
}

}  // namespace

std::string tokens_section(const Answer& answer, const Summary& summary) {
  if (answer.passes.empty()) return {};
  const auto groups = grouped_passes(answer);
  const bool any_prompt =
      std::any_of(groups.begin(), groups.end(), [](const Group& group) { return group.prompt; });
  const bool any_wait = std::any_of(groups.begin(), groups.end(),
                                    [](const Group& group) { return group.wait_ns > 0; });
  std::vector<LegendEntry> entries = {{"compute", "a token"}};
  if (any_prompt) entries.push_back({"prompt", "tokens of the prompt, together"});
  if (any_wait) entries.push_back({"wait", "waiting for the card"});
  return "<h3>Time per token</h3>\n<p>" + grouped(answer.passes.size()) + " forward passes for " +
         grouped(summary.tokens_computed) + " tokens took " + duration(summary.pass_ns) +
         ".</p>\n" + legend(entries) + passes_line(answer) + passes_chart(groups);
}

std::string card_section(const Answer& answer, const Summary& summary) {
  const auto groups = grouped_passes(answer);
  uint64_t pass_bytes = 0;
  for (const Group& group : groups) pass_bytes += group.bytes;
  if (!answer.card && pass_bytes == 0) return {};
  std::string html = "<h3>Card against compute</h3>\n";
  if (answer.card) {
    const CardFacts& card = *answer.card;
    if (card.bytes == 0)
      return html + "<p>Nothing was read from the card: all weights are in memory.</p>\n";
    const uint64_t hidden = card.transfer_ns > card.wait_ns ? card.transfer_ns - card.wait_ns : 0;
    html += "<p>" + bytes_moved(card.bytes) + " came in " + grouped(card.reads) + " reads and " +
            duration(card.transfer_ns) + " of transfer: " + duration(hidden) +
            " of them in the background, while it computed, and " + duration(card.wait_ns) +
            " of waiting. Reads that were repeated: " + grouped(card.retries) +
            " after a fault of the card, " + grouped(card.crc_retries) +
            " after a wrong checksum.</p>\n" +
            legend({{"compute", "computing"},
                    {"wait", "waiting for the card"},
                    {"hidden-transfer", "transfer in the background"},
                    {"empty", "the card is idle"}}) +
            overlap_picture(card, summary.ns);
  }
  if (pass_bytes > 0) html += rate_chart(groups);
  return html;
}

}  // namespace host
