#include "kernel/bench/bench.h"

#include <array>

#include "kernel/reports/records.h"

namespace kernel::bench {

using base::print;

void Report::begin_group(std::string_view name) {
  group_ = name;
  print(out_, "{}\n", name);
}

void Report::add(std::string_view name, double value, std::string_view unit, int decimals) {
  constexpr std::array<std::string_view, 3> kValues = {"{:9.0}", "{:9.1}", "{:9.2}"};
  print(out_, "  {:-32} ", name);
  print(out_, kValues[static_cast<size_t>(decimals)], value);
  print(out_, " {}\n", unit);
  if (records_ != nullptr) record_bench(*records_, group_, name, value, unit);
}

void Report::note(std::string_view text) { print(out_, "  {}\n", text); }

void MeasuredPace::add(std::string_view name, double value) {
  value = value > 0 ? value : 0;
  if (!pace_.set(name, value)) return;
  print(line_, "{}{}:{:.3}", line_.view().empty() ? "" : ",", name, value);
}

bool run(Context& context) {
  if (context.room.size() < kLeastRoom) {
    context.report.note("too little memory to measure anything: raise the setting ram_mib");
    return true;
  }
  constexpr bool (*kParts[])(Context&) = {measure_clocks, measure_memory, measure_latency,
                                          measure_card, measure_kernels};
  for (const auto part : kParts) {
    if (!part(context)) return false;
  }
  return true;
}

// The core's cycles against the system timer.
bool measure_clocks(Context& context) {
  context.report.begin_group("clocks");
  const uint64_t begin_us = context.clock.now_us();
  const std::optional<uint64_t> cycles = context.board.cycles();
  if (!cycles) {
    context.report.note("the cycle counter does not count: this is an emulator, and all figures");
    context.report.note("below are those of the computer that emulates, not of a board");
    return true;
  }
  uint64_t passed_us = 0;
  while (passed_us < kMeasureUs) {
    if (context.stop.stop_requested()) return false;
    passed_us = context.clock.now_us() - begin_us;
  }
  const uint64_t counted = context.board.cycles().value_or(*cycles) - *cycles;
  context.report.add("ARM, cycles by the system timer",
                     static_cast<double>(counted) / static_cast<double>(passed_us), "MHz");
  return true;
}

}  // namespace kernel::bench
