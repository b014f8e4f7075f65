#include <algorithm>
#include <array>

#include "host-tools/report/charts.h"
#include "host-tools/report/markup.h"
#include "host-tools/report/page_sections.h"

namespace host {
namespace {

struct Kind {
  std::string_view name, meaning;
};
constexpr std::array<Kind, 7> kKinds = {{{"image", "the kernel"},
                                         {"stack", "stacks"},
                                         {"model", "model and buffers"},
                                         {"ramdisk", "RAM disk"},
                                         {"firmware", "firmware and GPU"},
                                         {"free", "free"},
                                         {"other", "other"}}};

// Kinds become names of classes, so only those that are known.
std::string_view known_kind(const std::string& kind) {
  for (const Kind& known : kKinds) {
    if (known.name == kind) return known.name;
  }
  return "other";
}

std::string class_of(const MemoryPart& part) {
  return "kind-" + std::string(known_kind(part.kind));
}

// All parts, or those that are not free.
std::string map_strip(const MemoryFacts& memory, bool with_free) {
  std::vector<Segment> segments;
  uint64_t whole = 0;
  for (const MemoryPart& part : memory.parts) {
    if (!with_free && part.kind == "free") continue;
    whole += part.bytes;
    segments.push_back({static_cast<double>(part.bytes), class_of(part),
                        part.name + ": " + bytes_held(part.bytes)});
  }
  if (whole == 0) return {};
  const std::string title = with_free ? "Map of the whole memory" : "Map of the memory in use";
  return "<p class=\"remark\">" + std::string(with_free ? "All of it, " : "What is in use, ") +
         bytes_held(whole) + ":</p>\n" + strip(title, segments, static_cast<double>(whole));
}

std::string kinds_legend(const MemoryFacts& memory) {
  std::vector<LegendEntry> entries;
  for (const Kind& kind : kKinds) {
    const bool present =
        std::any_of(memory.parts.begin(), memory.parts.end(),
                    [&](const MemoryPart& part) { return known_kind(part.kind) == kind.name; });
    if (present) entries.push_back({"kind-" + std::string(kind.name), std::string(kind.meaning)});
  }
  return legend(entries);
}

std::string parts_table(const MemoryFacts& memory) {
  std::string html =
      "<table class=\"memory\">\n<thead><tr><th scope=\"col\">part</th>"
      "<th scope=\"col\">kind</th><th class=\"n\" scope=\"col\">size</th>"
      "<th class=\"n spare\" scope=\"col\">bytes</th>"
      "<th class=\"n\" scope=\"col\">share</th></tr></thead>\n<tbody>\n";
  const auto row = [&](const std::string& name, const std::string& kind, uint64_t bytes,
                       const std::string& css_class) {
    html += table_row(
        {name_cell(name), "<td>" + escaped(kind) + "</td>", number_cell(bytes_held(bytes)),
         "<td class=\"n spare\">" + grouped(bytes) + "</td>",
         number_cell(share(bytes, memory.ram))},
        css_class);
  };
  uint64_t sum = 0;
  for (const MemoryPart& part : memory.parts) {
    sum += part.bytes;
    row(part.name, part.kind, part.bytes, "");
  }
  if (sum != memory.ram) {
    const bool missing = sum < memory.ram;
    row(missing ? "not accounted for" : "more than there is", "",
        missing ? memory.ram - sum : sum - memory.ram, "warn");
  }
  html += "</tbody>\n<tfoot>";
  row("RAM", "", memory.ram, "");
  return html + "</tfoot>\n</table>\n";
}

std::string high_water_table(const MemoryFacts& memory) {
  if (memory.high.empty()) return {};
  std::string html =
      "<h3>High-water marks</h3>\n<table class=\"high-water\">\n<thead><tr>"
      "<th scope=\"col\">memory</th><th scope=\"col\"></th>"
      "<th class=\"n\" scope=\"col\">used at most</th>"
      "<th class=\"n\" scope=\"col\">of</th>"
      "<th class=\"n\" scope=\"col\">share</th></tr></thead>\n<tbody>\n";
  for (const HighWater& mark : memory.high) {
    const double full = static_cast<double>(std::max<uint64_t>(mark.bytes, 1));
    const double used = std::min(static_cast<double>(mark.used), full);
    html += table_row({name_cell(mark.name), picture_cell(bar({{used, "compute", {}}}, full)),
                       number_cell(bytes_held(mark.used)), number_cell(bytes_held(mark.bytes)),
                       number_cell(share(mark.used, mark.bytes))},
                      mark.used >= mark.bytes ? "warn" : "");
  }
  return html + "</tbody>\n</table>\n";
}

}  // namespace

std::string memory_section(const Answer& answer) {
  if (!answer.memory) return {};
  const MemoryFacts& memory = *answer.memory;
  const bool any_free = std::any_of(memory.parts.begin(), memory.parts.end(),
                                    [](const MemoryPart& part) { return part.kind == "free"; });
  return "<h3>Memory</h3>\n" + kinds_legend(memory) + map_strip(memory, true) +
         (any_free ? map_strip(memory, false) : "") + parts_table(memory) +
         high_water_table(memory);
}

}  // namespace host
