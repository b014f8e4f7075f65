// Profiles of `barellama run`: the kernel's own table and records, of this machine.
#pragma once

#include <optional>
#include <string>

#include "host-tools/model/host_model.h"
#include "host-tools/serial/console_files.h"
#include "host-tools/support/failure.h"
#include "kernel/reports/profile_records.h"
#include "kernel/reports/records.h"

namespace host {

// Nanoseconds.
class HostTicks final : public base::TickSource {
 public:
  uint64_t now() override;
  uint64_t hz() override { return 1'000'000'000; }
  std::string_view name() const override { return "steady clock"; }
};

class RunProfile final : private kernel::RecordSink {
 public:
  struct Options {
    std::string record_path;  // empty: no records
    bool traces = false;      // each step among them
    bool stats = false;       // the tables, on standard error
  };

  // Throws Failure when records cannot be written to their place.
  explicit RunProfile(const Options& options);
  RunProfile(const RunProfile&) = delete;
  RunProfile& operator=(const RunProfile&) = delete;

  // For HostModelOptions; null when nothing is asked for.
  llama::Profiler* profiler();
  size_t spans() const { return options_.traces ? 4096 : 0; }

  // Around Model::generate(), any number of times.
  void begin(HostModel& host, const std::string& name);
  // `forgotten`: turns of the conversation that were dropped to make room.
  void end(HostModel& host, const base::Result<llama::Generation>& made, uint64_t seed,
           uint32_t forgotten);

 private:
  class Text final : public base::TextSink {
   public:
    void write(std::string_view piece) override { text += piece; }
    std::string text;
  };

  base::TextSink& begin() override;
  void end() override;
  void record_machine_and_model(HostModel& host, const std::string& name);
  void record_memory(HostModel& host);
  void check_records() const;

  Options options_;
  ConsoleFiles files_;
  HostTicks ticks_;
  llama::Profiler profiler_{ticks_};
  std::optional<kernel::PassRecorder> recorder_;
  kernel::Answer answer_;
  llama::WeightCounters before_{};
  Text record_;
  std::optional<Failure> failure_;  // to write a record
};

}  // namespace host
