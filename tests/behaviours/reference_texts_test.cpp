// Karpathy's stories260K in f32, against llama2.c: every text byte for byte, logits to 1e-4.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/behaviours/told_by_host.h"

namespace host {
namespace {

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;

class Stories260K : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kData / "ref/cases.json")) {
      GTEST_SKIP() << kData << " is not here: not compared with llama2.c";
    }
    const auto path = folder_.path() / "stories260K.blm";
    convert(kData / "llama2c/stories260K.bin", kData / "llama2c/tok512.bin",
            llama::WeightType::kF32, path);
    teller_.emplace(path);
    cases_ = nlohmann::json::parse(read_file(kData / "ref/cases.json"));
  }
  static llama::SamplerSettings sampling_of(const nlohmann::json& test) {
    return {.temperature = test["temperature"],
            .top_p = test.value("top_p", 0.9f),
            .seed = test.value("seed", uint64_t{1})};
  }
  Teller::Story tell(const nlohmann::json& test) {
    return teller_->tell(test["prompt"].get<std::string>(), test["steps"], sampling_of(test));
  }

  TemporaryFolder folder_;
  std::optional<Teller> teller_;
  nlohmann::json cases_;
};

TEST_F(Stories260K, TellsWhatLlama2cTells) {
  size_t compared = 0;
  for (const auto& test : cases_) {
    if (!test.contains("text_file")) continue;
    ++compared;
    EXPECT_EQ(tell(test).text + "\n",
              read_file(kData / "ref" / test["text_file"].get<std::string>()))
        << test["name"];
  }
  EXPECT_EQ(compared, 10u);
}

TEST_F(Stories260K, ChoosesLlama2csTokens) {
  size_t compared = 0;
  for (const auto& test : cases_) {
    if (!test.contains("greedy_input_ids")) continue;
    ++compared;
    const std::string prompt = test["prompt"];
    const auto prompt_ids = test["prompt_ids"].get<std::vector<int32_t>>();
    const llama::Tokenizer& tokenizer = teller_->model().tokenizer();
    Memory memory(tokenizer.scratch_bytes(prompt.size()) + 64);
    base::Arena scratch(memory.span());
    std::vector<int32_t> room(tokenizer.max_tokens(prompt.size()));
    const auto ids =
        require_value(tokenizer.encode(prompt, llama::AddBos::kYes, scratch, room), prompt);
    EXPECT_EQ(std::vector<int32_t>(ids.begin(), ids.end()), prompt_ids) << test["name"];

    const auto inputs = test["greedy_input_ids"].get<std::vector<int32_t>>();
    const auto story = tell(test);
    ASSERT_EQ(story.logits.size(), inputs.size()) << test["name"];
    for (size_t position = prompt_ids.size(); position < inputs.size(); ++position) {
      ASSERT_EQ(llama::argmax(story.logits[position - 1]), inputs[position])
          << test["name"] << ", position " << position;
    }
  }
  EXPECT_EQ(compared, 7u);
}

TEST_F(Stories260K, HasLlama2csLogits) {
  size_t compared = 0;
  for (const auto& test : cases_) {
    const auto path = kData / "ref" / ("logits_fp32_" + test["name"].get<std::string>() + ".f32");
    if (!std::filesystem::exists(path)) continue;
    ++compared;
    const std::vector<float> expected = read_floats(path);
    const auto story = tell(test);
    const size_t vocabulary = story.logits[0].size();
    float farthest = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      const float difference = story.logits[i / vocabulary][i % vocabulary] - expected[i];
      farthest = std::max(farthest, std::abs(difference));
    }
    EXPECT_EQ(expected.size(), 8 * vocabulary);
    EXPECT_LT(farthest, 1e-4f) << test["name"];
  }
  EXPECT_EQ(compared, 2u);
}

}  // namespace
}  // namespace host
