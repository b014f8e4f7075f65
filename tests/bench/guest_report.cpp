#include <algorithm>
#include <cstdio>
#include <functional>

#include "host-tools/support/failure.h"
#include "tests/bench/guest_bench.h"

namespace bench {
namespace {

double ratio(int64_t of, int64_t to) { return static_cast<double>(of) / static_cast<double>(to); }

void print_speeds(const char* what, const std::vector<GuestFigures>& all,
                  Stretch GuestFigures::*which) {
  std::printf("\nPredicted tokens/s on a Pi Zero at 1 GHz, %s, by MB/s of SDRAM\n", what);
  std::printf("%-22s %-5s %-5s %9s", "model", "type", "kv", "positions");
  for (const uint32_t bandwidth : kBandwidths) std::printf(" %9u", bandwidth);
  std::printf(" %9s %9s\n", "350 bound", "insn/MAC");
  for (const GuestFigures& figures : all) {
    const Stretch& one = figures.*which;
    std::printf("%-22s %-5s %-5s %4u %4u", figures.model.c_str(), figures.weight_type.c_str(),
                figures.kv_type.c_str(), one.first_position, one.end_position - 1);
    for (size_t i = 0; i < kBandwidths.size(); ++i) std::printf(" %9.2f", one.tokens_per_second(i));
    std::printf(" %9.2f %9.3f\n", figures.bound, one.instructions_per_mac());
  }
}

void print_costs(const char* what, const std::vector<GuestFigures>& all,
                 Stretch GuestFigures::*which) {
  std::printf("\nA token %s (instructions and bytes exact; cycles at 350 MB/s)\n", what);
  std::printf("%-22s %-5s %12s %12s %6s %11s %10s %8s %12s %12s\n", "model", "type", "cycles",
              "instructions", "CPI", "matrix MACs", "attention", "insn/MAC", "bytes loaded",
              "SDRAM bytes");
  for (const GuestFigures& figures : all) {
    const Stretch& one = figures.*which;
    const GuestCounts& counts = one.counts();
    std::printf("%-22s %-5s %12.0f %12.0f %6.3f %11.0f %10.0f %8.3f %12.0f %12.0f\n",
                figures.model.c_str(), figures.weight_type.c_str(), one.per_token(counts.cycles),
                one.per_token(counts.instructions), ratio(counts.cycles, counts.instructions),
                one.per_token(one.matrix_macs), one.per_token(one.attention_macs),
                one.instructions_per_mac(), one.per_token(counts.load_bytes),
                one.per_token(counts.sdram_bytes));
    if (counts.unknown_preloads != 0) {
      std::printf("  (%lld PLDs of addresses that the model could not follow count as not done)\n",
                  static_cast<long long>(counts.unknown_preloads));
    }
  }
}

void print_classes(const std::vector<GuestFigures>& all) {
  std::printf("\nInstructions of a token of a story, by class\n%-14s", "");
  for (const GuestFigures& figures : all) std::printf(" %20.20s", figures.model.c_str());
  std::printf("\n");
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    std::printf("%-14s", pi0::name_of(static_cast<InstructionClass>(i)).data());
    for (const GuestFigures& figures : all) {
      const GuestCounts& counts = figures.story.counts();
      std::printf(" %12.0f %5.1f %%", figures.story.per_token(counts.by_class[i]),
                  100 * ratio(counts.by_class[i], counts.instructions));
    }
    std::printf("\n");
  }
}

nlohmann::ordered_json to_json(const Stretch& stretch) {
  nlohmann::ordered_json classes, cycles;
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    classes[std::string(pi0::name_of(static_cast<InstructionClass>(i)))] =
        stretch.per_token(stretch.counts().by_class[i]);
  }
  for (size_t i = 0; i < kBandwidths.size(); ++i) {
    cycles[std::to_string(kBandwidths[i])] = stretch.per_token(stretch.machines[i].cycles);
  }
  return {{"first_position", stretch.first_position},
          {"end_position", stretch.end_position},
          {"cycles_per_token", cycles},
          {"instructions_per_token", stretch.per_token(stretch.counts().instructions)},
          {"instructions_per_mac", stretch.instructions_per_mac()},
          {"matrix_macs_per_token", stretch.per_token(stretch.matrix_macs)},
          {"attention_macs_per_token", stretch.per_token(stretch.attention_macs)},
          {"streamed_bytes_per_token", stretch.streamed_bytes},
          {"load_bytes_per_token", stretch.per_token(stretch.counts().load_bytes)},
          {"store_bytes_per_token", stretch.per_token(stretch.counts().store_bytes)},
          {"sdram_bytes_per_token", stretch.per_token(stretch.counts().sdram_bytes)},
          {"classes_per_token", classes}};
}

// How much faster a token of a prompt is, as eight go through the layers together.
void print_batches(const std::vector<GuestFigures>& all) {
  std::printf("\nA token of a prompt, eight together, against one of a story, at 350 MB/s\n");
  std::printf("%-22s %-5s %14s\n", "model", "type", "times as fast");
  for (const GuestFigures& figures : all) {
    std::printf("%-22s %-5s %14.2f\n", figures.model.c_str(), figures.weight_type.c_str(),
                figures.prompt.tokens_per_second(kUsualBandwidth) /
                    figures.story.tokens_per_second(kUsualBandwidth));
  }
}

int64_t sdram_bytes(const nlohmann::json& part) {
  return part.at("sdram_read_bytes").get<int64_t>() + part.at("sdram_write_bytes").get<int64_t>();
}

// The three causes, beside the instructions themselves, that cost most.
std::string main_causes(const nlohmann::json& part) {
  std::vector<std::pair<double, std::string>> causes;
  for (const auto& [cause, cycles] : part.at("cycles_by_cause").items()) {
    const double percent = 100 * ratio(cycles, part.at("cycles"));
    if (cause != "issue" && percent >= 1) causes.emplace_back(percent, cause);
  }
  std::ranges::sort(causes, std::greater{});
  std::string text;
  for (size_t i = 0; i < causes.size() && i < 3; ++i) {
    text += host::text("{}{} {:.0f} %", i == 0 ? "" : ", ", causes[i].second, causes[i].first);
  }
  return text;
}

void print_parts_header(const char* count, const char* name) {
  std::printf("%12s %6s %12s %6s %9s %9s %9s %11s  %s: what it waits for\n", "cycles", "%",
              "instructions", "CPI", count, "D misses", "PLD fills", "SDRAM bytes", name);
}

// A function or scope, of a token each.
void print_part(const nlohmann::json& part, uint64_t count, uint32_t tokens, int64_t all_cycles,
                const std::string& name) {
  const auto per_token = [tokens](double figure) { return figure / tokens; };
  std::printf("%12.0f %5.1f%% %12.0f %6.2f %9.1f %9.0f %9.0f %11.0f  %.70s: %s\n",
              per_token(part.at("cycles")), 100 * ratio(part.at("cycles"), all_cycles),
              per_token(part.at("instructions")), ratio(part.at("cycles"), part.at("instructions")),
              per_token(static_cast<double>(count)), per_token(part.at("data_misses")),
              per_token(part.at("preload_fills")),
              per_token(static_cast<double>(sdram_bytes(part))), name.c_str(),
              main_causes(part).c_str());
}

// The same for programs.
void add_part(nlohmann::ordered_json& json, const nlohmann::json& part, uint64_t count,
              uint32_t tokens) {
  const auto per_token = [tokens](double figure) { return figure / tokens; };
  json["count_per_token"] = per_token(static_cast<double>(count));
  for (const char* figure : {"cycles", "instructions", "data_misses", "preload_fills",
                             "instruction_misses", "mispredictions", "load_bytes", "store_bytes"}) {
    json[std::string(figure) + "_per_token"] = per_token(part.at(figure));
  }
  json["cpi"] = ratio(part.at("cycles"), part.at("instructions"));
  json["sdram_bytes_per_token"] = per_token(static_cast<double>(sdram_bytes(part)));
  for (const auto& [cause, cycles] : part.at("cycles_by_cause").items()) {
    json["cycles_by_cause_per_token"][cause] = per_token(cycles);
  }
}

}  // namespace

void print_start(const std::vector<StartFigures>& all) {
  std::printf("\nFrom power on to the console's prompt, without the firmware's part, in seconds\n");
  std::printf("%-22s %9s %14s %15s %9s  %s\n", "model", "core", "card, 20 MB/s", "115200 baud",
              "sum", "(core to the first token, if a story begins at once)");
  for (const StartFigures& one : all) {
    std::printf("%-22s %9.3f %14.3f %15.3f %9.3f  (%.3f)\n", one.model.c_str(), one.prompt_seconds,
                one.card_seconds, one.line_seconds, one.sum(), one.token_seconds);
  }
}

nlohmann::ordered_json to_json(const StartFigures& figures) {
  return {{"model", figures.model},
          {"prompt_core_seconds", figures.prompt_seconds},
          {"first_token_core_seconds", figures.token_seconds},
          {"card_seconds", figures.card_seconds},
          {"line_seconds", figures.line_seconds},
          {"prompt_seconds", figures.sum()}};
}

void print_guest(const std::vector<GuestFigures>& all) {
  if (all.empty()) return;
  print_speeds("telling a story", all, &GuestFigures::story);
  print_speeds("reading a prompt", all, &GuestFigures::prompt);
  print_batches(all);
  print_costs("of a story", all, &GuestFigures::story);
  print_costs("of a prompt", all, &GuestFigures::prompt);
  print_classes(all);
}

void print_functions(const GuestFigures& figures) {
  constexpr size_t kShown = 16;
  const Stretch& story = figures.story;
  std::printf("\n%s: functions of a token of a story, at %u MB/s\n", figures.model.c_str(),
              kBandwidths[0]);
  print_parts_header("calls", "function");
  const int64_t cycles = story.machines.front().cycles;
  for (size_t i = 0; i < story.functions.size() && i < kShown; ++i) {
    const nlohmann::json& one = story.functions[i];
    print_part(one, one.at("calls"), story.tokens(), cycles, one.at("name"));
  }
}

void print_scopes(const ScopeFigures& figures) {
  std::printf("\n%s: operations of a token of a story by the profiler's scopes, at %u MB/s\n",
              figures.model.c_str(), kBandwidths[kUsualBandwidth]);
  print_parts_header("entries", "operation");
  int64_t charged = 0;
  for (const ScopeFigures::Scope& scope : figures.scopes) {
    print_part(scope.figures, scope.entries, figures.tokens, figures.counts.cycles,
               scope.operation);
    charged += scope.figures.at("cycles").get<int64_t>();
  }
  std::printf("%12.0f %5.1f%% of %.0f cycles\n", static_cast<double>(charged) / figures.tokens,
              100 * ratio(charged, figures.counts.cycles),
              static_cast<double>(figures.counts.cycles) / figures.tokens);
}

nlohmann::ordered_json to_json(const GuestFigures& figures) {
  return {{"model", figures.model},          {"weight_type", figures.weight_type},
          {"kv_type", figures.kv_type},      {"tokens_per_second_bound", figures.bound},
          {"story", to_json(figures.story)}, {"prompt", to_json(figures.prompt)}};
}

nlohmann::ordered_json functions_to_json(const GuestFigures& figures) {
  auto array = nlohmann::ordered_json::array();
  for (const nlohmann::json& one : figures.story.functions) {
    nlohmann::ordered_json part = {{"name", one.at("name")}};
    add_part(part, one, one.at("calls"), figures.story.tokens());
    array.push_back(std::move(part));
  }
  return {{"model", figures.model}, {"bandwidth_mb_s", kBandwidths[0]}, {"functions", array}};
}

nlohmann::ordered_json to_json(const ScopeFigures& figures) {
  auto array = nlohmann::ordered_json::array();
  for (const ScopeFigures::Scope& scope : figures.scopes) {
    nlohmann::ordered_json part = {{"operation", scope.operation}};
    add_part(part, scope.figures, scope.entries, figures.tokens);
    array.push_back(std::move(part));
  }
  return {{"model", figures.model},
          {"bandwidth_mb_s", kBandwidths[kUsualBandwidth]},
          {"first_position", figures.first_position},
          {"tokens", figures.tokens},
          {"cycles_per_token", static_cast<double>(figures.counts.cycles) / figures.tokens},
          {"scopes", array}};
}

}  // namespace bench
