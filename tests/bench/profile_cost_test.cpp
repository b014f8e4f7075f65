// The promise that measuring costs next to nothing: instructions of the same tokens, with the
// profiler on and off.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/files.h"
#include "tests/bench/guest_counter.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kPatience{3};
constexpr int kFirst = 20, kTokens = 8;

// Of kTokens tokens of a story, each from one sampling to the next.
int64_t instructions_of_tokens(const fs::path& card, const std::string& profile) {
  const fs::path kernel = BARELLAMA_PI0_DIR "/kernel.img";
  host::EmulatorOptions options;
  options.kernel = kernel;
  options.card = card;
  options.settings = {
      {"prompt", "Once upon a time"}, {"steps", "40"},    {"temperature", "0"}, {"seed", "1"},
      {"profile", profile},           {"autostart", "1"}, {"poweroff", "1"}};
  GuestCounter counter;
  counter.plugin = BENCH_PLUGIN;
  counter.elf = fs::path(kernel).replace_extension(".elf");
  counter.from = "llama::Sampler::sample:" + std::to_string(kFirst);
  counter.to = "llama::Sampler::sample:" + std::to_string(kFirst + kTokens);
  return count_guest(options, counter, kPatience).counts().instructions;
}

TEST(ProfileCost, IsFarBelowOnePercentOfTheInstructions) {
  const host::TemporaryFolder folder;
  host::Interrupts interrupts;
  host::CardRequest request;
  request.models = {BENCH_DEFAULT_MODEL};
  request.kernel = BARELLAMA_PI0_DIR "/kernel.img";
  const auto files = host::gather_card_files(request, folder.path());
  const fs::path card = folder.path() / "card.img";
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);

  const int64_t off = instructions_of_tokens(card, "off");
  const int64_t on = instructions_of_tokens(card, "on");
  const double percent = 100 * static_cast<double>(on - off) / static_cast<double>(off);
  std::printf("a token: %.0f instructions, %.0f more with the profiler: %.3f %%\n",
              static_cast<double>(off) / kTokens, static_cast<double>(on - off) / kTokens, percent);
  // None at all would mean that it was never on.
  EXPECT_GT(percent, 0.01);
  EXPECT_LT(percent, 1);
}

}  // namespace
}  // namespace bench
