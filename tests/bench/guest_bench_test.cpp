// The whole way: card, kernel, plugin, difference. With the default model and build/pi0's kernel.
#include "tests/bench/guest_bench.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "host-tools/files.h"
#include "tests/bench/comparison.h"

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
  // As cheap as when the baseline was made; who makes tokens dearer on purpose makes it anew by
  // `./dev bench --guest --json tests/bench/baseline.json`.
  const auto older = nlohmann::json::parse(host::read_file(BENCH_BASELINE));
  const nlohmann::json newer = {{"guest", {to_json(figures)}}};
  EXPECT_TRUE(print_changes(compare(older, newer)));
}

}  // namespace
}  // namespace bench
