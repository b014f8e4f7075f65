// Models of the exact shapes that people have, as other programs write them: converted, planned and
// run on host and board, to the same bits. Only the weights are random.
//
// SmolLM2-135M always; the environment's BARELLAMA_SHAPES=all adds those of a gigabyte and more,
// which take minutes, and gigabytes of memory and disk.
#include <gmock/gmock.h>

#include <cstdlib>

#include "host-tools/model/model_plan.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/source_model.h"
#include "host-tools/model/synthetic_model.h"
#include "tests/fakes/foreign_models.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kContext = 64;
constexpr llama::SamplerSettings kGreedy{.temperature = 0, .top_p = 0.9f, .seed = 1};

class RealShape : public KernelMachine, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    const char* const wanted = std::getenv("BARELLAMA_SHAPES");
    if (GetParam() != std::string_view("smollm2-135m") &&
        (wanted == nullptr || std::string_view(wanted) != "all")) {
      GTEST_SKIP() << GetParam() << " is not run: BARELLAMA_SHAPES=all runs it";
    }
  }
  static llama::ModelConfig shape() {
    for (const Shape& known : known_shapes()) {
      if (known.name == GetParam()) return known.config;
    }
    ADD_FAILURE() << GetParam();
    return {};
  }
  // Converts, and removes the input.
  fs::path convert(const fs::path& input) const {
    const SourceModel source = open_source_model(input, {});
    const auto segment = require_value(build_tokenizer_segment(source.vocabulary), input.string());
    const fs::path output = folder().path() / "model.blm";
    write_model(*source.weights, segment, {.type = llama::WeightType::kQ4_0, .name = GetParam()},
                output);
    fs::remove_all(input);
    return output;
  }

  void expect_equal(const fs::path& input) {
    const fs::path model = convert(input);
    const llama::Plan plan = plan_for_board(model, {.context = kContext});
    EXPECT_LE(plan.peak_bytes, plan.ram_bytes);
    const HostStory host = tell_on_host(
        model, {.prompt = "a b", .steps = 8, .sampling = kGreedy, .context = kContext});
    start(make_card({{"model.blm", read_file(model)}}), {{"hash", "1"},
                                                         {"steps", "8"},
                                                         {"ctx", std::to_string(kContext)},
                                                         {"temperature", "0"},
                                                         {"seed", "1"}});
    const Answer board = ask("a b");
    EXPECT_EQ(board.error, "");
    EXPECT_EQ(board.text, host.text);
    EXPECT_EQ(board.hash(), host.hash) << machine().log();
  }

  SyntheticWeights weights_{shape(), llama::WeightType::kF32, llama::WeightType::kF32, 1};
};

TEST_P(RealShape, FromGgufTellsTheSameOnHostAndBoard) {
  const fs::path gguf = folder().path() / "model.gguf";
  write_file(gguf, fakes::make_gguf(weights_, StoredType::kF16).bytes());
  expect_equal(gguf);
}

TEST_P(RealShape, FromHuggingFaceTellsTheSameOnHostAndBoard) {
  const fs::path hugging_face = folder().path() / "hf";
  fs::create_directory(hugging_face);
  fakes::write_hugging_face(weights_, StoredType::kBF16, hugging_face, 2);
  expect_equal(hugging_face);
}

INSTANTIATE_TEST_SUITE_P(, RealShape,
                         testing::Values("smollm2-135m", "llama3.2-1b", "tinyllama-1.1b"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
                           return name;
                         });

}  // namespace
}  // namespace host
