// A weight type that only this program knows: q5, integers of 5 bits with a scale for each 32, as
// q5_0 of GGUF has them. Its row of traits, and a list of types that has the row, is all that there
// is of it; everything else is as it is for every other program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host-tools/commands/commands.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/model/stored_type.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/type_choice.h"
#include "llama/kernels/f32.h"
#include "llama/kernels/fp_mode.h"
#include "llama/kernels/grouped_rows.h"
#include "llama/kernels/math.h"
#include "llama/kernels/q4_0.h"
#include "llama/kernels/q8_0.h"
#include "tests/behaviours/told_by_host.h"

namespace q5 {

// Four bits of each weight as nibbles, and their fifth bits.
struct Block {
  uint16_t scales[llama::kRowsPerGroup];
  uint8_t nibbles[llama::kRowsPerGroup][llama::kColumnsPerGroup / 2];
  uint32_t fifth_bits[llama::kRowsPerGroup];
};
static_assert(sizeof(Block) == 4 * 2 + 4 * 16 + 4 * 4);

struct Format {
  using Block = q5::Block;
  static constexpr uint32_t kIntegerBits = 5;
  static constexpr int32_t kDotFactor = 1;

  static uint32_t flipped_bits(uint32_t) { return 16; }
  static void store_bits(Block& block, uint32_t row, uint32_t column, uint32_t bits) {
    uint8_t& both = block.nibbles[row][column / 2];
    const uint32_t shift = column % 2 * 4;
    both = static_cast<uint8_t>((both & ~(15u << shift)) | (bits & 15u) << shift);
    block.fifth_bits[row] &= ~(1u << column);
    block.fifth_bits[row] |= bits >> 4 << column;
  }
  static uint32_t load_bits(const Block& block, uint32_t row, uint32_t column) {
    const uint32_t low = block.nibbles[row][column / 2] >> column % 2 * 4 & 15u;
    return low | (block.fifth_bits[row] >> column & 1u) << 4;
  }
  static llama::WeightGroup quantize(std::span<const float, llama::kColumnsPerGroup> values) {
    const float scale = llama::of_largest_magnitude(values) / -16.0f;
    const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
    llama::WeightGroup group{.half_scale = llama::float_to_half(scale), .weights = {}};
    for (size_t i = 0; i < values.size(); ++i) {
      const int offset = static_cast<int>(values[i] * inverse + 16.5f);
      group.weights[i] = static_cast<int8_t>((offset > 31 ? 31 : offset) - 16);
    }
    return group;
  }
};

constexpr auto kType = static_cast<llama::WeightType>(905);
constexpr llama::WeightTraits kTraits =
    llama::GroupedRows<Format>::traits(kType, "q5", nullptr, {});

}  // namespace q5

namespace llama {

// In the place of llama/kernels/weight_types.cpp.
std::span<const WeightTraits* const> weight_types() {
  static constexpr const WeightTraits* kTypes[] = {&f32::kTraits, &q8_0::kTraits, &q4_0::kTraits,
                                                   &q5::kTraits};
  return kTypes;
}

}  // namespace llama

namespace host {
namespace {

using llama::WeightType;
using testing::HasSubstr;

constexpr uint32_t kSteps = 40;
constexpr llama::SamplerSettings kSampling = {.temperature = 1, .top_p = 0.95f, .seed = 3};

class OwnWeightType : public testing::Test {
 protected:
  OwnWeightType() {
    llama::enter_flush_to_zero();
    // All widths are multiples of 32, so that all matrices have groups of their own.
    config_ = known_shapes().front().config;
    config_.hidden_dim = 160;
    config_.tied_classifier = false;
  }

  // Writes a model whose weights are single floats, or integers of `groups` bits.
  WriteReport write(const char* name, WeightType type, WeightType groups, bool keep = false) {
    SyntheticWeights weights(config_, groups, groups, 11);
    const auto tokenizer = require_value(
        build_tokenizer_segment(synthetic_vocabulary(config_.vocab_size)), "tokenizer");
    return write_model(weights, tokenizer,
                       {.type = type, .keep_groups = keep, .name = name, .tile_bytes = 2048},
                       path(name));
  }
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }

  llama::ModelConfig config_;
  TemporaryFolder folder_;
};

// Five bits fit into eight, and the power of two in which a type counts changes no bits: so q8_0's
// loops compute what the reference computes of q5.
TEST_F(OwnWeightType, TellsToTheBitWhatTheSameIntegersTellInQ8) {
  EXPECT_EQ(write("five.blm", q5::kType, q5::kType).exact_matrices, 37u);
  EXPECT_EQ(write("eight.blm", WeightType::kQ8_0, q5::kType).exact_matrices, 37u);
  EXPECT_LT(std::filesystem::file_size(path("five.blm")),
            std::filesystem::file_size(path("eight.blm")) * 3 / 4);
  const auto five = Teller(path("five.blm")).tell("a", kSteps, kSampling);
  const auto eight = Teller(path("eight.blm")).tell("a", kSteps, kSampling);
  EXPECT_EQ(five.text, eight.text);
  EXPECT_FALSE(five.text.empty());
  EXPECT_EQ(five.logits, eight.logits);
}

TEST_F(OwnWeightType, TellsTheSameWhetherItIsPinnedOrStreams) {
  write("five.blm", q5::kType, q5::kType);
  const auto run = [&](std::optional<uint64_t> ram_bytes, uint64_t& streamed, uint64_t& used) {
    HostModel host(path("five.blm"),
                   {.ram_bytes = ram_bytes, .context = 64, .max_prompt_bytes = 256});
    StringSink out;
    require_ok(host.model()
                   .generate({.prompt = "a", .steps = kSteps, .sampling = kSampling}, out)
                   .status(),
               "the story");
    streamed = host.model().transformer().weights().streamed_bytes();
    used = host.arena().high_water();
    return out.text();
  };
  uint64_t streamed = 0, used = 0;
  const std::string pinned = run(std::nullopt, streamed, used);
  EXPECT_EQ(streamed, 0u);
  const uint64_t half = std::filesystem::file_size(path("five.blm")) / 2;
  EXPECT_EQ(run(used - half, streamed, used), pinned);
  EXPECT_GT(streamed, half / 4);
}

TEST_F(OwnWeightType, IsQuantizedFromFloats) {
  const WriteReport report = write("five.blm", q5::kType, WeightType::kF32);
  write("single.blm", WeightType::kF32, WeightType::kF32);
  EXPECT_EQ(report.matrices_of_type.at(q5::kType), report.matrices);
  // Half a step of 1 / 16 of the largest of 32 uniform numbers, which are spread as much as that.
  EXPECT_NEAR(report.relative_error, 0.5 / 16, 0.2 / 16);
  const auto five = Teller(path("five.blm")).tell("a", kSteps, {.temperature = 0, .seed = 1});
  const auto floats = Teller(path("single.blm")).tell("a", kSteps, {.temperature = 0, .seed = 1});
  // Of the first position, where both read the same: logits have a deviation of 4 or so.
  double squares = 0, error_squares = 0;
  for (size_t i = 0; i < five.logits[0].size(); ++i) {
    const double exact = floats.logits[0][i];
    squares += exact * exact;
    error_squares += (five.logits[0][i] - exact) * (five.logits[0][i] - exact);
  }
  EXPECT_LT(error_squares, 0.2 * 0.2 * squares);
}

TEST_F(OwnWeightType, IsWhatOthersGroupsOfFiveBitsAreKeptIn) {
  EXPECT_EQ(group_type_of(StoredType::kQ5_0), q5::kType);
  EXPECT_EQ(group_type_of(StoredType::kQ4_0), WeightType::kQ4_0);
  EXPECT_EQ(group_type_of(StoredType::kQ8_0), WeightType::kQ8_0);
  const WriteReport report = write("kept.blm", WeightType::kQ8_0, q5::kType, true);
  EXPECT_EQ(report.matrices_of_type.at(q5::kType), report.matrices);
  EXPECT_EQ(report.exact_matrices, report.matrices);
}

TEST_F(OwnWeightType, IsNamedByInspectWhichSaysThatItIsSlow) {
  write("five.blm", q5::kType, q5::kType);
  CommandLine line("", "barellama");
  add_inspect_command(line.command());
  testing::internal::CaptureStdout();
  EXPECT_EQ(line.run({"inspect", "--tensors", path("five.blm").string()}), 0);
  std::fflush(stdout);
  const std::string told = testing::internal::GetCapturedStdout();
  EXPECT_THAT(told, HasSubstr("bytes; no fast loop for them here, the reference multiplies\n"));
  EXPECT_THAT(told, testing::ContainsRegex(" wq +q5 "));
  EXPECT_THAT(told, HasSubstr("\non a Pi Zero ("));
}

TEST_F(OwnWeightType, MayBeAskedForByName) {
  EXPECT_THAT(type_choice_names(), testing::ElementsAre("f32", "q8_0", "q4_0", "q5", "mixed"));
  EXPECT_EQ(type_choice("q5").type, q5::kType);
}

}  // namespace
}  // namespace host
