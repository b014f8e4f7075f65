#include "host-tools/commands/run_profile.h"

#include <chrono>
#include <cstdio>

#include "base/version.h"

namespace host {

uint64_t HostTicks::now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

RunProfile::RunProfile(const Options& options)
    : options_(options), files_({}, options.record_path) {}

llama::Profiler* RunProfile::profiler() {
  return options_.stats || files_.has_records() ? &profiler_ : nullptr;
}

base::TextSink& RunProfile::begin() {
  record_.text.clear();
  return record_;
}

// At the end of a record's writer, which is a destructor: nothing may pass it.
void RunProfile::end() {
  if (failure_) return;
  try {
    files_.record(nlohmann::json::parse(record_.text));
  } catch (const Failure& failure) {
    failure_ = failure;
  }
}

void RunProfile::check_records() const {
  if (failure_) throw *failure_;
}

void RunProfile::record_memory(HostModel& host) {
  kernel::MemoryTable table;
  table.add_arena(host.arena());
  kernel::record_memory(*this, table);
}

void RunProfile::begin(HostModel& host, const std::string& name) {
  if (profiler() == nullptr) return;
  answer_ = {.number = answer_.number + 1};
  before_ = host.model().transformer().weights().counters();
  if (files_.has_records()) {
    if (answer_.number == 1) record_machine_and_model(host, name);
    kernel::record_begin(*this);
    kernel::RecordSink& sink = *this;
    profiler_.set_listener(&recorder_.emplace(sink, profiler_));
  }
  check_records();
  profiler_.begin_answer();
}

void RunProfile::record_machine_and_model(HostModel& host, const std::string& name) {
  kernel::record_machine(
      *this, {.board = "this machine", .version = base::version(), .ram = host.arena().capacity()},
      ticks_);
  kernel::record_model(*this, name, host.model(), nullptr);
  record_memory(host);
}

void RunProfile::end(HostModel& host, const base::Result<llama::Generation>& made, uint64_t seed,
                     uint32_t forgotten) {
  if (profiler() == nullptr) return;
  profiler_.end_answer();
  profiler_.set_listener(nullptr);
  if (made.ok()) answer_.generation = *made;
  if (recorder_) answer_.records_us = recorder_->spent_ns() / 1000;
  answer_.seed = seed;
  answer_.forgotten = forgotten;
  answer_.card = kernel::card_use(before_, host.model().transformer().weights().counters(), {}, {});
  if (files_.has_records()) {
    kernel::record_end(*this, made.status(), answer_);
    kernel::record_profile(*this, profiler_, answer_);
    kernel::record_card(*this, answer_);
    record_memory(host);
    check_records();
  }
  if (options_.stats) {
    Text table;
    kernel::print_profile(table, profiler_, answer_, {});
    kernel::print_layers(table, profiler_);
    std::fputs(table.text.c_str(), stderr);
  }
}

}  // namespace host
