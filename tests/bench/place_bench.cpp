#include "tests/bench/place_bench.h"

#include <cstdio>

#include "host-tools/support/failure.h"
#include "llama/profiler.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/guest_story.h"
#include "tests/bench/model_work.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

// Each is a token of its own in the vocabularies that are measured: so a prompt has as many as are
// wanted.
constexpr char kDigit = '7';

std::vector<PlaceFigures::Scope> scopes_of(const nlohmann::json& cells) {
  std::vector<PlaceFigures::Scope> scopes;
  for (size_t i = 0; i < cells.size(); ++i) {
    const uint64_t cycles = cells[i].at("cycles");
    if (cycles == 0) continue;
    const auto operation = static_cast<llama::Operation>(i % llama::kOperationCount);
    const auto row = static_cast<int>(i / llama::kOperationCount);
    scopes.push_back({std::string(llama::name_of(operation)), row - 1, cycles});
  }
  return scopes;
}

}  // namespace

PlaceBench::PlaceBench(const fs::path& model, const Place& place, const fs::path& kernel,
                       const fs::path& plugin, host::Interrupts& interrupts)
    : model_(model),
      place_(place),
      interrupts_(interrupts),
      config_(read_facts(model).config),
      tokens_before_digits_(count_tokens(model, std::string(1, kDigit)) - 1) {
  options_.kernel = kernel;
  options_.card = make_card(model, kernel, folder_.path(), interrupts);
  counter_.plugin = plugin;
  counter_.elf = fs::path(kernel).replace_extension(".elf");
  counter_.bandwidths = {kBandwidths[kUsualBandwidth]};
  counter_.from = host::text("{}:1", kForward);
  counter_.to = host::text("{}:1", kSample);
  counter_.warm_up = 0;
  const std::string console = tell(tokens_before_digits_ + 1, "1").console;
  model_record_ = first_record(console, "model");
  if (first_record(console, "end").at("prompt_tokens") != tokens_before_digits_ + 1) {
    host::fail("{}: a digit is not a token", model.string());
  }
  counter_.scopes = scope_table(model_record_, config_, ScopesOf::kLayers);
}

GuestRun PlaceBench::tell(uint32_t prompt_tokens, const char* records) {
  if (prompt_tokens != 1 && prompt_tokens <= tokens_before_digits_) {
    host::fail("a prompt of {} tokens: it has 1 if it is empty, otherwise at least {}",
               prompt_tokens, tokens_before_digits_ + 1);
  }
  const uint32_t digits = prompt_tokens == 1 ? 0 : prompt_tokens - tokens_before_digits_;
  options_.settings = {{"model", model_.filename().string()},
                       {"prompt", std::string(digits, kDigit)},
                       {"ctx", std::to_string(place_.context)},
                       {"kv", place_.kv},
                       {"ram_mib", place_.ram_mib.empty() ? "0" : place_.ram_mib},
                       {"steps", std::to_string(prompt_tokens + 2)},
                       {"temperature", "0"},
                       {"repeat_penalty", repeat_penalty_},
                       {"seed", "1"},
                       {"autostart", "1"},
                       {"records", records},
                       {"profile", "on"},
                       {"poweroff", "1"}};
  return count_guest(options_, counter_, kPatience, &interrupts_);
}

// A model with random weights whose classifier is its embedding likes best what it has just read:
// if that is the BOS alone, the story ends at once. A penalty for what was there costs a look at
// all logits.
GuestRun PlaceBench::tell_on(uint32_t prompt_tokens) {
  try {
    return tell(prompt_tokens, "0");
  } catch (const host::Failure&) {
    interrupts_.check();
    repeat_penalty_ = "100";
    GuestRun run = tell(prompt_tokens, "0");
    repeat_penalty_ = "1";
    return run;
  }
}

PlaceFigures PlaceBench::measure(uint32_t prompt_tokens, bool is_prompt) {
  counter_.from = is_prompt ? host::text("{}:1", kForward) : host::text("{}:1", kSample);
  counter_.to = host::text("{}:{}", kSample, is_prompt ? 1 : 2);
  const GuestRun run = tell_on(prompt_tokens);
  PlaceFigures figures;
  figures.model = model_.filename().string();
  figures.place = place_;
  figures.place.context = model_record_.at("context");
  figures.is_prompt = is_prompt;
  figures.tokens = prompt_tokens;
  figures.pinned_bytes = model_record_.at("pinned_bytes");
  figures.streamed_bytes = model_record_.at("streamed_bytes");
  figures.counts = run.counts();
  figures.scopes = scopes_of(run.scopes);
  const uint64_t classifier = classifier_macs(config_);
  const uint32_t passed = is_prompt ? prompt_tokens : 1;
  figures.macs = passed * (matrix_macs(config_) - classifier) + classifier;
  for (uint32_t i = 0; i < passed; ++i) {
    figures.attention_macs += attention_macs(config_, is_prompt ? i : prompt_tokens);
  }
  return figures;
}

PlaceFigures PlaceBench::token_at(uint32_t position) { return measure(position, false); }
PlaceFigures PlaceBench::prompt_of(uint32_t tokens) { return measure(tokens, true); }

nlohmann::ordered_json to_json(const PlaceFigures& figures) {
  nlohmann::ordered_json json = {{"model", figures.model},
                                 {"kv_type", figures.place.kv},
                                 {"context", figures.place.context},
                                 {"ram_mib", figures.place.ram_mib},
                                 {"what", figures.is_prompt ? "prompt" : "token"},
                                 {"tokens", figures.tokens},
                                 {"cycles", figures.counts.cycles},
                                 {"instructions", figures.counts.instructions},
                                 {"sdram_bytes", figures.counts.sdram_bytes},
                                 {"matrix_macs", figures.macs},
                                 {"attention_macs", figures.attention_macs},
                                 {"pinned_bytes", figures.pinned_bytes},
                                 {"streamed_bytes", figures.streamed_bytes}};
  for (const PlaceFigures::Scope& scope : figures.scopes) {
    json["scopes"].push_back(
        {{"operation", scope.operation}, {"layer", scope.layer}, {"cycles", scope.cycles}});
  }
  return json;
}

void print_places(const std::vector<PlaceFigures>& all) {
  std::printf("\nCycles of a token with others before it, and of a prompt, at %u MB/s\n",
              kBandwidths[kUsualBandwidth]);
  std::printf("%-24s %-5s %7s %7s  %-6s %7s %14s %14s\n", "model", "kv", "context", "MiB", "what",
              "tokens", "cycles", "streamed bytes");
  for (const PlaceFigures& one : all) {
    std::printf(
        "%-24s %-5s %7u %7s  %-6s %7u %14lld %14llu\n", one.model.c_str(), one.place.kv.c_str(),
        one.place.context, one.place.ram_mib.empty() ? "all" : one.place.ram_mib.c_str(),
        one.is_prompt ? "prompt" : "token", one.tokens, static_cast<long long>(one.counts.cycles),
        static_cast<unsigned long long>(one.streamed_bytes));
  }
}

}  // namespace bench
