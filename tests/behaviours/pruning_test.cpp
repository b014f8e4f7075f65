// What pruning costs and saves: held-out stories are predicted as well as was measured when pruning
// was defined, files get as much smaller as their zeros allow, and a little of it changes no text.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "host-tools/model/model_weights.h"
#include "host-tools/model/pruned_weights.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"
#include "llama/perplexity.h"
#include "tests/behaviours/told_by_host.h"

namespace host {
namespace {

namespace fs = std::filesystem;

const fs::path kTales = BARELLAMA_DEFAULT_MODEL;
const fs::path kData = BARELLAMA_SHARED_DATA;

// Stories of the grammar that the models were trained on, with another seed than theirs.
const std::string& held_out_text() {
  static const std::string stories = [] {
    const TemporaryFolder folder;
    Interrupts interrupts;
    const fs::path text = folder.path() / "stories.txt";
    run({find_program("python3", "python3"), BARELLAMA_RECIPE "/gen_corpus.py", "--stories", "40",
         "--seed", "2", "--out", text.string()},
        interrupts, {"PYTHONDONTWRITEBYTECODE=1"});
    return read_file(text);
  }();
  return stories;
}

double perplexity_of(const fs::path& path) {
  HostModel host(path, {.ram_bytes = std::nullopt, .all_logits = true});
  llama::Model& model = host.model();
  const auto ids = encode_text(model.tokenizer(), held_out_text(), llama::AddBos::kYes, "stories");
  return require_value(
             llama::measure_perplexity(model.transformer(), ids,
                                       model.tokenizer().vocabulary().bos(), nullptr, nullptr),
             "perplexity")
      .value();
}

class PruningTest : public testing::Test {
 protected:
  // Of the feed-forward layers, in place of the file that the last call made; then quantized.
  fs::path prune(const fs::path& from, double ratio, PruneScope scope = PruneScope::kTensor,
                 std::optional<llama::WeightType> type = std::nullopt) const {
    ModelWeights model(from);
    PrunedWeights pruned(model, {.ratio = ratio, .scope = scope});
    const fs::path path = folder_.path() / "pruned.blm";
    write_model(pruned, model.tokenizer(),
                {.type = type.value_or(llama::WeightType::kF32),
                 .keep_groups = !type,
                 .leaves_out_zeros = [&](llama::TensorKey key) { return pruned.prunes(key); }},
                path);
    return path;
  }
  // stories260K in this type.
  fs::path stories(llama::WeightType type) const {
    const fs::path path = folder_.path() / "stories.blm";
    convert(kData / "llama2c/stories260K.bin", kData / "llama2c/tok512.bin", type, path);
    return path;
  }

  TemporaryFolder folder_;
};

struct Measured {
  double ratio;
  double perplexity;
};

// Within 1 %, so that neither another rule nor another tie passes for this one.
void expect_near(double perplexity, double expected) {
  EXPECT_NEAR(perplexity, expected, 0.01 * expected);
}

TEST_F(PruningTest, CostsTales1mWhatWasMeasured) {
  for (const auto& [ratio, perplexity] : {Measured{0.2, 4.105}, {0.5, 6.408}}) {
    SCOPED_TRACE(ratio);
    expect_near(perplexity_of(prune(kTales, ratio)), perplexity);
  }
  expect_near(perplexity_of(prune(kTales, 0.3, PruneScope::kRow)), 4.230);
}

TEST_F(PruningTest, CostsStories260KWhatWasMeasured) {
  if (!fs::exists(kData / "llama2c/stories260K.bin")) {
    GTEST_SKIP() << kData << " is not here: stories260K is not pruned";
  }
  struct Row {
    llama::WeightType type;
    Measured measured[2];
  };
  const fs::path model = stories(llama::WeightType::kF32);
  // Pruned as f32, and then quantized.
  for (const auto& [type, all] : {Row{llama::WeightType::kF32, {{0.1, 12.81}, {0.3, 15.35}}},
                                  Row{llama::WeightType::kQ8_0, {{0.3, 15.40}, {0.5, 38.34}}},
                                  Row{llama::WeightType::kQ4_0, {{0.1, 15.13}, {0.3, 17.93}}}}) {
    for (const auto& [ratio, perplexity] : all) {
      SCOPED_TRACE(testing::Message() << llama::name_of(type) << " at " << ratio);
      expect_near(perplexity_of(prune(model, ratio, PruneScope::kTensor, type)), perplexity);
    }
  }
  expect_near(perplexity_of(prune(model, 0.5, PruneScope::kRole)), 38.3);
  expect_near(perplexity_of(prune(model, 0.5, PruneScope::kRow)), 37.5);
  // q8_0 is fine enough to be pruned as it is; of q4_0's few values, other ones are the smallest.
  expect_near(perplexity_of(prune(stories(llama::WeightType::kQ8_0), 0.3)), 15.40);
}

// Bytes of the matrices that were pruned, of those that they had.
double share_of_bytes(const fs::path& from, const fs::path& pruned) {
  const ModelWeights before(from);
  const ModelWeights after(pruned);
  uint64_t bytes_before = 0, bytes_after = 0;
  for (size_t i = 0; i < before.file().tensors().size(); ++i) {
    const llama::Tensor& tensor = before.file().tensors()[i];
    if (llama::row_of(tensor.role).place != llama::TensorPlace::kLayer) continue;
    if (tensor.role != llama::TensorRole::kW1 && tensor.role != llama::TensorRole::kW2 &&
        tensor.role != llama::TensorRole::kW3) {
      continue;
    }
    bytes_before += tensor.bytes;
    bytes_after += after.file().tensors()[i].bytes;
  }
  return static_cast<double>(bytes_after) / static_cast<double>(bytes_before);
}

TEST_F(PruningTest, SavesTheBytesOfItsZerosAndNeverCostsAny) {
  EXPECT_LE(share_of_bytes(kTales, prune(kTales, 0.2)), 0.95);
  EXPECT_LE(share_of_bytes(kTales, prune(kTales, 0.5)), 0.68);
  for (const double ratio : {0.0, 0.01, 0.05, 0.1, 0.12}) {
    EXPECT_LE(share_of_bytes(kTales, prune(kTales, ratio)), 1.005) << ratio;
  }
}

TEST_F(PruningTest, OfALittleTellsTheSameStory) {
  const auto told = [](const fs::path& model) {
    return Teller(model).tell("The dragon", 100, {.temperature = 0, .seed = 1}).text;
  };
  EXPECT_EQ(told(prune(kTales, 0.1)), told(kTales));
  EXPECT_NE(told(prune(kTales, 0.6)), told(kTales));
}

}  // namespace
}  // namespace host
