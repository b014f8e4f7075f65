// What is kept of a console: a log of all, and the records.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace host {

class ConsoleFiles {
 public:
  // Paths; empty: none. A log is added to, a file of records is replaced. Throws Failure when one
  // cannot be written to, here and later.
  ConsoleFiles(const std::string& log, const std::string& records);

  // The log has the board's bytes as they came. Each line begins with the time of its first byte,
  // and lines that were sent to the board have a `>` after it:
  //   2026-11-24 19:30:00.123   model: tales-1m.blm
  //   2026-11-24 19:30:04.567 > The dragon
  void received(std::string_view bytes);
  void sent(std::string_view line);
  // One JSON object per line, with "t", the time it came: seconds since 1970.
  void record(nlohmann::json fields);
  bool has_records() const { return records_.is_open(); }

 private:
  void begin_line(char mark);
  void flush(std::ofstream& file, const std::string& path);

  std::string log_path_, records_path_;
  std::ofstream log_, records_;
  bool within_line_ = false;  // of the log
};

}  // namespace host
