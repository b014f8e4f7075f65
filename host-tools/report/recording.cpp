#include "host-tools/report/recording.h"

#include "host-tools/report/record_fields.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"
#include "host-tools/support/files.h"
#include "kernel/reports/record_names.h"

namespace host {

namespace field = kernel::field;
namespace record = kernel::record;

namespace {

constexpr std::string_view kHowToRecord =
    "record some with `barellama console --record run.jsonl` or `barellama emulate CARD --record "
    "run.jsonl`, type `/set records on`, and let it tell a story";

// Puts records in order. Facts (machine, model, memory) hold for the answers that follow; the
// memory that is recorded after an answer replaces the one before it.
class Collector {
 public:
  Recording finish(uint64_t lines) {
    recording_.lines = lines;
    return std::move(recording_);
  }

  void skip(uint64_t line, std::string reason) {
    recording_.skipped.push_back({line, std::move(reason)});
  }

  // Throws BadRecord before it has changed anything.
  void take(const Json& record) {
    const std::string event = text_of(record, field::kEvent);
    time_ = time_of(record);
    if (event == record::kMachine.name) {
      take_machine(read_machine(record));
    } else if (event == record::kModel.name) {
      model_ = read_model(record);
      memory_.reset();
      answer_is_open_ = false;
      facts_changed_ = true;
    } else if (event == record::kMemory.name) {
      memory_ = read_memory(record);
      if (!recording_.answers.empty() && !facts_changed_) last().memory = memory_;
    } else if (event == record::kBegin.name) {
      begin_answer();
    } else if (event == record::kPass.name) {
      take_pass(read_pass(record));
    } else if (event == record::kTrace.name) {
      auto [pass, spans] = read_trace(record);
      auto& all = current().spans[pass];
      all.insert(all.end(), spans.begin(), spans.end());
    } else if (event == record::kProfile.name) {
      take_profile(record);
    } else if (event == record::kCard.name) {
      const CardFacts card = read_card(record);
      finished(record).card = card;
    } else if (event == record::kEnd.name) {
      const AnswerEnd end = read_end(record);
      finished(record).end = end;
      answer_is_open_ = false;
    } else {
      ++recording_.unknown_events;
    }
  }

 private:
  Answer& last() { return recording_.answers.back(); }

  void take_machine(Machine machine) {
    machine_ = std::move(machine);
    // The board says so at boot, and once more before the first answer.
    if (answers_of_boot_ > 0) begin_boot();
    facts_changed_ = true;
    answer_is_open_ = false;
  }

  void begin_boot() {
    ++boot_;
    answers_of_boot_ = 0;
    model_.reset();
    memory_.reset();
  }

  void begin_answer() {
    Answer answer;
    answer.boot = boot_;
    answer.number = ++answers_of_boot_;
    answer.time = time_;
    answer.machine = machine_;
    answer.model = model_;
    answer.memory = memory_;
    recording_.answers.push_back(std::move(answer));
    answer_is_open_ = true;
    facts_changed_ = false;
  }

  // A recording that was started within an answer has no "begin".
  Answer& current() {
    if (!answer_is_open_) begin_answer();
    return last();
  }

  // For what comes after an answer's passes, before or after its "end".
  Answer& finished(const Json& record) {
    if (!answer_is_open_ && (recording_.answers.empty() || facts_changed_)) begin_answer();
    const auto number = optional_number_of(record, field::kAnswer);
    if (number) {
      last().number = *number;
      answers_of_boot_ = *number;
    }
    return last();
  }

  void take_pass(Pass pass) {
    Answer& answer = current();
    // Time that goes back means that the board was restarted.
    if (!answer.passes.empty() && pass.start_ns < answer.passes.back().start_ns) {
      begin_boot();
      begin_answer();
    }
    last().passes.push_back(std::move(pass));
  }

  void take_profile(const Json& record) {
    Profile part = read_profile(record);
    Answer& answer = finished(record);
    if (!answer.profile) {
      answer.profile = std::move(part);
      return;
    }
    Profile& profile = *answer.profile;
    profile.lines += 1;
    profile.operations.insert(profile.operations.end(), part.operations.begin(),
                              part.operations.end());
  }

  Recording recording_;
  std::optional<Machine> machine_;
  std::optional<ModelFacts> model_;
  std::optional<MemoryFacts> memory_;
  std::string time_;
  int boot_ = 1;
  uint64_t answers_of_boot_ = 0;
  bool answer_is_open_ = false;  // between "begin" and "end"
  bool facts_changed_ = false;   // since the last answer: they are not its facts
};

}  // namespace

Recording parse_recording(std::string_view content) {
  Collector collector;
  uint64_t number = 0;
  while (!content.empty()) {
    ++number;
    const size_t end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    const bool cut = end == std::string_view::npos;
    content.remove_prefix(cut ? content.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Json record = Json::parse(line, nullptr, false);
    if (!record.is_object()) {
      collector.skip(number, cut ? "the line is cut: it has no end" : "this is not a JSON object");
      continue;
    }
    try {
      collector.take(record);
    } catch (const BadRecord& fault) {
      collector.skip(number, fault.what());
    }
  }
  return collector.finish(number);
}

Recording read_recording(const std::filesystem::path& path) {
  // A log may have records among its lines.
  refuse_other_kinds(path, {FileKind::kRecords, FileKind::kEmpty, FileKind::kJson, FileKind::kText,
                            FileKind::kSettings});
  Recording recording = parse_recording(read_file(path));
  if (recording.lines == 0) fail("{}: the file is empty; {}", path.string(), kHowToRecord);
  const auto& skipped = recording.skipped;
  if (recording.answers.empty() && !skipped.empty()) {
    fail("{}:{}: {}; a recording has one record a line; {}", path.string(), skipped.front().line,
         skipped.front().reason, kHowToRecord);
  }
  for (const Answer& answer : recording.answers) {
    if (answer.has_times()) return recording;
  }
  fail("{}: {} lines, but no answer with a profile among them; {}", path.string(), recording.lines,
       kHowToRecord);
}

}  // namespace host
