// The default model tells what it told when it came (tests/golden/README.md), and its checkpoint
// what llama2.c tells.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/behaviours/told_by_host.h"

namespace host {
namespace {

const std::filesystem::path kGolden = BARELLAMA_GOLDEN;
const std::filesystem::path kModel = std::filesystem::path(BARELLAMA_SHARED_DATA) / "../model";

struct Golden {
  const char* file;
  const char* prompt;
  llama::SamplerSettings sampling;
};

class GoldenText : public testing::TestWithParam<Golden> {};

TEST_P(GoldenText, IsToldByteForByte) {
  Teller teller(BARELLAMA_DEFAULT_MODEL);
  const Golden& golden = GetParam();
  EXPECT_EQ(teller.tell(golden.prompt, 0, golden.sampling).text + "\n",
            read_file(kGolden / golden.file));
}

INSTANTIATE_TEST_SUITE_P(
    DefaultModel, GoldenText,
    testing::Values(Golden{"once.txt", "Once upon a time", {.temperature = 0, .seed = 1}},
                    Golden{"dragon.txt", "The dragon", {.temperature = 0, .seed = 1}},
                    Golden{"seed1.txt", "", {.temperature = 0.8f, .top_p = 0.9f, .seed = 1}},
                    Golden{"seed5.txt", "", {.temperature = 0.8f, .top_p = 0.9f, .seed = 5}}),
    [](const auto& value) { return std::filesystem::path(value.param.file).stem().string(); });

TEST(DefaultModel, TellsWhatLlama2cTellsBeforeItIsQuantized) {
  if (!std::filesystem::exists(kModel / "story.bin")) {
    GTEST_SKIP() << kModel << " is not here: the checkpoint's stories are not compared";
  }
  const TemporaryFolder folder;
  const auto path = folder.path() / "story.blm";
  convert(kModel / "story.bin", kModel / "tokenizer.bin", llama::WeightType::kF32, path);
  Teller teller(path);
  for (const auto& test : nlohmann::json::parse(read_file(kModel / "ref/cases.json"))) {
    const float temperature = test["temperature"];
    const llama::SamplerSettings sampling = {.temperature = temperature,
                                             .top_p = test.value("top_p", 0.9f),
                                             .seed = test.value("seed", uint64_t{1})};
    EXPECT_EQ(teller.tell(test["prompt"].get<std::string>(), test["steps"], sampling).text + "\n",
              read_file(kModel / "ref" / test["text_file"].get<std::string>()))
        << test["name"];
  }
}

// One weight's bits are the same in both files, or the committed file is not what its card says.
TEST(DefaultModel, IsItsCheckpointInQ8) {
  if (!std::filesystem::exists(kModel / "story.bin")) {
    GTEST_SKIP() << kModel << " is not here: the default model's file is not compared";
  }
  const TemporaryFolder folder;
  const auto path = folder.path() / "story.blm";
  convert(kModel / "story.bin", kModel / "tokenizer.bin", llama::WeightType::kQ8_0, path);
  Teller committed(BARELLAMA_DEFAULT_MODEL);
  Teller converted(path);
  const llama::SamplerSettings sampling = {.temperature = 0, .seed = 1};
  EXPECT_EQ(committed.tell("Once upon a time", 20, sampling).logits,
            converted.tell("Once upon a time", 20, sampling).logits);
}

}  // namespace
}  // namespace host
