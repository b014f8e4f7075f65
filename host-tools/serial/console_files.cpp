#include "host-tools/serial/console_files.h"

#include <chrono>
#include <ctime>
#include <iomanip>

#include "host-tools/support/failure.h"

namespace host {

namespace {

std::ofstream create(const std::string& path, std::ios::openmode mode) {
  std::ofstream file;
  if (path.empty()) return file;
  file.open(path, mode | std::ios::binary);
  if (!file) fail("{}: can't be written to: {}", path, system_error());
  return file;
}

}  // namespace

ConsoleFiles::ConsoleFiles(const std::string& log, const std::string& records)
    : log_path_(log),
      records_path_(records),
      log_(create(log, std::ios::app)),
      records_(create(records, std::ios::trunc)) {}

void ConsoleFiles::begin_line(char mark) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  const auto since_1970 = std::chrono::duration_cast<milliseconds>(now.time_since_epoch());
  log_ << std::put_time(&local, "%F %T") << '.' << std::setw(3) << std::setfill('0')
       << since_1970.count() % 1000 << ' ' << mark << ' ';
}

void ConsoleFiles::flush(std::ofstream& file, const std::string& path) {
  if (!file.flush()) fail("{}: can't be written to: {}", path, system_error());
}

void ConsoleFiles::received(std::string_view bytes) {
  if (!log_.is_open()) return;
  while (!bytes.empty()) {
    if (!within_line_) begin_line(' ');
    const size_t newline = bytes.find('\n');
    within_line_ = newline == std::string_view::npos;
    const std::string_view line = bytes.substr(0, within_line_ ? newline : newline + 1);
    log_ << line;
    bytes.remove_prefix(line.size());
  }
  flush(log_, log_path_);
}

void ConsoleFiles::sent(std::string_view line) {
  if (!log_.is_open()) return;
  if (within_line_) log_ << '\n';
  within_line_ = false;
  begin_line('>');
  log_ << line << '\n';
  flush(log_, log_path_);
}

void ConsoleFiles::record(nlohmann::json fields) {
  if (!records_.is_open()) return;
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  fields["t"] = now.count();
  // What is not UTF-8 came over a bad line.
  records_ << fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  flush(records_, records_path_);
}

}  // namespace host
