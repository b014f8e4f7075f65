// What the self-test takes for known, against the host's own reckoning.
#include "kernel/bench/self_test.h"

#include "host-tools/model/host_model.h"
#include "llama/logits_hash.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string hex(uint64_t value, int digits) {
  char text[17];
  std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

TEST(SelfTestValues, OfKernelsAreThoseOfTheHost) {
  llama::enter_flush_to_zero();
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    for (const llama::KnownProduct& known : traits->known_products) {
      EXPECT_EQ(hex(kernel_crc(traits->type, known.columns), 8), hex(known.crc, 8))
          << traits->name << ", " << known.columns;
    }
  }
  EXPECT_EQ(hex(operations_crc(), 8), hex(known_operations_crc(), 8));
}

TEST(SelfTestValues, OfTheDefaultModelAreThatOfARunOnTheHost) {
  llama::enter_flush_to_zero();
  host::HostModel model(
      BARELLAMA_DEFAULT_MODEL,
      {.ram_bytes = {}, .context = 0, .all_logits = true, .max_prompt_bytes = 2048});
  llama::LogitsHash hash;
  fakes::FakeMachine machine;
  base::NullSink nowhere;
  const auto told =
      model.model().generate({.prompt = kSelfTestPrompt,
                              .steps = kSelfTestPositions,
                              .sampling = {.temperature = 0, .top_p = 0.9f, .seed = 1},
                              .interrupt = nullptr,
                              .observer = &hash},
                             nowhere);
  ASSERT_TRUE(told.ok());
  const KnownModel& known = known_models().front();
  EXPECT_EQ(hex(model.model().file().directory_crc(), 8), hex(known.directory_crc, 8));
  EXPECT_EQ(hex(hash.value(), 16), hex(known.logits_hash, 16));
  const auto again = greedy_hash(model.model(), nullptr);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(hex(*again, 16), hex(known.logits_hash, 16));
}

class SelfTestCommand : public ConsoleTest {
 protected:
  std::string run(const std::string& ini = "") {
    insert_with_ini("autostart = 0\n" + ini);
    console_.start();
    return console_.say("/selftest");
  }
};

TEST_F(SelfTestCommand, PassesForAModelInMemory) {
  const std::string console = run();
  EXPECT_THAT(console, HasSubstr("  pass f32 matrix, 1 token: CRC "));
  EXPECT_THAT(console, HasSubstr("  pass q4_0 matrix, 8 tokens: CRC "));
  EXPECT_THAT(console, HasSubstr("  pass q8_0_masked matrix, 1 token: CRC "));
  EXPECT_THAT(console, HasSubstr(" MiB: 0 differ from their CRC\n"));
  EXPECT_THAT(console, HasSubstr(" MB read from the card again: 0 pieces differ from memory\n"));
  EXPECT_THAT(console, HasSubstr("tokens, at once and one by one: "));
  EXPECT_THAT(console, HasSubstr("selftest: 14 passed, 0 failed\n"));
  EXPECT_THAT(console, Not(HasSubstr("FAIL")));
  EXPECT_FALSE(machine_.is_busy());
}

TEST_F(SelfTestCommand, PassesForAModelThatStreams) {
  EXPECT_THAT(run("ctx = 32\nram_mib = 0.3\n"), HasSubstr("selftest: 14 passed, 0 failed\n"));
}

TEST_F(SelfTestCommand, FindsACardThatChangedBehindTheModel) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  // Somewhere in the weights, behind directory and tables.
  fakes::Bytes& image = cards_.back()->image;
  const auto& bytes = model();
  const auto weights =
      std::search(image.begin(), image.end(), bytes.begin() + 40'000, bytes.begin() + 40'064);
  ASSERT_NE(weights, image.end());
  *weights ^= std::byte{1};
  const std::string console = console_.say("/selftest");
  EXPECT_THAT(console, HasSubstr("  FAIL "));
  EXPECT_THAT(console, HasSubstr("again: 1 pieces differ from memory\n"));
  EXPECT_THAT(console, HasSubstr("selftest: 13 passed, 1 failed\n"));
}

TEST_F(SelfTestCommand, TestsTheArithmeticWithoutACard) {
  console_.start();
  const std::string console = console_.say("/selftest");
  EXPECT_THAT(console, HasSubstr("  there is no model, so none was tested\n"));
  EXPECT_THAT(console, HasSubstr("selftest: 11 passed, 0 failed\n"));
}

TEST_F(SelfTestCommand, StopsAtControlC) {
  insert_with_ini("autostart = 0\n");
  console_.start();
  machine_.type_when_shown("pass q4_0", "\x03");
  EXPECT_THAT(console_.say("/selftest"), HasSubstr("[stopped]\n> "));
}

}  // namespace
}  // namespace kernel
