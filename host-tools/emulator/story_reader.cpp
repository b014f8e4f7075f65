#include "host-tools/emulator/story_reader.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "host-tools/support/failure.h"
#include "host-tools/support/output.h"
#include "kernel/reports/record_names.h"

namespace host {

namespace field = kernel::field;
namespace record = kernel::record;

namespace {

using Milliseconds = std::chrono::milliseconds;

std::string value_of(const ConsoleEvent& record, std::string_view name) {
  const auto found = record.fields.find(name);
  if (found == record.fields.end()) return "(nothing)";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

StoryReader::StoryReader(Emulator& machine, const Limits& limits, bool awaits_hash,
                         ConsoleFiles& files)
    : machine_(machine), limits_(limits), awaits_hash_(awaits_hash), files_(files) {}

ConsoleEvent StoryReader::next() {
  while (events_.empty()) {
    Milliseconds wait = limits_.silence;
    if (limits_.total) {
      const auto spent =
          std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - started_);
      wait = std::max(Milliseconds(0), *limits_.total - spent);
    }
    const std::string bytes = machine_.read(wait);
    files_.received(bytes);
    if (bytes.empty() && machine_.is_running()) {
      if (limits_.total) fail("no end within the {} s of --timeout", limits_.total->count() / 1000);
      fail("the machine has said nothing for {} s", limits_.silence.count() / 1000);
    }
    for (ConsoleEvent& event : machine_.is_running() ? parser_.feed(bytes) : parser_.finish()) {
      events_.push(std::move(event));
    }
    if (events_.empty() && !machine_.is_running()) {
      fail("the machine ended too early ({}) {}", *machine_.exit_code(), machine_.qemu_messages());
    }
  }
  ConsoleEvent event = std::move(events_.front());
  events_.pop();
  if (event.kind == ConsoleEvent::Kind::kRecord) files_.record(event.fields);
  if (event.kind == ConsoleEvent::Kind::kConsole) show_console(event.bytes);
  if (event.kind == ConsoleEvent::Kind::kText) write_output(event.bytes);
  if (event.name == record::kError.name)
    fail("the machine reports: {}", value_of(event, field::kMessage));
  return event;
}

void StoryReader::show_console(std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stderr);
  for (const char byte : bytes) {
    if (byte == '\n') {
      if (console_line_.starts_with("logits-hash: ")) {
        hash_seen_ = true;
      }
      console_line_.clear();
    } else if (byte != '\r') {
      console_line_ += byte;
    }
  }
}

void StoryReader::await_ready() {
  while (!is_ready_) is_ready_ = next().name == record::kReady.name;
}

void StoryReader::finish_story(const ConsoleEvent& end) {
  write_output("\n");
  const std::string reason = value_of(end, field::kReason);
  // What went wrong is printed after it, and thrown by next().
  while (reason == "error" && next().name != "ready") {
  }
  if (reason != "stop" && reason != "length") fail("the story ended early: {}", reason);
  // Where the time and the memory went is told after the end, the memory last.
  bool is_recorded = !files_.has_records();
  while (!is_recorded || (awaits_hash_ && !hash_seen_)) {
    const std::string name = next().name;
    is_recorded = is_recorded || name == record::kMemory.name;
    if (name != record::kReady.name) continue;
    if (awaits_hash_ && !hash_seen_) fail("the machine printed no logits-hash");
    is_ready_ = true;
    return;
  }
}

void StoryReader::read_story() {
  hash_seen_ = false;
  while (true) {
    const ConsoleEvent event = next();
    if (event.name == record::kEnd.name) return finish_story(event);
    if (event.name == record::kReady.name)
      fail("the machine tells no story; a model that chats needs --prompt");
  }
}

void StoryReader::type_line(std::string_view line) {
  await_ready();
  is_ready_ = false;
  hash_seen_ = false;
  files_.sent(line);
  machine_.write(std::string(line) + "\r");
  while (true) {
    const ConsoleEvent event = next();
    if (event.name == record::kEnd.name) return finish_story(event);
    if (event.name == record::kReady.name) {
      is_ready_ = true;
      return;
    }
  }
}

}  // namespace host
