#include "tests/bench/guest_bench.h"

#include <cstdio>

#include "host-tools/card_files.h"
#include "host-tools/card_writer.h"
#include "host-tools/failure.h"
#include "host-tools/files.h"
#include "host-tools/records.h"
#include "tests/bench/model_work.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrompt = "Once upon a time";
constexpr std::chrono::minutes kPatience{2};

// The tokens that the kernel says to have generated. Throws unless the story went on to its last
// step.
uint64_t tokens_told(const std::string& console, const fs::path& model) {
  host::RecordParser parser;
  for (const host::ConsoleEvent& event : parser.feed(console)) {
    if (event.kind != host::ConsoleEvent::Kind::kRecord) continue;
    if (event.name == "error") {
      host::fail("{}: {}", model.string(), event.fields.value("message", std::string("an error")));
    }
    if (event.name != "end") continue;
    if (event.fields.value("reason", "") == "length") return event.fields.at("tokens");
    host::fail("{}: the story ended before position {}", model.string(),
               GuestFigures::kEndPosition);
  }
  host::fail("{}: no story was told.\n--- console:\n{}", model.string(), console);
}

fs::path make_card(const fs::path& model, const fs::path& kernel, const fs::path& folder,
                   host::Interrupts& interrupts) {
  const host::CardRequest request = {
      .models = {model}, .kernel = kernel, .firmware = {}, .config = {}, .settings = {}};
  const auto files = host::gather_card_files(request, folder);
  const fs::path card = folder / "card.img";
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
  return card;
}

double ratio(uint64_t of, uint64_t to) { return static_cast<double>(of) / static_cast<double>(to); }

}  // namespace

double GuestFigures::instructions_per_mac() const {
  return ratio(counts.instructions, matrix_macs * kTokens + attention_macs);
}

GuestFigures measure_guest(const fs::path& model, const fs::path& kernel, const fs::path& plugin,
                           host::Interrupts& interrupts) {
  const host::TemporaryFolder folder;
  host::EmulatorOptions options;
  options.kernel = kernel;
  options.card = make_card(model, kernel, folder.path(), interrupts);
  const auto tell = [&](uint32_t steps) {
    options.settings = {{"model", model.filename().string()},
                        {"prompt", std::string(kPrompt)},
                        {"steps", std::to_string(steps)},
                        {"temperature", "0"},
                        {"seed", "1"},
                        {"autostart", "1"},
                        {"records", "1"},
                        {"poweroff", "1"}};
    return count_guest(options, plugin, kPatience, &interrupts);
  };
  const GuestRun shorter = tell(GuestFigures::kFirstPosition);
  const GuestRun longer = tell(GuestFigures::kEndPosition);
  if (tokens_told(longer.console, model) - tokens_told(shorter.console, model) !=
      GuestFigures::kTokens) {
    host::fail("{}: the two stories do not differ by {} tokens", model.string(),
               GuestFigures::kTokens);
  }

  const ModelFacts facts = read_facts(model);
  GuestFigures figures;
  figures.model = model.filename().string();
  figures.weight_type = facts.weight_type;
  figures.counts = longer.counts - shorter.counts;
  figures.matrix_macs = matrix_macs(facts.config);
  for (uint32_t at = GuestFigures::kFirstPosition; at < GuestFigures::kEndPosition; ++at) {
    figures.attention_macs += attention_macs(facts.config, at);
  }
  figures.start_instructions = shorter.counts.instructions;
  return figures;
}

void print_guest(const std::vector<GuestFigures>& all) {
  std::printf("\nEmulated Pi Zero: one token, at positions %u to %u (mean; exact counts)\n",
              GuestFigures::kFirstPosition, GuestFigures::kEndPosition - 1);
  std::printf("%-24s %-5s %13s %11s %10s %9s %12s %12s\n", "model", "type", "instructions",
              "MACs matrix", "attention", "insn/MAC", "bytes loaded", "stored");
  for (const GuestFigures& one : all) {
    std::printf("%-24s %-5s %13.0f %11llu %10.0f %9.3f %12.0f %12.0f\n", one.model.c_str(),
                one.weight_type.c_str(), one.per_token(one.counts.instructions),
                static_cast<unsigned long long>(one.matrix_macs), one.per_token(one.attention_macs),
                one.instructions_per_mac(), one.per_token(one.counts.load_bytes),
                one.per_token(one.counts.store_bytes));
  }
  std::printf("\nOf them, by class\n%-24s", "");
  for (const GuestFigures& one : all) std::printf(" %20.20s", one.model.c_str());
  std::printf("\n");
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    std::printf("%-24s", name_of(static_cast<InstructionClass>(i)).data());
    for (const GuestFigures& one : all) {
      std::printf(" %12.0f %5.1f %%", one.per_token(one.counts.by_class[i]),
                  100 * ratio(one.counts.by_class[i], one.counts.instructions));
    }
    std::printf("\n");
  }
}

nlohmann::ordered_json to_json(const GuestFigures& figures) {
  nlohmann::ordered_json classes;
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    classes[std::string(name_of(static_cast<InstructionClass>(i)))] =
        figures.per_token(figures.counts.by_class[i]);
  }
  return {{"model", figures.model},
          {"weight_type", figures.weight_type},
          {"first_position", GuestFigures::kFirstPosition},
          {"end_position", GuestFigures::kEndPosition},
          {"instructions_per_token", figures.per_token(figures.counts.instructions)},
          {"instructions_per_mac", figures.instructions_per_mac()},
          {"matrix_macs_per_token", figures.matrix_macs},
          {"attention_macs_per_token", figures.per_token(figures.attention_macs)},
          {"load_bytes_per_token", figures.per_token(figures.counts.load_bytes)},
          {"store_bytes_per_token", figures.per_token(figures.counts.store_bytes)},
          {"instructions_until_first_position", figures.start_instructions},
          {"classes_per_token", classes}};
}

}  // namespace bench
