// The whole way: card, kernel, plugin, difference. With the default model and build/pi0's kernel.
#include "tests/bench/guest_bench.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "host-tools/model/model_plan.h"
#include "host-tools/support/files.h"
#include "tests/bench/comparison.h"
#include "tests/bench/model_work.h"
#include "tests/bench/paced_stretches.h"

namespace bench {
namespace {

// A core without vectors multiplies at most two pairs at once (SMLAD); a count far off means that
// something else was counted than these tokens.
TEST(GuestBench, CountsWhatIsPlausibleAndNoMoreThanTheBaseline) {
  host::Interrupts interrupts;
  const GuestFigures figures = measure_guest(
      BENCH_DEFAULT_MODEL, "q8_0", BARELLAMA_PI0_DIR "/kernel.img", BENCH_PLUGIN, interrupts);
  for (const Stretch& stretch : {figures.story, figures.prompt}) {
    EXPECT_GT(stretch.instructions_per_mac(), 0.5);
    EXPECT_LT(stretch.instructions_per_mac(), 20);
    // Each weight is a byte at least, and loaded once for at most eight tokens.
    EXPECT_GT(stretch.counts().load_bytes, stretch.matrix_macs / 8);
  }
  EXPECT_GT(figures.story.matrix_macs / figures.story.tokens(),
            figures.prompt.matrix_macs / figures.prompt.tokens());
  // As plans predict it.
  const llama::Plan plan = host::plan_for_board(
      BENCH_DEFAULT_MODEL, {.context = kBenchContext, .kv = llama::KvType::kQ8_0});
  for (const Stretch* stretch : {&figures.story, &figures.prompt}) {
    const double planned = work_of(plan, {.is_prompt = stretch == &figures.prompt},
                                   stretch->first_position, stretch->tokens())
                               .cycles({});
    EXPECT_NEAR(planned / stretch->per_token(stretch->counts().cycles), 1, 0.05)
        << "./dev bench --write-pace --write-docs measures and fits again";
  }
  // As cheap as when the baseline was made; a change that makes tokens more expensive on
  // purpose renews it by `./dev bench --guest --write-docs`.
  const auto older = nlohmann::json::parse(host::read_file(BENCH_BASELINE));
  const nlohmann::json newer = {{"guest", {to_json(figures)}}};
  EXPECT_TRUE(print_changes(compare(older, newer)));
}

// Each operation of the default model's five layers was begun as often as it is in a token, and
// what they cost is all that there was, but for the instructions from the last one's begin to the
// mark.
TEST(GuestBench, ChargesEachCycleToAnOperationOfTheProfiler) {
  host::Interrupts interrupts;
  const ScopeFigures figures = measure_scopes(
      BENCH_DEFAULT_MODEL, "q8_0", BARELLAMA_PI0_DIR "/kernel.img", BENCH_PLUGIN, interrupts);
  std::map<std::string, ScopeFigures::Scope> scopes;
  double charged = 0;
  for (const ScopeFigures::Scope& scope : figures.scopes) {
    scopes[scope.operation] = scope;
    charged += scope.figures.at("cycles").get<double>();
  }
  const auto all = static_cast<double>(figures.counts.cycles);
  EXPECT_LE(charged, all);
  ASSERT_GT(charged, 0.999 * all);
  const uint64_t layers = read_facts(BENCH_DEFAULT_MODEL).config.n_layers;
  for (const char* operation : {"attention_norm", "wq", "attention", "wo", "w1", "w2", "swiglu"}) {
    EXPECT_EQ(scopes[operation].entries, layers * figures.tokens) << operation;
  }
  EXPECT_EQ(scopes["sample"].entries, figures.tokens);
  // An operation's multiplications are its own: w1 and w3 have as many, 352 rows where wq has 128.
  const auto cycles = [&](const char* operation) {
    return scopes[operation].figures.at("cycles").get<double>();
  };
  EXPECT_NEAR(cycles("w1") / cycles("w3"), 1, 0.1);
  EXPECT_GT(cycles("w1"), 1.5 * cycles("wq"));
}

// The promise for a model of 16 MB is 2 s, most of them the card's; this one has 1.2.
TEST(GuestBench, SeesThePromptComeSoonAfterPowerOn) {
  host::Interrupts interrupts;
  const StartFigures start =
      measure_start(BENCH_DEFAULT_MODEL, BARELLAMA_PI0_DIR "/kernel.img", BENCH_PLUGIN, interrupts);
  EXPECT_GT(start.prompt_seconds, 0.01);
  EXPECT_LT(start.prompt_seconds, 0.15);
  // Loading is most of both.
  EXPECT_NEAR(start.prompt_seconds, start.token_seconds, 0.02);
  EXPECT_GT(start.line_seconds, 0.02);
  EXPECT_LT(start.sum(), 0.5);
}

}  // namespace
}  // namespace bench
