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

constexpr std::chrono::minutes kPatience{2};

struct Plan {
  std::string_view prompt;
  uint32_t first_position;
  uint32_t end_position;
};
// The prompt is over before the first position, in any vocabulary.
constexpr Plan kStory = {"Once upon a time", 32, 64};
// The prompt goes on beyond the last position, in any vocabulary.
constexpr Plan kPrompt = {
    "Once upon a time there was a little girl who lived in a small house near a big forest with "
    "her mother and her old grey cat.",
    8, 24};

// What the kernel's record of the end of the story says.
nlohmann::json end_of_story(const std::string& console, const fs::path& model) {
  host::RecordParser parser;
  for (const host::ConsoleEvent& event : parser.feed(console)) {
    if (event.kind != host::ConsoleEvent::Kind::kRecord) continue;
    if (event.name == "error") {
      host::fail("{}: {}", model.string(), event.fields.value("message", std::string("an error")));
    }
    if (event.name == "end") return event.fields;
  }
  host::fail("{}: no story was told.\n--- console:\n{}", model.string(), console);
}

// Throws unless the run had exactly the plan's tokens, up to its end.
void require_all_tokens(const Plan& plan, const std::string& console, const fs::path& model) {
  const nlohmann::json end = end_of_story(console, model);
  if (end.at("reason") != "length") {
    host::fail("{}: the story ended before position {}", model.string(), plan.end_position);
  }
  const uint32_t prompt_tokens = end.at("prompt_tokens");
  const bool is_prompt = plan.prompt == kPrompt.prompt;
  if (is_prompt ? prompt_tokens <= plan.end_position : prompt_tokens > plan.first_position) {
    host::fail("{}: the prompt has {} tokens, which is no measure of positions {} to {}",
               model.string(), prompt_tokens, plan.first_position, plan.end_position - 1);
  }
}

fs::path make_card(const fs::path& model, const fs::path& kernel, const fs::path& folder,
                   host::Interrupts& interrupts) {
  host::CardRequest request;
  request.models = {model};
  request.kernel = kernel;
  const auto files = host::gather_card_files(request, folder);
  const fs::path card = folder / "card.img";
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
  return card;
}

double ratio(int64_t of, int64_t to) { return static_cast<double>(of) / static_cast<double>(to); }

class Bench {
 public:
  Bench(const fs::path& model, const fs::path& kernel, const fs::path& plugin,
        host::Interrupts& interrupts)
      : model_(model), plugin_(plugin), interrupts_(interrupts) {
    options_.kernel = kernel;
    options_.card = make_card(model, kernel, folder_.path(), interrupts);
  }

  Stretch measure(const Plan& plan) {
    const GuestRun shorter = tell(plan, plan.first_position);
    const GuestRun longer = tell(plan, plan.end_position);
    require_all_tokens(plan, longer.console, model_);
    Stretch stretch;
    stretch.first_position = plan.first_position;
    stretch.end_position = plan.end_position;
    stretch.counts = longer.counts - shorter.counts;
    return stretch;
  }

 private:
  GuestRun tell(const Plan& plan, uint32_t steps) {
    options_.settings = {{"model", model_.filename().string()},
                         {"prompt", std::string(plan.prompt)},
                         {"steps", std::to_string(steps)},
                         {"temperature", "0"},
                         {"seed", "1"},
                         {"autostart", "1"},
                         {"records", "1"},
                         {"poweroff", "1"}};
    return count_guest(options_, plugin_, kPatience, &interrupts_);
  }

  const fs::path& model_;
  const fs::path& plugin_;
  host::Interrupts& interrupts_;
  host::TemporaryFolder folder_;
  host::EmulatorOptions options_;
};

void add_work(Stretch& stretch, const llama::ModelConfig& config, uint64_t macs_per_token) {
  stretch.matrix_macs = static_cast<int64_t>(macs_per_token * stretch.tokens());
  for (uint32_t at = stretch.first_position; at < stretch.end_position; ++at) {
    stretch.attention_macs += static_cast<int64_t>(attention_macs(config, at));
  }
}

void print_stretch(const char* what, const std::vector<GuestFigures>& all,
                   Stretch GuestFigures::*which) {
  const Stretch& any = all.front().*which;
  std::printf("\nEmulated Pi Zero: a token %s, at positions %u to %u (exact, mean)\n", what,
              any.first_position, any.end_position - 1);
  std::printf("%-22s %-5s %12s %11s %10s %9s %12s %12s\n", "model", "type", "instructions",
              "matrix MACs", "attention", "insn/MAC", "bytes loaded", "bytes stored");
  for (const GuestFigures& figures : all) {
    const Stretch& one = figures.*which;
    std::printf("%-22s %-5s %12.0f %11.0f %10.0f %9.3f %12.0f %12.0f\n", figures.model.c_str(),
                figures.weight_type.c_str(), one.per_token(one.counts.instructions),
                one.per_token(one.matrix_macs), one.per_token(one.attention_macs),
                one.instructions_per_mac(), one.per_token(one.counts.load_bytes),
                one.per_token(one.counts.store_bytes));
  }
}

void print_classes(const std::vector<GuestFigures>& all) {
  std::printf("\nInstructions of a token of a story, by class\n%-14s", "");
  for (const GuestFigures& figures : all) std::printf(" %20.20s", figures.model.c_str());
  std::printf("\n");
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    std::printf("%-14s", name_of(static_cast<InstructionClass>(i)).data());
    for (const GuestFigures& figures : all) {
      const GuestCounts& counts = figures.story.counts;
      std::printf(" %12.0f %5.1f %%", figures.story.per_token(counts.by_class[i]),
                  100 * ratio(counts.by_class[i], counts.instructions));
    }
    std::printf("\n");
  }
}

nlohmann::ordered_json to_json(const Stretch& stretch) {
  nlohmann::ordered_json classes;
  for (size_t i = 0; i < kInstructionClassCount; ++i) {
    classes[std::string(name_of(static_cast<InstructionClass>(i)))] =
        stretch.per_token(stretch.counts.by_class[i]);
  }
  return {{"first_position", stretch.first_position},
          {"end_position", stretch.end_position},
          {"instructions_per_token", stretch.per_token(stretch.counts.instructions)},
          {"instructions_per_mac", stretch.instructions_per_mac()},
          {"matrix_macs_per_token", stretch.per_token(stretch.matrix_macs)},
          {"attention_macs_per_token", stretch.per_token(stretch.attention_macs)},
          {"load_bytes_per_token", stretch.per_token(stretch.counts.load_bytes)},
          {"store_bytes_per_token", stretch.per_token(stretch.counts.store_bytes)},
          {"classes_per_token", classes}};
}

}  // namespace

double Stretch::instructions_per_mac() const {
  return ratio(counts.instructions, matrix_macs + attention_macs);
}

GuestFigures measure_guest(const fs::path& model, const fs::path& kernel, const fs::path& plugin,
                           host::Interrupts& interrupts) {
  Bench bench(model, kernel, plugin, interrupts);
  const ModelFacts facts = read_facts(model);
  GuestFigures figures;
  figures.model = model.filename().string();
  figures.weight_type = facts.weight_type;
  figures.story = bench.measure(kStory);
  figures.prompt = bench.measure(kPrompt);
  add_work(figures.story, facts.config, matrix_macs(facts.config));
  add_work(figures.prompt, facts.config, matrix_macs(facts.config) - classifier_macs(facts.config));
  return figures;
}

void print_guest(const std::vector<GuestFigures>& all) {
  if (all.empty()) return;
  print_stretch("of a story", all, &GuestFigures::story);
  print_stretch("of a prompt", all, &GuestFigures::prompt);
  print_classes(all);
}

nlohmann::ordered_json to_json(const GuestFigures& figures) {
  return {{"model", figures.model},
          {"weight_type", figures.weight_type},
          {"story", to_json(figures.story)},
          {"prompt", to_json(figures.prompt)}};
}

}  // namespace bench
