// Measures the board: its clocks, memory, card and arithmetic, with which all other speeds are
// compared. A measurement takes about kMeasureUs and ends with Ctrl-C; all together take less than
// 20 s on a board.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/format.h"
#include "kernel/bench/board.h"
#include "kernel/bench/stop_request.h"
#include "kernel/reports/record_writer.h"
#include "libpi/fs/block_device.h"
#include "llama/pace/pace.h"

namespace kernel::bench {

// Where the figures go: a row for people, and, if there are `records`, one "bench" each for
// programs. Both outlive the report.
class Report {
 public:
  Report(base::TextSink& out, RecordSink* records) : out_(out), records_(records) {}

  // What the figures below are of.
  void begin_group(std::string_view name);
  // `decimals` 0 to 2.
  void add(std::string_view name, double value, std::string_view unit, int decimals = 1);
  // Something that is not a figure.
  void note(std::string_view text);

 private:
  base::TextSink& out_;
  RecordSink* records_;
  std::string_view group_;
};

// What was measured of the board's pace (llama/pace/pace.h), as a line of text.
class MeasuredPace {
 public:
  static constexpr size_t kMostBytes = 511;

  // `usual`: what was not measured; its clock counts the cycles.
  explicit MeasuredPace(const llama::Pace& usual) : pace_(usual) {}

  // Values that predictions do not know are left out.
  void add(std::string_view name, double value);
  const llama::Pace& pace() const { return pace_; }
  std::string_view line() const { return line_.view(); }

 private:
  llama::Pace pace_;
  std::array<char, kMostBytes> memory_;
  base::TextBuffer line_{memory_};
};

struct Context {
  base::Clock& clock;
  StopRequest& stop;
  Board& board;
  Report& report;
  MeasuredPace& pace;
  std::span<std::byte> room;      // unused memory, aligned as an arena's
  pi::BlockDevice* card;          // null: none
  uint64_t card_first_block = 0;  // from which the sequential reads are
};

// Room for the largest pointer chase. With less the larger sizes are left out.
constexpr size_t kWantedRoom = 16 << 20;
constexpr uint64_t kMeasureUs = 100'000;
// Less, and nothing is measured.
constexpr size_t kLeastRoom = 4 << 20;

// All of it. False when Ctrl-C or Esc ended it.
bool run(Context& context);

// The parts, in this order. False: as above.
bool measure_clocks(Context& context);
bool measure_memory(Context& context);
bool measure_latency(Context& context);
bool measure_card(Context& context);
bool measure_kernels(Context& context);

// Calls `work` until kMeasureUs have passed, at least once after a first call that fills the
// caches; seconds per call. Nothing when Ctrl-C or Esc ended it.
template <typename Work>
std::optional<double> seconds_a_call(Context& context, Work&& work) {
  work();
  const uint64_t begin_us = context.clock.now_us();
  for (uint32_t calls = 1;; ++calls) {
    work();
    const uint64_t passed_us = context.clock.now_us() - begin_us;
    if (context.stop.stop_requested()) return std::nullopt;
    if (passed_us >= kMeasureUs) return static_cast<double>(passed_us) / 1e6 / calls;
  }
}

}  // namespace kernel::bench
