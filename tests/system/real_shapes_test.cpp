// Models of the exact shapes that people have, as other programs write them: converted, planned and
// run on host and board, to the same bits. Only the weights are random.
//
// SmolLM2-135M always; the environment's BARELLAMA_SHAPES=all adds those of a gigabyte and more,
// which take minutes each, and of 7 billion weights, which take a quarter of an hour each and 22 GB
// of disk ($TMPDIR).
#include <gmock/gmock.h>

#include <cstdlib>

#include "host-tools/model/model_plan.h"
#include "host-tools/model/synthetic_model.h"
#include "tests/fakes/foreign_models.h"
#include "tests/host-tools/support/program.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kContext = 64;
constexpr std::chrono::minutes kLongestPass{20};
constexpr llama::SamplerSettings kGreedy{.temperature = 0, .top_p = 0.9f, .seed = 1};

bool are_all_wanted() {
  const char* const wanted = std::getenv("BARELLAMA_SHAPES");
  return wanted != nullptr && std::string_view(wanted) == "all";
}

Shape shape_named(std::string_view name) {
  for (const Shape& known : known_shapes()) {
    if (known.name == name) return known;
  }
  ADD_FAILURE() << name;
  return {};
}

class RealShape : public KernelMachine, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() != std::string_view("smollm2-135m") && !are_all_wanted()) {
      GTEST_SKIP() << GetParam() << " is not run: BARELLAMA_SHAPES=all runs it";
    }
  }
  // Converts as people do, with no more than a GiB of memory of the program's own (files are looked
  // at where the system keeps them), and removes the input.
  fs::path convert(const fs::path& input) const {
    const fs::path output = folder().path() / "model.blm";
    Subprocess convert({find_program("prlimit", "util-linux"), "--data=1073741824",
                        BARELLAMA_PROGRAM, "convert", input.string(), "--type", "q4_0", "-o",
                        output.string()});
    read_to_end(convert.output());
    const std::string errors = read_to_end(convert.errors());
    if (convert.wait() != 0) fail("convert: {}", errors);
    fs::remove_all(input);
    return output;
  }

  void expect_equal(const fs::path& input) {
    const fs::path model = convert(input);
    const llama::Plan plan = plan_for_board(model, {.context = kContext});
    EXPECT_LE(plan.peak_bytes, plan.ram_bytes);
    const HostStory host = tell_on_host(
        model, {.prompt = "a b", .steps = steps(), .sampling = kGreedy, .context = kContext});
    start(make_model_card(model), {{"hash", "1"},
                                   {"steps", std::to_string(steps())},
                                   {"ctx", std::to_string(kContext)},
                                   {"temperature", "0"},
                                   {"seed", "1"}});
    silence_ = kLongestPass;
    const Answer board = ask("a b");
    EXPECT_EQ(board.error, "");
    EXPECT_EQ(board.text, host.text);
    EXPECT_EQ(board.hash().size(), 16u);
    EXPECT_EQ(board.hash(), host.hash) << machine().log();
  }

  // A prompt of three tokens at once, and two more, or one: the emulator is what takes the time.
  static uint32_t steps() { return GetParam() == std::string_view("llama2-7b") ? 4 : 5; }

  // What other programs call it.
  static std::string architecture() {
    const std::string_view name = GetParam();
    return name.starts_with("qwen2") ? "qwen2" : name.starts_with("qwen3") ? "qwen3" : "llama";
  }

  const Shape shape_ = shape_named(GetParam());
  SyntheticWeights weights_{shape_.config, llama::WeightType::kF32, llama::WeightType::kF32, 1,
                            shape_.extras};
};

TEST_P(RealShape, FromGgufTellsTheSameOnHostAndBoard) {
  const fs::path gguf = folder().path() / "model.gguf";
  fakes::write_gguf(weights_, StoredType::kF16, gguf, architecture());
  expect_equal(gguf);
}

TEST_P(RealShape, FromHuggingFaceTellsTheSameOnHostAndBoard) {
  const fs::path hugging_face = folder().path() / "hf";
  fs::create_directory(hugging_face);
  fakes::write_hugging_face(weights_, StoredType::kBF16, hugging_face, 2, architecture());
  expect_equal(hugging_face);
}

INSTANTIATE_TEST_SUITE_P(, RealShape,
                         testing::Values("smollm2-135m", "qwen2.5-0.5b", "qwen3-0.6b",
                                         "llama3.2-1b", "tinyllama-1.1b", "llama2-7b"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase_if(name, [](char c) { return c == '-' || c == '.'; });
                           return name;
                         });

TEST(RealSevenBillionWeights, AreKeptBitForBitAndPlanned) {
  if (!are_all_wanted()) GTEST_SKIP() << "Llama-2-7B: BARELLAMA_SHAPES=all converts it";
  const TemporaryFolder folder;
  const fs::path gguf = folder.path() / "model.gguf";
  const fs::path model = folder.path() / "model.blm";
  SyntheticWeights weights(shape_named("llama2-7b").config, llama::WeightType::kF32,
                           llama::WeightType::kF32, 1);
  fakes::write_gguf(weights, StoredType::kQ4_0, gguf);
  Subprocess convert({find_program("prlimit", "util-linux"), "--data=1073741824", BARELLAMA_PROGRAM,
                      "convert", gguf.string()});
  const std::string output = read_to_end(convert.output());
  ASSERT_EQ(convert.wait(), 0) << read_to_end(convert.errors());
  EXPECT_THAT(output, testing::HasSubstr("kept bit for bit: 226 of 226 matrices"));
  const llama::Plan plan = plan_for_board(model, {.context = 256});
  EXPECT_LE(plan.peak_bytes, plan.ram_bytes);
  EXPECT_GT(plan.streamed_bytes, plan.pinned_bytes);
}

}  // namespace
}  // namespace host
