// A model file read as a converter reads models: what is written from it is the same file. And what
// the writer makes of types that leave out zeros.
#include "host-tools/model/model_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host-tools/model/model_writer.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/random_model.h"

namespace host {
namespace {

using llama::WeightType;
using testing::HasSubstr;

constexpr uint32_t kTileBytes = 4096;

class WrittenModel : public testing::Test {
 protected:
  std::filesystem::path write(const std::vector<std::byte>& bytes) {
    const auto path = folder_.path() / "model.blm";
    write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return path;
  }
  std::filesystem::path write_model_of(WeightType type) {
    return write(tests::make_model(tests::small_config(), type, kTileBytes));
  }

  TemporaryFolder folder_;
};

class WrittenAgain : public WrittenModel, public testing::WithParamInterface<WeightType> {};

TEST_P(WrittenAgain, IsTheSameFile) {
  const auto path = write_model_of(GetParam());
  ModelWeights weights(path);
  EXPECT_THAT(weights.description(), HasSubstr(llama::name_of(GetParam())));
  const auto again = folder_.path() / "again.blm";
  const WriteReport report = write_model(weights, weights.tokenizer(),
                                         {.type = WeightType::kF32,
                                          .keep_groups = true,
                                          .name = std::string(weights.file().name()),
                                          .tile_bytes = kTileBytes},
                                         again);
  EXPECT_EQ(report.exact_matrices, report.matrices);
  EXPECT_TRUE(read_file(again) == read_file(path));
}

INSTANTIATE_TEST_SUITE_P(Types, WrittenAgain,
                         testing::Values(WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0,
                                         WeightType::kQ8_0Masked, WeightType::kQ4_0Masked),
                         [](const auto& tested) {
                           return std::string(llama::name_of(tested.param));
                         });

TEST_F(WrittenModel, IsReadUpToWhatIsDamaged) {
  auto bytes = tests::make_model(tests::small_config(), WeightType::kQ8_0Masked, kTileBytes);
  uint64_t at = 0;
  {
    const ModelWeights weights(write(bytes));
    const auto& file = weights.file();
    at = file.tensors()[file.index_of(llama::TensorRole::kW3, 2)].offset;
  }
  bytes[static_cast<size_t>(at) + 9] ^= std::byte{1};
  ModelWeights weights(write(bytes));
  std::vector<float> row(weights.config().dim);
  weights.read_rows({llama::TensorRole::kW1, 2}, 0, row);
  try {
    weights.read_rows({llama::TensorRole::kW3, 2}, 0, row);
    ADD_FAILURE() << "it was read";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr(text("w3 of layer 2 is damaged at byte {}", at)));
  }
}

TEST_F(WrittenModel, IsSmallerWhenZerosAreLeftOut) {
  const auto bytes_of = [](WeightType type) {
    return tests::make_model(tests::small_config(), type, kTileBytes, 1, tests::Pruned::kHalf);
  };
  const auto masked = static_cast<double>(bytes_of(WeightType::kQ8_0Masked).size());
  EXPECT_LT(masked, 0.75 * static_cast<double>(bytes_of(WeightType::kQ8_0).size()));
  const auto masked4 = static_cast<double>(bytes_of(WeightType::kQ4_0Masked).size());
  EXPECT_LT(masked4, 0.9 * static_cast<double>(bytes_of(WeightType::kQ4_0).size()));
}

// With whole groups of rows and columns: what fills others up are zeros as well.
TEST_F(WrittenModel, StaysDenseWhereThereAreFewZeros) {
  llama::ModelConfig config = tests::small_config();
  config.head_size = 16;
  config.dim = 96;
  config.hidden_dim = 160;
  config.vocab_size = 320;
  for (const auto& [masked, dense] : {std::pair(WeightType::kQ8_0Masked, WeightType::kQ8_0),
                                      std::pair(WeightType::kQ4_0Masked, WeightType::kQ4_0)}) {
    const auto bytes_of = [&](WeightType type) {
      return tests::make_model(config, type, kTileBytes, 1, tests::Pruned::kNo);
    };
    EXPECT_TRUE(bytes_of(masked) == bytes_of(dense));
  }
}

}  // namespace
}  // namespace host
