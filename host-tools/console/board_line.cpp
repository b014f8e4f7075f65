#include "host-tools/console/board_line.h"

#include <algorithm>
#include <utility>

#include "host-tools/support/failure.h"
#include "kernel/reports/record_names.h"

namespace host {

namespace record = kernel::record;

namespace {

// docs/protocol.md: the line before is dropped, and this one not echoed.
constexpr std::string_view kSilentLine = "\x15\x01";
constexpr std::chrono::seconds kKnockAfter{1};
constexpr std::chrono::milliseconds kReturnEach{200};
constexpr std::chrono::seconds kHidden{1};

}  // namespace

BoardLine::BoardLine(Port& port, ConsoleFiles& files, const Settings& settings)
    : port_(port), files_(files), settings_(settings) {
  if (settings_.knocks) knocks_at_ = Clock::now() + kKnockAfter;
  if (port_.is_wired()) hints_at_ = Clock::now() + settings_.hints_after;
}

std::vector<std::string> BoardLine::take_notices() { return std::exchange(notices_, {}); }

BoardLine::Clock::time_point BoardLine::next_event() const {
  auto next = Clock::time_point::max();
  if (knocks_at_) next = std::min(next, *knocks_at_);
  if (hints_at_) next = std::min(next, *hints_at_);
  if (returns_at_) next = std::min(next, *returns_at_);
  // Once it is ready, that is not an event any more.
  if (prompt_.is_prompt() && prompt_.ready_at() > Clock::now()) {
    next = std::min(next, prompt_.ready_at());
  }
  return next;
}

std::string BoardLine::read(Clock::time_point deadline, int also) {
  constexpr Milliseconds kLong = std::chrono::hours(1);
  const auto until = std::min(deadline, next_event());
  const auto now = Clock::now();
  Milliseconds wait = kLong;
  if (until < now + kLong) {
    wait = std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(until - now));
  }
  std::string text;
  if (port_.wait(wait, also)) {
    const std::string bytes = port_.read(Milliseconds(0));
    if (!bytes.empty()) text = take(bytes);
  }
  if (port_.is_open()) {
    knock_if_silent();
    hint_if_silent();
  } else {
    text += take_end();
    try_to_return();
  }
  return text;
}

std::string BoardLine::take(std::string_view bytes) {
  knocks_at_.reset();
  hints_at_.reset();
  files_.received(bytes);
  std::string text = text_of(parser_.feed(bytes));
  return settings_.raw ? std::string(bytes) : text;
}

std::string BoardLine::take_end() {
  std::string text = text_of(parser_.finish()) + screen_.finish();
  parser_ = RecordParser();
  return settings_.raw ? std::string() : text;
}

std::string BoardLine::text_of(std::vector<ConsoleEvent> events) {
  std::string text;
  for (ConsoleEvent& event : events) {
    if (event.kind != ConsoleEvent::Kind::kRecord) {
      text += seen(event.bytes);
      continue;
    }
    records_ = Records::kSent;
    if (event.name == record::kReady.name) prompt_.announce();
    // The line feed before was a part of the record.
    if (within_story_ && event.name == record::kEnd.name) text += seen("\n");
    if (event.name == record::kBegin.name) within_story_ = true;
    if (event.name == record::kEnd.name || event.name == record::kReady.name) within_story_ = false;
    files_.record(std::move(event.fields));
  }
  return text;
}

std::string BoardLine::seen(std::string_view bytes) {
  std::string piece = screen_.feed(bytes);
  prompt_.feed(piece, Clock::now());
  if (Clock::now() >= hidden_until_) return piece;
  if (prompt_.is_prompt()) hidden_until_ = {};
  return {};
}

void BoardLine::knock_if_silent() {
  if (!knocks_at_ || Clock::now() < *knocks_at_) return;
  knocks_at_.reset();
  port_.write("\r");
}

void BoardLine::hint_if_silent() {
  if (!hints_at_ || Clock::now() < *hints_at_) return;
  hints_at_.reset();
  notices_.push_back(wiring_hint(port_));
}

void BoardLine::try_to_return() {
  if (is_over()) return;
  if (!returns_at_) {
    notices_.push_back(text("{} is gone; waiting for it to come back", port_.name()));
    returns_at_ = Clock::now();
  }
  if (Clock::now() < *returns_at_) return;
  if (!port_.reopen()) {
    returns_at_ = Clock::now() + kReturnEach;
    return;
  }
  returns_at_.reset();
  notices_.push_back(text("{} is back", port_.name()));
  prompt_.answer();
  within_story_ = false;
  if (records_ != Records::kAskedInVain) records_ = Records::kUnknown;
  if (settings_.knocks) knocks_at_ = Clock::now() + kKnockAfter;
}

bool BoardLine::is_ready() {
  if (!port_.is_open() || Clock::now() < prompt_.ready_at()) return false;
  if (!settings_.wants_records || prompt_.is_announced() || records_ == Records::kAskedInVain) {
    return true;
  }
  if (records_ == Records::kAsked) {
    records_ = Records::kAskedInVain;
    notices_.push_back("the board sends no records, although it was asked for them");
    return true;
  }
  // Also when it has sent some before: it was restarted.
  records_ = Records::kAsked;
  records_asked_ = true;
  send_line("/set records 1");
  hidden_until_ = Clock::now() + kHidden;
  return false;
}

void BoardLine::send_line(std::string_view line) {
  files_.sent(line);
  prompt_.answer();
  parser_.begin_line();
  port_.write(text("{}{}\r", kSilentLine, line));
}

void BoardLine::send(std::string_view bytes) { port_.write(bytes); }

void BoardLine::give_up() {
  if (!records_asked_ || !port_.is_open()) return;
  send_line("/set records 0");
  port_.drain();
}

}  // namespace host
