#include "tests/pi0-cycles/report.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <numeric>

namespace pi0 {
namespace {

struct Figure {
  const char* name;
  uint64_t Counters::*value;
};
constexpr std::array kFigures = {
    Figure{"loads", &Counters::loads},
    Figure{"load_bytes", &Counters::load_bytes},
    Figure{"stores", &Counters::stores},
    Figure{"store_bytes", &Counters::store_bytes},
    Figure{"data_misses", &Counters::data_misses},
    Figure{"preloads", &Counters::preloads},
    Figure{"preload_fills", &Counters::preload_fills},
    Figure{"unknown_preloads", &Counters::unknown_preloads},
    Figure{"instruction_misses", &Counters::instruction_misses},
    Figure{"write_backs", &Counters::write_backs},
    Figure{"mispredictions", &Counters::mispredictions},
    Figure{"sdram_read_bytes", &Counters::sdram_read_bytes},
    Figure{"sdram_write_bytes", &Counters::sdram_write_bytes},
};

std::vector<uint32_t> by_cost(const Machine& machine) {
  std::vector<uint64_t> cycles;
  for (const Counters& one : machine.functions()) cycles.push_back(one.cycles());
  std::vector<uint32_t> order(cycles.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return cycles[a] > cycles[b]; });
  while (!order.empty() && machine.functions()[order.back()].instructions() == 0) order.pop_back();
  return order;
}

void print_counters(const Counters& counters, std::FILE* out) {
  std::fprintf(out,
               "\"cycles\": %" PRIu64 ", \"instructions\": %" PRIu64 ", \"cycles_by_cause\": {",
               counters.cycles(), counters.instructions());
  for (uint32_t i = 0; i < kCauseCount; ++i) {
    std::fprintf(out, "%s\"%s\": %" PRIu64, i == 0 ? "" : ", ",
                 name_of(static_cast<Cause>(i)).data(), counters.cycles_by_cause[i]);
  }
  std::fputs("}, \"classes\": {", out);
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    std::fprintf(out, "%s\"%s\": %" PRIu64, i == 0 ? "" : ", ",
                 name_of(static_cast<InstructionClass>(i)).data(),
                 counters.instructions_by_class[i]);
  }
  std::fputs("}", out);
  for (const Figure& figure : kFigures) {
    std::fprintf(out, ", \"%s\": %" PRIu64, figure.name, counters.*figure.value);
  }
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += letter;
  }
  return result;
}

double ratio(uint64_t of, uint64_t to) {
  return to == 0 ? 0 : static_cast<double>(of) / static_cast<double>(to);
}
double percent(uint64_t of, uint64_t to) { return 100 * ratio(of, to); }

// The three causes, beside the instructions themselves, that cost most.
std::string main_causes(const Counters& counters) {
  std::array<uint32_t, kCauseCount> order;
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin() + 1, order.end(), [&](uint32_t a, uint32_t b) {
    return counters.cycles_by_cause[a] > counters.cycles_by_cause[b];
  });
  std::string text;
  for (uint32_t i = 1; i <= 3; ++i) {
    const uint64_t cycles = counters.cycles_by_cause[order[i]];
    if (percent(cycles, counters.cycles()) < 1) break;
    char one[64];
    std::snprintf(one, sizeof one, "%s%s %.0f %%", text.empty() ? "" : ", ",
                  name_of(static_cast<Cause>(order[i])).data(), percent(cycles, counters.cycles()));
    text += one;
  }
  return text;
}

}  // namespace

std::string_view name_of(Cause cause) {
  constexpr std::array<std::string_view, kCauseCount> kNames = {
      "issue",      "alu_result",       "multiply_result", "load_result", "data_miss",
      "vfp_result", "vfp_busy",         "load_store_busy", "line_fill",   "write_buffer",
      "device",     "instruction_miss", "branch",          "barrier"};
  return kNames[static_cast<size_t>(cause)];
}

void print_json(const Machine& machine, const Symbols& symbols, std::FILE* out) {
  const Settings& settings = machine.settings();
  std::fprintf(out,
               "{\"settings\": {\"bandwidth_mb_s\": %u, \"latency_cycles\": %u, "
               "\"outstanding_fills\": %u},\n \"total\": {",
               settings.bandwidth_mb_s, settings.latency_cycles, settings.outstanding_fills);
  print_counters(machine.total(), out);
  std::fputs("},\n \"functions\": [", out);
  const char* separator = "";
  for (const uint32_t function : by_cost(machine)) {
    std::fprintf(out, "%s\n  {\"name\": \"%s\", \"calls\": %" PRIu64 ", ", separator,
                 escaped(symbols.names()[function]).c_str(), machine.calls()[function]);
    print_counters(machine.functions()[function], out);
    std::fputs("}", out);
    separator = ",";
  }
  std::fputs("\n ],\n \"scopes\": [", out);
  separator = "";
  for (const Machine::Scope& scope : machine.scopes()) {
    std::fprintf(out, "%s\n  {\"entries\": %" PRIu64 ", ", separator, scope.entries);
    print_counters(scope.counters, out);
    std::fputs("}", out);
    separator = ",";
  }
  std::fputs("\n ]}", out);
}

void print_table(const Machine& machine, const Symbols& symbols, size_t functions, std::FILE* out) {
  const Counters total = machine.total();
  const uint64_t cycles = total.cycles();
  std::fprintf(out,
               "%" PRIu64 " cycles, %" PRIu64
               " instructions, %.3f cycles per instruction "
               "(SDRAM %u MB/s, %u cycles, %u fills)\n",
               cycles, total.instructions(), ratio(cycles, total.instructions()),
               machine.settings().bandwidth_mb_s, machine.settings().latency_cycles,
               machine.settings().outstanding_fills);
  for (uint32_t i = 0; i < kCauseCount; ++i) {
    if (total.cycles_by_cause[i] == 0) continue;
    std::fprintf(out, "  %-17s %14" PRIu64 " %5.1f %%\n", name_of(static_cast<Cause>(i)).data(),
                 total.cycles_by_cause[i], percent(total.cycles_by_cause[i], cycles));
  }
  for (const Figure& figure : kFigures) {
    std::fprintf(out, "  %-17s %14" PRIu64 "\n", figure.name, total.*figure.value);
  }
  std::fprintf(out, "\n%12s %6s %12s %6s %9s %9s %9s  %s\n", "cycles", "%", "instructions", "CPI",
               "calls", "D misses", "PLD fills", "function: what it waits for");
  std::vector<uint32_t> order = by_cost(machine);
  if (order.size() > functions) order.resize(functions);
  for (const uint32_t function : order) {
    const Counters& one = machine.functions()[function];
    std::fprintf(out,
                 "%12" PRIu64 " %5.1f%% %12" PRIu64 " %6.2f %9" PRIu64 " %9" PRIu64 " %9" PRIu64
                 "  %.70s: %s\n",
                 one.cycles(), percent(one.cycles(), cycles), one.instructions(),
                 ratio(one.cycles(), one.instructions()), machine.calls()[function],
                 one.data_misses, one.preload_fills, symbols.names()[function].c_str(),
                 main_causes(one).c_str());
  }
}

}  // namespace pi0
