// llama2.c checkpoints of every version become models; what is none is refused by name, and leaves
// nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>

#include "tests/behaviours/told_by_host.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/random_model.h"
#include "tests/host-tools/support/folder_names.h"

namespace host {
namespace {

using llama::TensorRole;
using llama::WeightType;
using testing::HasSubstr;

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;
constexpr llama::SamplerSettings kGreedy = {.temperature = 0, .seed = 1};

class Conversion : public testing::Test {
 protected:
  void SetUp() override {
    write_file(tokenizer_, fakes::make_tokenizer_bin(fakes::checkpoint_config(true).vocab_size));
  }
  std::string convert_bytes(std::string_view checkpoint, WeightType type = WeightType::kF32) {
    write_file(input_, checkpoint);
    convert(input_, tokenizer_, type, output_);
    return read_file(output_);
  }
  std::string failure_of(const std::string& checkpoint) {
    try {
      convert_bytes(checkpoint);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "it was converted";
  }
  std::vector<std::string> files() const { return names_in(folder_.path()); }
  void expect_refused(const std::string& checkpoint, const std::string& message) {
    const std::string failure = failure_of(checkpoint);
    EXPECT_THAT(failure, HasSubstr("story.bin: "));
    EXPECT_THAT(failure, HasSubstr(message));
    EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "tokenizer.bin"}));
  }

  TemporaryFolder folder_;
  const std::filesystem::path input_ = folder_.path() / "story.bin";
  const std::filesystem::path tokenizer_ = folder_.path() / "tokenizer.bin";
  const std::filesystem::path output_ = folder_.path() / "story.blm";
};

TEST_F(Conversion, OfVersions0And1GivesTheSameModel) {
  for (const bool tied : {true, false}) {
    const auto config = fakes::checkpoint_config(tied);
    for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
      EXPECT_TRUE(convert_bytes(fakes::make_checkpoint(config, 0), type) ==
                  convert_bytes(fakes::make_checkpoint(config, 1), type))
          << tied;
    }
  }
}

// The largest difference of two readers' weights, relative to the tensor's largest weight.
float farthest_weight(WeightReader& a, WeightReader& b, TensorRole role, uint32_t layer) {
  const auto shape = llama::shape_of(role, a.config());
  std::vector<float> of_a(size_t{shape.rows} * shape.columns);
  std::vector<float> of_b(of_a.size());
  a.read_rows({role, layer}, 0, of_a);
  b.read_rows({role, layer}, 0, of_b);
  float largest = 0;
  float farthest = 0;
  for (size_t i = 0; i < of_a.size(); ++i) {
    largest = std::max(largest, std::abs(of_a[i]));
    farthest = std::max(farthest, std::abs(of_a[i] - of_b[i]));
  }
  return farthest / largest;
}

// Int8 in groups of at most the tensor is at most half a step of 1/127 away.
void expect_int8_of(WeightReader& floats, WeightReader& int8) {
  const auto& config = floats.config();
  for (uint32_t layer = 0; layer < config.n_layers; ++layer) {
    using enum TensorRole;
    for (const auto role : {kWq, kWk, kWv, kWo, kW1, kW3, kW2}) {
      EXPECT_LT(farthest_weight(floats, int8, role, layer), 0.5f / 127 + 1e-6f)
          << llama::name_of(role) << " " << layer;
    }
    EXPECT_EQ(farthest_weight(floats, int8, kAttentionNorm, layer), 0);
    EXPECT_EQ(farthest_weight(floats, int8, kFeedForwardNorm, layer), 0);
  }
  EXPECT_EQ(farthest_weight(floats, int8, TensorRole::kFinalNorm, 0), 0);
  EXPECT_LT(farthest_weight(floats, int8, TensorRole::kEmbedding, 0), 0.5f / 127 + 1e-6f);
  EXPECT_LT(farthest_weight(floats, int8, TensorRole::kClassifier, 0), 0.5f / 127 + 1e-6f);
}

TEST_F(Conversion, OfVersion2ReadsTheSameWeightsInInt8) {
  for (const bool tied : {true, false}) {
    const auto config = fakes::checkpoint_config(tied);
    write_file(input_, fakes::make_checkpoint(config, 0));
    const auto floats = open_checkpoint(input_);
    const auto other = folder_.path() / "int8.bin";
    write_file(other, fakes::make_checkpoint(config, 2));
    const auto int8 = open_checkpoint(other);
    EXPECT_EQ(int8->config().tied_classifier, tied);
    expect_int8_of(*floats, *int8);
  }
}

TEST_F(Conversion, ReadsRowsTogetherOrAlone) {
  for (const uint32_t version : {0u, 1u, 2u}) {
    write_file(input_, fakes::make_checkpoint(fakes::checkpoint_config(false), version));
    const auto reader = open_checkpoint(input_);
    const auto shape = llama::shape_of(TensorRole::kW2, reader->config());
    std::vector<float> all(size_t{shape.rows} * shape.columns);
    reader->read_rows({TensorRole::kW2, 1}, 0, all);
    std::vector<float> row(shape.columns);
    for (uint32_t i = 0; i < shape.rows; ++i) {
      reader->read_rows({TensorRole::kW2, 1}, i, row);
      ASSERT_TRUE(std::equal(row.begin(), row.end(), all.begin() + i * shape.columns)) << i;
    }
  }
}

TEST_F(Conversion, OfRealInt8CheckpointsTellsAlmostTheSame) {
  if (!std::filesystem::exists(kData / "llama2c/stories260K.bin")) {
    GTEST_SKIP() << kData << " is not here: llama2.c's own int8 files are not converted";
  }
  const auto floats = open_checkpoint(kData / "llama2c/stories260K.bin");
  const auto expected = read_floats(kData / "ref/logits_fp32_02_once.f32");
  // 172 columns of w2 are not a multiple of 64: groups go across rows.
  for (const char* name : {"stories260K_q80_gs4.bin", "stories260K_q80_gs64.bin"}) {
    SCOPED_TRACE(name);
    const auto int8 = open_checkpoint(kData / "llama2c" / name);
    expect_int8_of(*floats, *int8);
    convert(kData / "llama2c" / name, kData / "llama2c/tok512.bin", WeightType::kF32, output_);
    const auto story = Teller(output_).tell("Once upon a time", 8, kGreedy);
    float farthest = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      farthest = std::max(farthest, std::abs(story.logits[i / 512][i % 512] - expected[i]));
    }
    // Within -16.5 to 19.5, llama2.c's own int8 run is 0.2 away.
    EXPECT_LT(farthest, 0.5f);
  }
}

TEST_F(Conversion, LosesLittleByQuantization) {
  const std::string checkpoint = fakes::make_checkpoint(fakes::checkpoint_config(true), 0);
  write_file(input_, checkpoint);
  const auto reader = open_checkpoint(input_);
  const auto loss = [&](WeightType type) {
    return write_model(*reader, {}, {.type = type, .name = "loss"}, output_).relative_error;
  };
  EXPECT_EQ(loss(WeightType::kF32), 0);
  // Uniform weights in steps of 1/127 or 1/8 of the largest: 1/(127 sqrt 12) / (1 / sqrt 3), and
  // the same with 8; the padding and groups whose largest is below 1 change little.
  EXPECT_NEAR(loss(WeightType::kQ8_0), 0.5 / 127, 0.2 / 127);
  EXPECT_NEAR(loss(WeightType::kQ4_0), 0.5 / 8, 0.2 / 8);
}

TEST_F(Conversion, RefusesATruncatedCheckpoint) {
  for (const uint32_t version : {0u, 1u, 2u}) {
    const std::string whole = fakes::make_checkpoint(fakes::checkpoint_config(true), version);
    for (const size_t size : {size_t{0}, size_t{27}, size_t{255}}) {
      expect_refused(whole.substr(0, size), "too short for a llama2.c checkpoint");
    }
    for (const size_t size : {size_t{300}, whole.size() / 2, whole.size() - 1}) {
      expect_refused(whole.substr(0, size), "truncated or of another kind");
    }
    expect_refused(whole + "x", "truncated or of another kind");
  }
}

TEST_F(Conversion, RefusesGarbage) {
  expect_refused(std::string(5000, '\0'), "nor a llama2.c checkpoint: dim is 0");
  expect_refused(std::string(5000, '\xff'), "nor a llama2.c checkpoint: dim is -1");
  expect_refused(std::string(5000, 'a'), "nor a llama2.c checkpoint");
  std::string other = fakes::make_checkpoint(fakes::checkpoint_config(true), 1);
  other[4] = 3;
  expect_refused(other, "llama2.c checkpoint of version 3; versions 0, 1 and 2 are known");
}

TEST_F(Conversion, RefusesEachAbsurdHeader) {
  const std::string whole = fakes::make_checkpoint(fakes::checkpoint_config(true), 0);
  for (size_t field = 0; field < 7; ++field) {
    for (const uint32_t value : {0u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
      std::string bytes = whole;
      base::store_le32(std::as_writable_bytes(std::span(bytes)), 4 * field, value);
      expect_refused(bytes, "checkpoint");
    }
  }
}

TEST_F(Conversion, RefusesWeightsThatAreNoNumbers) {
  for (const uint32_t bits : {0x7fc00000u, 0x7f800000u}) {
    std::string bytes = fakes::make_checkpoint(fakes::checkpoint_config(true), 0);
    base::store_le32(std::as_writable_bytes(std::span(bytes)), 28 + 4 * 1000, bits);
    EXPECT_THAT(failure_of(bytes),
                HasSubstr("token_embedding of layer 0 holds an infinity or NaN"));
    EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "tokenizer.bin"}));
  }
}

TEST_F(Conversion, RefusesADamagedTokenizer) {
  const std::string checkpoint = fakes::make_checkpoint(fakes::checkpoint_config(true), 0);
  const std::string whole = read_file(tokenizer_);
  for (const std::string& bad : {std::string(), std::string("x"), whole.substr(0, whole.size() - 1),
                                 whole + "x", fakes::make_tokenizer_bin(299),
                                 fakes::make_tokenizer_bin(301), std::string(5000, '\xff')}) {
    write_file(tokenizer_, bad);
    EXPECT_THAT(failure_of(checkpoint), HasSubstr("tokenizer.bin: "));
    EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "tokenizer.bin"}));
  }
}

TEST_F(Conversion, LeavesAnOlderModelAloneWhenItFails) {
  const std::string good = convert_bytes(fakes::make_checkpoint(fakes::checkpoint_config(true), 0));
  std::string bytes = fakes::make_checkpoint(fakes::checkpoint_config(true), 0, 2);
  base::store_le32(std::as_writable_bytes(std::span(bytes)), bytes.size() / 2 / 4 * 4, 0x7f800000u);
  EXPECT_THAT(failure_of(bytes), HasSubstr("infinity"));
  EXPECT_TRUE(read_file(output_) == good);
}

// Ctrl-C is pressed while layer 1 is read.
class InterruptedWeights final : public WeightReader {
 public:
  explicit InterruptedWeights(const llama::ModelConfig& config) : weights_(config, 1) {}
  const llama::ModelConfig& config() const override { return weights_.config(); }
  std::string description() const override { return weights_.description(); }
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override {
    if (tensor.layer == 1) ::raise(SIGINT);
    weights_.read_rows(tensor, first_row, out);
  }

 private:
  tests::RandomWeights weights_;
};

TEST_F(Conversion, LeavesNothingBehindWhenItIsInterrupted) {
  InterruptedWeights weights(fakes::checkpoint_config(true));
  try {
    write_model(weights, {}, {.name = "interrupted"}, output_);
    ADD_FAILURE() << "it was converted";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), 128 + SIGINT);
  }
  EXPECT_EQ(files(), std::vector<std::string>{"tokenizer.bin"});
}

}  // namespace
}  // namespace host
