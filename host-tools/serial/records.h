// What the kernel's console says to a program, told apart from what it says to a person.
//
// With the setting records=1 the kernel prints machine-readable records: single lines that begin
// with "@bl ", followed by a JSON object whose "event" names it (kernel/reports/record_names.h).
// Generated text stands between the records "begin" and "end", byte for byte; the one newline
// before a record within text belongs to the record. A line that looks like a record but is not one
// stays what it was: text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace host {

struct ConsoleEvent {
  enum class Kind {
    kConsole,  // bytes for a person: log, prompt, echo
    kText,     // bytes that the model generated, the prompt among them
    kRecord,
  };

  Kind kind;
  std::string bytes;      // of console and text
  std::string name;       // of a record: its "event"
  nlohmann::json fields;  // of a record: the whole object
};

class RecordParser {
 public:
  // Takes bytes as they arrive, cut anywhere, and returns what they complete. Only what may still
  // become a record is held back: a newline within text, and a line that begins with "@bl ".
  std::vector<ConsoleEvent> feed(std::string_view bytes);

  // After a line was typed that is not echoed: what comes next begins a line, though no newline
  // says so (docs/protocol.md).
  void begin_line() { at_line_start_ = at_line_start_ || held_.empty(); }

  // At the end of the stream: what was held back, as it is.
  std::vector<ConsoleEvent> finish();

 private:
  void take(char byte);
  void take_record_line();
  void release_held();
  void emit(std::string_view bytes);

  std::vector<ConsoleEvent> events_;
  std::string held_;  // an optional newline, then a part of "@bl " or a line that begins so
  bool at_line_start_ = true;
  bool within_text_ = false;  // between the records "begin" and "end"
};

}  // namespace host
