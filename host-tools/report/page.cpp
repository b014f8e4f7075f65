#include "host-tools/report/page.h"

#include "host-tools/report/markup.h"
#include "host-tools/report/page_parts.h"
#include "host-tools/report/page_sections.h"

namespace host {
namespace {

constexpr size_t kMostSkippedShown = 5;

// What has been filled in is not searched again, so that no text can pose as a place.
std::string filled(std::string_view frame, const std::map<std::string, std::string>& places) {
  std::string page;
  while (!frame.empty()) {
    const size_t begin = frame.find("{{");
    page += frame.substr(0, begin);
    if (begin == std::string_view::npos) break;
    frame.remove_prefix(begin + 2);
    const size_t end = frame.find("}}");
    page += places.at(std::string(frame.substr(0, end)));
    frame.remove_prefix(end + 2);
  }
  return page;
}

std::string model_of(const Answer& answer) {
  return answer.model && !answer.model->name.empty() ? answer.model->name : "an unknown model";
}

std::string name_of(const Answer& answer, bool several_boots) {
  std::string name = "Answer " + std::to_string(answer.number);
  if (several_boots) name += " of boot " + std::to_string(answer.boot);
  return name;
}

std::string id_of(const Answer& answer) {
  return "boot" + std::to_string(answer.boot) + "-answer" + std::to_string(answer.number);
}

std::string emulator_note() {
  return "<p class=\"note emulated\"><strong>These are an emulator’s times, not a "
         "board’s.</strong> "
         "The clock was the system timer, because the core’s cycle counter does not count there. "
         "An "
         "emulator has no caches, no slow memory and no slow card, and runs as fast as the "
         "computer "
         "that runs it allows: compare shares and counts with care, and speeds not at all.</p>\n";
}

std::string skipped_note(const Recording& recording) {
  if (recording.skipped.empty()) return {};
  const size_t count = recording.skipped.size();
  std::string html = "<div class=\"note skipped\">" + std::to_string(count) +
                     (count == 1 ? " line" : " lines") + " of the recording could not be used:<ul>";
  for (size_t i = 0; i < count && i < kMostSkippedShown; ++i) {
    html += "<li>line " + std::to_string(recording.skipped[i].line) + ": " +
            escaped(recording.skipped[i].reason) + "</li>";
  }
  if (count > kMostSkippedShown) {
    html += "<li>and " + std::to_string(count - kMostSkippedShown) + " more</li>";
  }
  return html + "</ul></div>\n";
}

std::string answers_table(const std::vector<const Answer*>& answers, bool several_boots) {
  std::string html =
      "<h2>Answers</h2>\n<div class=\"wide\"><table class=\"answers\">\n<thead><tr>"
      "<th scope=\"col\">answer</th><th scope=\"col\">model</th>"
      "<th scope=\"col\" class=\"spare\">board</th>"
      "<th class=\"n\" scope=\"col\">tokens</th><th class=\"n\" scope=\"col\">tokens/s"
      "</th><th class=\"n\" scope=\"col\">time</th></tr></thead>\n<tbody>\n";
  for (const Answer* answer : answers) {
    const auto speed = tokens_per_second(*answer);
    const std::string board =
        answer->machine ? answer->machine->board + (answer->machine->emulated() ? ", emulated" : "")
                        : "";
    html += table_row({"<th scope=\"row\"><a href=\"#" + id_of(*answer) + "\">" +
                           escaped(name_of(*answer, several_boots)) + "</a></th>",
                       "<td>" + escaped(model_of(*answer)) + "</td>",
                       "<td class=\"spare\">" + escaped(board) + "</td>",
                       number_cell(answer->end ? std::to_string(answer->end->tokens) : ""),
                       number_cell(speed ? decimal(*speed, 2) : ""),
                       number_cell(duration(summarize(*answer).ns))});
  }
  return html + "</tbody>\n</table></div>\n";
}

std::string answer_section(const Answer& answer, bool several_boots) {
  const Summary summary = summarize(answer);
  std::string html = "<section class=\"answer\" id=\"" + id_of(answer) + "\">\n<h2>" +
                     escaped(name_of(answer, several_boots) + ": " + model_of(answer)) + "</h2>\n";
  if (answer.machine && answer.machine->emulated()) html += emulator_note();
  if (!answer.end) {
    html += "<p class=\"note\">The recording ends before this answer does.</p>\n";
  }
  return html + facts_section(answer, summary) + operations_section(answer, summary) +
         layers_section(summary) + tokens_section(answer, summary) + card_section(answer, summary) +
         counters_section(summary) + memory_section(answer) + "</section>\n";
}

}  // namespace

std::string table_row(const std::vector<std::string>& cells, const std::string& css_class) {
  std::string row = css_class.empty() ? "<tr>" : "<tr class=\"" + css_class + "\">";
  for (const std::string& cell : cells) row += cell;
  return row + "</tr>\n";
}

std::string name_cell(const std::string& text, const std::string& remark) {
  std::string cell = "<th scope=\"row\">" + escaped(text);
  if (!remark.empty()) cell += " <small>" + escaped(remark) + "</small>";
  return cell + "</th>";
}

std::string number_cell(const std::string& text, const std::string& css_class) {
  const std::string classes = css_class.empty() ? "n" : "n " + css_class;
  return "<td class=\"" + classes + "\">" + escaped(text) + "</td>";
}

std::string picture_cell(const std::string& svg) {
  return "<td class=\"picture\">" + svg + "</td>";
}

std::string legend(const std::vector<LegendEntry>& entries) {
  std::string list = "<ul class=\"legend\">";
  for (const LegendEntry& entry : entries) {
    list += "<li><svg aria-hidden=\"true\" style=\"display:inline-block\"><rect class=\"" +
            escaped(entry.css_class) + "\" width=\"100%\" height=\"100%\"/></svg>" +
            escaped(entry.text) + "</li>";
  }
  return list + "</ul>\n";
}

std::string report_page(const Recording& recording, const std::string& source) {
  std::vector<const Answer*> answers;
  bool several_boots = false;
  for (const Answer& answer : recording.answers) {
    if (!answer.has_times()) continue;
    answers.push_back(&answer);
    several_boots |= answer.boot != answers.front()->boot;
  }
  std::string title = "barellama: where the time went";
  if (answers.size() == 1) title += ", " + model_of(*answers.front());
  std::string content = "<header>\n<h1>" + escaped(title) + "</h1>\n<p>From " + escaped(source) +
                        ", " + grouped(recording.lines) + " lines.</p>\n</header>\n<main>\n";
  content += skipped_note(recording);
  if (answers.size() > 1) content += answers_table(answers, several_boots);
  for (const Answer* answer : answers) content += answer_section(*answer, several_boots);
  content +=
      "</main>\n<footer>Made by <code>barellama report</code>. A pointer that rests on a "
      "picture shows its numbers.</footer>";
  return filled(
      kPageHtml,
      {{"title", escaped(title)}, {"style", std::string(kPageCss)}, {"content", content}});
}

}  // namespace host
