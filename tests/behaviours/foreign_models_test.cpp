// GGUF files and Hugging Face folders become models that compute what the programs that made them
// compute; whatever the way, the same weights give the same file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/behaviours/conversions.h"
#include "tests/behaviours/told_by_host.h"
#include "tests/fakes/random_model.h"

namespace host {
namespace {

using llama::WeightType;

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;
constexpr llama::SamplerSettings kGreedy = {.temperature = 0, .seed = 1};
constexpr size_t kVocabulary = 512;

using ForeignModels = Conversions;

// Shapes of real models, made small: SmolLM2's heads (9, 3 of them for keys and values, tied),
// Llama 3.2's (stretched RoPE, tied), Llama 2's (own classifier, a kv head for each head), and
// heads that together are wider than the model.
std::vector<llama::ModelConfig> shapes() {
  llama::ModelConfig smol = tests::small_config();
  smol.dim = 288;
  smol.n_heads = 9;
  smol.n_kv_heads = 3;
  smol.head_size = 32;
  smol.hidden_dim = 96;
  smol.vocab_size = 300;
  smol.n_layers = 2;
  smol.tied_classifier = true;
  smol.rope_base = 100000.0f;

  llama::ModelConfig llama3 = smol;
  llama3.dim = 256;
  llama3.n_heads = 4;
  llama3.n_kv_heads = 1;
  llama3.head_size = 64;
  llama3.rope_base = 500000.0f;
  llama3.rope_scaling = llama::RopeScaling::kLlama3;
  llama3.rope_factor = 32;
  llama3.rope_low_freq_factor = 1;
  llama3.rope_high_freq_factor = 4;
  llama3.rope_original_context = 8192;

  llama::ModelConfig llama2 = smol;
  llama2.dim = 128;
  llama2.n_heads = llama2.n_kv_heads = 4;
  llama2.rope_base = 10000.0f;
  llama2.tied_classifier = false;

  llama::ModelConfig wide = llama2;
  wide.head_size = 64;
  return {smol, llama3, llama2, wide};
}

TEST_F(ForeignModels, AreTheSameFromGgufFromHuggingFaceAndFromTheWeightsThemselves) {
  for (const llama::ModelConfig& config : shapes()) {
    SCOPED_TRACE(testing::Message() << config.dim << " " << config.head_size);
    tests::RandomWeights weights(config, 7);
    const auto gguf = folder_.path() / "model.gguf";
    fakes::write_gguf(weights, StoredType::kF32, gguf);
    const auto hugging_face = folder_.path() / "hf";
    std::filesystem::create_directory(hugging_face);
    fakes::write_hugging_face(weights, StoredType::kF32, hugging_face);
    expect_same(weights, gguf, hugging_face);
    // And what is equal can be told.
    EXPECT_EQ(Teller(output_).tell("a b", 8, kGreedy).logits.size(), 8u);
  }
}

TEST_F(ForeignModels, AreTheSameInOnePieceAndInParts) {
  const llama::ModelConfig config = shapes()[2];
  tests::RandomWeights weights(config, 3);
  const auto one = folder_.path() / "one.gguf";
  fakes::write_gguf(weights, StoredType::kF16, one);
  const WriteOptions options{.name = "parts"};
  const std::string expected = convert_bytes(one, options);
  for (const uint32_t parts : {2u, 3u, 11u}) {
    const auto first = fakes::write_gguf_parts(weights, StoredType::kF16, folder_.path(), parts);
    EXPECT_TRUE(convert_bytes(first, options) == expected) << parts;
    // Any part may be named.
    const auto last = text("model-{:05}-of-{:05}.gguf", parts, parts);
    EXPECT_TRUE(convert_bytes(folder_.path() / last, options) == expected) << parts;
  }
  const auto hugging_face = folder_.path() / "hf";
  std::filesystem::create_directory(hugging_face);
  fakes::write_hugging_face(weights, StoredType::kF16, hugging_face);
  const std::string whole = convert_bytes(hugging_face, options);
  std::filesystem::remove(hugging_face / "model.safetensors");
  fakes::write_hugging_face(weights, StoredType::kF16, hugging_face, 4);
  EXPECT_TRUE(convert_bytes(hugging_face, options) == whole);
}

TEST_F(ForeignModels, KeepGroupsOf32BitForBit) {
  const llama::ModelConfig config = shapes()[0];
  tests::RandomWeights weights(config, 5);
  const auto segment =
      require_value(build_tokenizer_segment(fakes::make_vocabulary(config.vocab_size)), "tokens");
  const auto gguf = folder_.path() / "model.gguf";
  for (const auto& [stored, type] : {std::pair{StoredType::kQ8_0, WeightType::kQ8_0},
                                     std::pair{StoredType::kQ4_0, WeightType::kQ4_0}}) {
    // Made by the same quantizer, so that nothing but the packing can differ.
    write_model(weights, segment, {.type = type, .name = "kept"}, output_);
    const std::string expected = read_file(output_);
    fakes::write_gguf(weights, stored, gguf);
    const auto kept = convert_any(gguf, output_, {.keep_groups = true, .name = "kept"});
    EXPECT_TRUE(read_file(output_) == expected) << name_of(stored);
    EXPECT_EQ(kept.exact_matrices, kept.matrices);
    EXPECT_EQ(kept.relative_error, 0);
  }
  // q4_0's groups are groups of q8_0, too: the larger type loses nothing.
  const auto report = convert_any(gguf, output_, {.type = WeightType::kQ8_0, .name = "a"});
  EXPECT_EQ(report.exact_matrices, report.matrices);
  EXPECT_EQ(report.matrices_of_type.at(WeightType::kQ8_0), report.matrices);
  // The other way loses, and says how much.
  fakes::write_gguf(weights, StoredType::kQ8_0, gguf);
  const auto lossy = convert_any(gguf, output_, {.type = WeightType::kQ4_0, .name = "a"});
  EXPECT_EQ(lossy.exact_matrices, 0u);
  EXPECT_NEAR(lossy.relative_error, 0.5 / 8, 0.2 / 8);
  EXPECT_GT(lossy.largest_error, 0);
}

TEST_F(ForeignModels, MayKeepTheVocabularyInALargerType) {
  tests::RandomWeights weights(shapes()[2], 5);
  const auto gguf = folder_.path() / "model.gguf";
  fakes::write_gguf(weights, StoredType::kBF16, gguf);
  const auto report =
      convert_any(gguf, output_,
                  {.type = WeightType::kQ4_0, .vocabulary_type = WeightType::kQ8_0, .name = "m"});
  EXPECT_EQ(report.matrices_of_type,
            (std::map<WeightType, uint32_t>{{WeightType::kQ8_0, 2}, {WeightType::kQ4_0, 14}}));
  EXPECT_EQ(Teller(output_).tell("a b", 8, kGreedy).logits.size(), 8u);
}

// How far a model's logits are from a file of reference logits, at most, in the first `positions`.
// Those of the prompt: what follows it is each model's own choice.
float farthest_logit(Teller& teller, const std::string& reference, const std::string& prompt,
                     uint32_t positions) {
  const auto expected = read_floats(kData / "ref" / reference);
  const auto story = teller.tell(prompt, positions, kGreedy);
  float farthest = 0;
  for (size_t i = 0; i < positions * kVocabulary; ++i) {
    const float logit = story.logits.at(i / kVocabulary).at(i % kVocabulary);
    farthest = std::max(farthest, std::abs(logit - expected.at(i)));
  }
  return farthest;
}

class RealForeignModels : public ForeignModels {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kData / "gguf")) {
      GTEST_SKIP() << kData << " is not here: its GGUF and safetensors files are not converted";
    }
  }
  // Of `name`'s weights decoded to floats, by another program: distance of the logits.
  float distance_from_gold(const std::string& name, const WriteOptions& options) {
    convert_any(kData / "gguf" / (name + ".gguf"), output_, options);
    Teller teller(output_);
    return std::max(farthest_logit(teller, "gold_" + name + "_once.f32", "Once upon a time", 5),
                    farthest_logit(teller, "gold_" + name + "_cafe.f32",
                                   "The caf\xc3\xa9 was na\xc3\xafve", 8));
  }
};

TEST_F(RealForeignModels, ComputeWhatTheirDecodedWeightsDoInEveryType) {
  for (const char* name :
       {"k256-f32", "k256-q2_k", "k256-q3_k_m", "k256-q4_0", "k256-q4_1", "k256-q4_k_m",
        "k256-q5_0", "k256-q5_1", "k256-q6_k", "k256-q8_0", "stories260K-f16", "stories260K-q4_0",
        "stories260K-q4_k_m", "stories260K-q6_k", "stories260K-q8_0"}) {
    EXPECT_LT(distance_from_gold(name, {.type = WeightType::kF32, .name = "gold"}), 1e-4f) << name;
  }
}

TEST_F(RealForeignModels, KeptBitForBitDifferByTheirActivationsOnly) {
  // Ours are quantized to integers, as llama.cpp's: its q8_0 is 0.38 away from floats, within
  // logits of -16.5 to 19.5.
  for (const char* name : {"k256-q8_0", "k256-q5_0", "stories260K-q8_0", "stories260K-q4_0"}) {
    EXPECT_LT(distance_from_gold(name, {.keep_groups = true, .name = "kept"}), 0.5f) << name;
  }
}

TEST_F(RealForeignModels, OfHuggingFaceAreThatOfLlama2c) {
  const SourceOptions tokenizer{.tokenizer = kData / "llama2c/tok512.bin"};
  const WriteOptions options{.type = WeightType::kF32, .name = "same"};
  const std::string expected = convert_bytes(kData / "llama2c/stories260K.bin", options, tokenizer);
  EXPECT_TRUE(convert_bytes(kData / "hf/model-f32.safetensors", options, tokenizer) == expected);
  EXPECT_TRUE(convert_bytes(kData / "gguf/stories260K-f32.gguf", options) == expected);
}

}  // namespace
}  // namespace host
