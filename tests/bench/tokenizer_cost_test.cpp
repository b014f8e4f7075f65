// The promise that tokenizing takes no time that a user notices: 1,000 characters become tokens
// within 0.1 s of a Pi Zero, whatever they are.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <tuple>

#include "tests/bench/tokenizer_bench.h"

namespace bench {
namespace {

constexpr double kMostSeconds = 0.1;

class TokenizerCost
    : public testing::TestWithParam<std::tuple<TokenizerVocabulary, TokenizerText>> {
 protected:
  static TokenizerBench& bench() {
    static TokenizerBench only(BARELLAMA_PI0_DIR "/kernel.img", BENCH_PLUGIN,
                               BARELLAMA_SHARED_DATA);
    return only;
  }
};

TEST_P(TokenizerCost, IsBelowATenthOfASecondForAThousandCharacters) {
  const auto& [vocabulary, text] = GetParam();
  if (!bench().has(vocabulary)) {
    GTEST_SKIP() << "the shared data's " << vocabulary.file << " is not there";
  }
  host::Interrupts interrupts;
  const TokenizerFigures figures = bench().measure(vocabulary, text, interrupts);
  std::printf("%s, %s: %.2f ms, %lld instructions\n", vocabulary.title, text.title,
              1e3 * figures.seconds, static_cast<long long>(figures.instructions));
  // Fewer would not have looked at each character.
  EXPECT_GT(figures.instructions, 50 * static_cast<int64_t>(TokenizerFigures::kCharacters));
  EXPECT_LT(figures.seconds, kMostSeconds);
}

INSTANTIATE_TEST_SUITE_P(, TokenizerCost,
                         testing::Combine(testing::ValuesIn(tokenizer_vocabularies().begin(),
                                                            tokenizer_vocabularies().end()),
                                          testing::ValuesIn(tokenizer_texts().begin(),
                                                            tokenizer_texts().end())),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param).name) +
                                  std::get<1>(test.param).name;
                         });

}  // namespace
}  // namespace bench
