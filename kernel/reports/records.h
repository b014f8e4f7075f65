// The machine-readable records (docs/protocol.md), one function for each; those of passes and
// profiles are in profile_records.h. The kernel and `barellama run` both write them with these.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "base/ticks.h"
#include "kernel/reports/instruments.h"
#include "kernel/reports/memory_report.h"
#include "kernel/reports/profile_report.h"
#include "kernel/reports/record_writer.h"
#include "llama/model.h"
#include "llama/perplexity.h"
#include "llama/profiler.h"

namespace kernel {

// The console waits for a line.
void record_ready(RecordSink& sink);

// Around a story or an answer. `outcome` of record_end() says how it ended; of one that failed, the
// answer counts with its number and the turns that were forgotten for it.
void record_begin(RecordSink& sink);
void record_end(RecordSink& sink, const base::Status& outcome, const Answer& answer);

// Where a long pass is.
struct Progress {
  uint32_t layer;  // from 1
  uint32_t layers;
  uint64_t elapsed_us;
  uint64_t card_bytes;
  std::optional<uint64_t> left_us;  // nothing before something is done
};
void record_progress(RecordSink& sink, const Progress& progress);

void record_bench(RecordSink& sink, std::string_view group, std::string_view name, double value,
                  std::string_view unit);
void record_self_test(RecordSink& sink, bool passed, std::string_view what);
void record_perplexity(RecordSink& sink, const llama::Perplexity& perplexity);
void record_error(RecordSink& sink, std::string_view message);

void record_machine(RecordSink& sink, const MachineFacts& facts, base::TickSource& ticks);
// `profiler` may be null.
void record_model(RecordSink& sink, std::string_view name, const llama::Model& model,
                  const llama::Profiler* profiler);
void record_memory(RecordSink& sink, const MemoryTable& table);
void record_card(RecordSink& sink, const Answer& answer);

}  // namespace kernel
