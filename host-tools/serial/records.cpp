#include "host-tools/serial/records.h"

#include <utility>

#include "kernel/reports/record_names.h"

namespace host {

namespace record = kernel::record;

namespace {

constexpr std::string_view kPrefix = "@bl ";
// Longer lines are not records.
constexpr size_t kMaxRecordBytes = 1 << 20;

}  // namespace

std::vector<ConsoleEvent> RecordParser::feed(std::string_view bytes) {
  for (const char byte : bytes) take(byte);
  return std::exchange(events_, {});
}

std::vector<ConsoleEvent> RecordParser::finish() {
  release_held();
  return std::exchange(events_, {});
}

void RecordParser::take(char byte) {
  const bool holds_newline = !held_.empty() && held_[0] == '\n';
  const size_t line_size = held_.size() - (holds_newline ? 1 : 0);
  const bool may_begin = at_line_start_ || line_size > 0;
  if (line_size >= kPrefix.size()) {
    held_ += byte;
    if (byte == '\n') {
      take_record_line();
    } else if (held_.size() > kMaxRecordBytes) {
      release_held();
    }
    return;
  }
  if (may_begin && byte == kPrefix[line_size]) {
    held_ += byte;
    at_line_start_ = false;
    return;
  }
  release_held();
  at_line_start_ = byte == '\n';
  if (within_text_ && byte == '\n') {
    held_ = "\n";
  } else {
    emit({&byte, 1});
  }
}

void RecordParser::take_record_line() {
  at_line_start_ = true;
  const size_t begin = held_.find(kPrefix) + kPrefix.size();
  const auto fields = nlohmann::json::parse(held_.substr(begin), nullptr, false);
  const auto name = fields.is_object() ? fields.find(kernel::field::kEvent) : fields.end();
  if (name == fields.end() || !name->is_string()) {
    // The line's own newline may precede a record, too.
    std::string line = std::exchange(held_, {});
    if (within_text_) {
      line.pop_back();
      held_ = "\n";
    }
    emit(line);
    return;
  }
  held_.clear();
  ConsoleEvent event{ConsoleEvent::Kind::kRecord, {}, *name, fields};
  if (event.name == record::kBegin.name) within_text_ = true;
  // A board that was reset within a story never ended it.
  if (event.name == record::kEnd.name || event.name == record::kReady.name) within_text_ = false;
  events_.push_back(std::move(event));
}

void RecordParser::release_held() { emit(std::exchange(held_, {})); }

void RecordParser::emit(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto kind = within_text_ ? ConsoleEvent::Kind::kText : ConsoleEvent::Kind::kConsole;
  if (events_.empty() || events_.back().kind != kind) events_.push_back({kind, {}, {}, {}});
  events_.back().bytes += bytes;
}

}  // namespace host
