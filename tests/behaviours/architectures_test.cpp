// Models of other architectures than Llama's compute what the programs that made them compute, from
// GGUF and from Hugging Face, in every type, pinned and streamed; what is not run is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "host-tools/model/model_weights.h"
#include "tests/behaviours/conversions.h"
#include "tests/behaviours/told_by_host.h"
#include "tests/llama/test_machine.h"

namespace host {
namespace {

namespace fs = std::filesystem;

using enum llama::TensorRole;
using llama::WeightType;
using testing::HasSubstr;

using Floats = std::vector<float>;

const fs::path kModels = fs::path(BARELLAMA_SHARED_DATA) / "arch";

// Of `ids`, `batch` of them at once, with so many bytes of weights in memory.
Floats logits_of(const fs::path& model, const std::vector<int32_t>& ids, uint64_t pinned,
                 uint32_t batch) {
  const std::string content = read_file(model);
  const auto bytes = std::as_bytes(std::span(content.data(), content.size()));
  llama::Machine machine({bytes.begin(), bytes.end()}, 16 << 20,
                         {.context = static_cast<uint32_t>(ids.size()),
                          .max_columns = batch,
                          .all_logits = true,
                          .weights = {.buffer_bytes = 8192, .max_pinned_bytes = pinned}});
  EXPECT_TRUE(machine.status.ok()) << text(machine.status);
  Floats logits;
  EXPECT_TRUE(machine.run(ids, batch, logits).ok());
  return logits;
}

// Relative to the largest that is expected.
double distance(const Floats& logits, const Floats& expected) {
  EXPECT_EQ(logits.size(), expected.size());
  double farthest = 0, largest = 0;
  for (size_t i = 0; i < std::min(logits.size(), expected.size()); ++i) {
    const auto wanted = static_cast<double>(expected[i]);
    farthest = std::max(farthest, std::abs(static_cast<double>(logits[i]) - wanted));
    largest = std::max(largest, std::abs(wanted));
  }
  return farthest / largest;
}

struct Kind {
  const char* name;  // "general.architecture" and "model_type", but for Mistral's
  std::vector<llama::TensorRole> extras;
};

const Kind kKinds[] = {{"llama", {}},
                       {"llama", {kWqBias, kWkBias, kWvBias, kWoBias}},
                       {"llama", {kW1Bias, kW3Bias, kW2Bias}},
                       {"mistral", {}},
                       {"qwen2", {kWqBias, kWkBias, kWvBias}},
                       {"qwen3", {kQueryNorm, kKeyNorm}}};

using Architectures = Conversions;

TEST_F(Architectures, AreTheSameFromGgufFromHuggingFaceAndFromTheWeightsThemselves) {
  llama::ModelConfig config = tests::small_config();
  config.dim = 96;
  config.hidden_dim = 128;
  config.n_heads = 4;
  config.head_size = 32;  // heads that together are wider than the model
  config.vocab_size = 300;
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(testing::Message() << kind.name << " with " << kind.extras.size());
    tests::RandomWeights weights(config, 7, tests::Pruned::kNo, kind.extras);
    const auto gguf = folder_.path() / "model.gguf";
    const bool is_mistral = kind.name == std::string_view("mistral");
    fakes::write_gguf(weights, StoredType::kF32, gguf, is_mistral ? "llama" : kind.name);
    const auto hugging_face = folder_.path() / "hf";
    fs::remove_all(hugging_face);
    fs::create_directory(hugging_face);
    fakes::write_hugging_face(weights, StoredType::kF32, hugging_face, 1, kind.name);
    expect_same(weights, gguf, hugging_face);
  }
}

class RealArchitectures : public Architectures {
 protected:
  void SetUp() override {
    if (!fs::exists(kModels)) {
      GTEST_SKIP() << kModels << " is not here: models of other architectures are not compared";
    }
  }
  // With the vocabulary of one of them: what ids mean does not matter here.
  void convert(const fs::path& input, const WriteOptions& options) const {
    convert_any(input, output_, options, {.tokenizer = kModels / "mistral/model-f32.gguf"});
  }
  static std::vector<int32_t> ids_of(const std::string& model) {
    return nlohmann::json::parse(read_file(kModels / model / "input.json"))["ids"];
  }
  static Floats expected_of(const std::string& model, const char* type) {
    return read_floats(kModels / model / text("logits-{}-exact.bin", type));
  }
  Floats logits(const std::string& model) const {
    return logits_of(output_, ids_of(model), UINT64_MAX, 8);
  }
  // As transformers 5 writes its configuration.
  fs::path with_new_config(const std::string& model) const {
    const fs::path folder = folder_.path() / "new" / model;
    fs::create_directories(folder.parent_path());
    fs::copy(kModels / model / "hf", folder);
    fs::remove(folder / "config.json");
    fs::copy(folder / "config.transformers5.json", folder / "config.json");
    return folder;
  }
};

constexpr const char* kRun[] = {
    "qwen2-tied", "qwen2",   "qwen2-yarn",   "qwen3-tied", "qwen3",
    "llama-bias", "mistral", "llama-linear", "llama-yarn", "llama-attention-bias"};

TEST_F(RealArchitectures, ComputeTheExactLogitsFromGgufAndFromBothConfigurations) {
  for (const std::string model : kRun) {
    const Floats expected = expected_of(model, "f32");
    const fs::path inputs[] = {kModels / model / "model-f32.gguf", kModels / model / "hf",
                               with_new_config(model)};
    for (const fs::path& input : inputs) {
      convert(input, {.type = WeightType::kF32, .name = "exact"});
      EXPECT_LT(distance(logits(model), expected), 2e-4) << input;
    }
  }
}

TEST_F(RealArchitectures, GiveTheSameBitsPinnedAndStreamedInEveryType) {
  for (const std::string model : kRun) {
    const auto ids = ids_of(model);
    for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
      convert(kModels / model / "model-f32.gguf", {.type = type, .name = "same"});
      const Floats whole = logits_of(output_, ids, UINT64_MAX, 1);
      for (const uint64_t pinned : {uint64_t{0}, uint64_t{20000}}) {
        EXPECT_TRUE(llama::same_bits(logits_of(output_, ids, pinned, 4), whole))
            << model << llama::name_of(type) << pinned;
      }
    }
  }
}

TEST_F(RealArchitectures, KeptInQ8_0DifferByTheirActivationsOnly) {
  for (const std::string model : kRun) {
    const fs::path gguf = kModels / model / "model-q8_0.gguf";
    if (!fs::exists(gguf)) continue;
    convert(gguf, {.keep_groups = true, .name = "kept"});
    EXPECT_LT(distance(logits(model), expected_of(model, "q8_0")), 0.025) << model;
  }
}

TEST_F(RealArchitectures, InQ4_0DifferFromTheirOwnWeightsByTheirActivationsOnly) {
  for (const std::string model : kRun) {
    convert(kModels / model / "model-f32.gguf", {.type = WeightType::kQ4_0, .name = "small"});
    const Floats small = logits(model);
    ModelWeights weights(output_);
    const auto floats = folder_.path() / "floats.blm";
    write_model(weights, weights.tokenizer(), {.type = WeightType::kF32, .name = "floats"}, floats);
    EXPECT_LT(distance(small, logits_of(floats, ids_of(model), UINT64_MAX, 8)), 0.05) << model;
  }
}

TEST_F(RealArchitectures, ThatAreNotRunAreNamed) {
  const auto failure = [&](const fs::path& input) -> std::string {
    try {
      convert(input, {.name = "none"});
    } catch (const Failure& thrown) {
      return thrown.what();
    }
    return "it was read";
  };
  const std::pair<const char*, const char*> kOthers[] = {
      {"gemma3", "\"gemma3_text\""}, {"gemma3-period6", "\"gemma3_text\""},
      {"granite", "\"granite\""},    {"granitemoe", "\"granitemoe\""},
      {"mixtral", "\"mixtral\""},    {"olmoe", "\"olmoe\""},
      {"qwen3moe", "\"qwen3_moe\""}};
  for (const auto& [model, type] : kOthers) {
    EXPECT_THAT(failure(kModels / model / "hf"), HasSubstr(type));
    EXPECT_THAT(failure(with_new_config(model)), HasSubstr(type));
    const std::string of_gguf = failure(kModels / model / "model-f32.gguf");
    // Mixtral is a Llama there, but for its tensors.
    const std::string name = std::string_view(model) == "mixtral" ? "llama" : model;
    EXPECT_THAT(of_gguf, HasSubstr("architecture \"" + name.substr(0, name.find('-')) + "\""));
  }
}

}  // namespace
}  // namespace host
