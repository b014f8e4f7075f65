#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/commands/commands.h"
#include "host-tools/report/page.h"
#include "host-tools/report/trace_events.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string recording;
  std::optional<std::string> page, trace;
  std::vector<size_t> answers;
};

void write_whole(const fs::path& target, const std::string& content) {
  PendingFile file(target);
  file.write(content);
  file.commit();
}

void refuse_same(const fs::path& one, const fs::path& other) {
  std::error_code error;
  if (fs::equivalent(one, other, error) ||
      fs::weakly_canonical(one, error) == fs::weakly_canonical(other, error)) {
    fail("{}: it can't be written there, {} is the same file; name another one", other.string(),
         one.string());
  }
}

void tell_skipped(const Recording& recording, const std::string& name) {
  if (recording.skipped.empty()) return;
  const SkippedLine& first = recording.skipped.front();
  const size_t count = recording.skipped.size();
  std::fprintf(stderr, "barellama: %s: skipped %zu %s of %llu; line %llu: %s\n", name.c_str(),
               count, count == 1 ? "line" : "lines",
               static_cast<unsigned long long>(recording.lines),
               static_cast<unsigned long long>(first.line), first.reason.c_str());
}

// Keeps the answers that were asked for: by their place in the recording, from 1.
void choose(Recording& recording, const std::vector<size_t>& wanted, const std::string& name) {
  std::erase_if(recording.answers, [](const Answer& answer) { return !answer.has_times(); });
  if (wanted.empty()) return;
  std::vector<Answer> chosen;
  for (size_t i = 0; i < recording.answers.size(); ++i) {
    if (std::find(wanted.begin(), wanted.end(), i + 1) != wanted.end()) {
      chosen.push_back(recording.answers[i]);
    }
  }
  for (const size_t place : wanted) {
    if (place == 0 || place > recording.answers.size()) {
      fail("{}: there is no answer {}; it holds {} with times", name, place,
           recording.answers.size());
    }
  }
  recording.answers = std::move(chosen);
}

void run_report(const Options& options) {
  const fs::path input = options.recording;
  fs::path page =
      options.page ? fs::path(*options.page) : fs::path(input).replace_extension(".html");
  refuse_same(input, page);
  if (options.trace) {
    refuse_same(input, *options.trace);
    refuse_same(page, *options.trace);
  }
  Recording recording = read_recording(input);
  tell_skipped(recording, options.recording);
  choose(recording, options.answers, options.recording);
  write_whole(page, report_page(recording, input.filename().string()));
  std::printf("%s: %zu %s\n", page.c_str(), recording.answers.size(),
              recording.answers.size() == 1 ? "answer" : "answers");
  if (!options.trace) return;
  write_whole(*options.trace, trace_events(recording));
  std::printf("%s: open it at https://ui.perfetto.dev\n", options.trace->c_str());
}

}  // namespace

void add_report_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command =
      app.add_subcommand("report", "Make a page with tables and pictures of a recorded profile");
  command->footer(
      "A recording is made by `barellama console --record run.jsonl` or `barellama emulate CARD\n"
      "--record run.jsonl`: type `/set records on`, then let it tell a story.\n"
      "The page needs nothing but itself: open it in any browser, or send it to others.");
  command->add_option("recording", options->recording, "What --record wrote")->required();
  command->add_option("-o,--output", options->page,
                      "The page (default: the recording's name with .html)");
  command->add_option("--trace", options->trace,
                      "Also write a trace in Chrome's format, for https://ui.perfetto.dev");
  command
      ->add_option("--answer", options->answers,
                   "Only the answer with this number, counted through the recording from 1; may be "
                   "repeated")
      ->check(range(1u, 1u << 20))
      ->one_at_a_time();
  command->callback([options] { run_report(*options); });
}

}  // namespace host
