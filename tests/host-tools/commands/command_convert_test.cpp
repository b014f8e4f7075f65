// `barellama convert` and `synth`, as a user types them.
#include <array>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/foreign_models.h"
#include "tests/fakes/random_model.h"
#include "tests/host-tools/commands/command_model.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

using CommandConvert = CommandModel;

TEST_F(CommandConvert, CutsLargeModelsIntoPartsThatAreOneModel) {
  ASSERT_EQ(barellama({"synth", "--shape", "stories260k", "--type", "f32", "-o", path("one.blm")})
                .exit_code,
            0);
  const Outcome cut = barellama({"synth", "--shape", "stories260k", "--type", "f32", "--part-mib",
                                 "1", "-o", path("cut.blm")});
  ASSERT_EQ(cut.exit_code, 0) << cut.errors;
  EXPECT_THAT(cut.output, HasSubstr("in 2 parts"));
  EXPECT_TRUE(std::filesystem::exists(path("cut.b02")));
  EXPECT_EQ(std::filesystem::file_size(path("cut.blm")), 1u << 20);
  const auto tell = [&](const std::string& name) {
    return barellama({"run", path(name), "-t", "0", "-n", "20", "--hash"}).output;
  };
  EXPECT_EQ(tell("cut.blm"), tell("one.blm"));
  EXPECT_EQ(barellama({"inspect", path("cut.blm")}).exit_code, 0);
  write_file(path("kernel.img"), std::string(64, '\1'));
  EXPECT_THAT(
      barellama({"card", "--kernel", path("kernel.img"), "-o", path("card.img"), path("cut.blm")})
          .output,
      HasSubstr("cut.b02"));
  std::filesystem::remove(path("cut.b02"));
  expect_failure(barellama({"run", path("cut.blm")}), 1, "part 2 of 2 (cut.b02) is missing");
}

TEST_F(CommandConvert, AModelOfFewerPartsLeavesNoneOfTheOneBefore) {
  const auto synth = [&](const std::string& part_mib) {
    EXPECT_EQ(barellama({"synth", "--shape", "stories260k", "--type", "f32", "--part-mib", part_mib,
                         "-o", path("cut.blm")})
                  .exit_code,
              0);
  };
  synth("1");
  ASSERT_TRUE(std::filesystem::exists(path("cut.b02")));
  synth("2");
  EXPECT_FALSE(std::filesystem::exists(path("cut.b02")));
  // What is not part of the model is not ours.
  write_file(path("cut.b02"), std::string(5000, 'x'));
  synth("2");
  EXPECT_TRUE(std::filesystem::exists(path("cut.b02")));
}

TEST_F(CommandConvert, ConvertsBesideTheInput) {
  const Outcome outcome = convert();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("llama2.c checkpoint, version 0, f32"));
  EXPECT_THAT(outcome.output, HasSubstr("story.blm: q8_0, "));
  EXPECT_THAT(outcome.output, HasSubstr("quantization error of the weights: 0."));
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "story.blm", "tokenizer.bin"}));
}

TEST_F(CommandConvert, ConvertsToEachTypeAndPlace) {
  for (const char* type : {"f32", "q8_0", "q4_0"}) {
    const std::string output = path(std::string(type) + ".blm");
    std::filesystem::rename(path("tokenizer.bin"), path("tok.bin"));
    const Outcome outcome =
        convert({"-o", output, "--type", type, "--tokenizer", path("tok.bin"), "--name", "Tales"});
    std::filesystem::rename(path("tok.bin"), path("tokenizer.bin"));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const Outcome shown = barellama({"inspect", output});
    EXPECT_THAT(shown.output, HasSubstr("name            Tales\n"));
    EXPECT_THAT(shown.output, HasSubstr(std::string(type) + " "));
  }
}

TEST_F(CommandConvert, ConvertsGgufAndHuggingFace) {
  llama::ModelConfig config = fakes::checkpoint_config(true);
  config.dim = 96;
  config.n_heads = 3;
  config.n_kv_heads = 1;
  config.head_size = 32;
  config.hidden_dim = 160;
  tests::RandomWeights weights(config, 1);
  auto gguf = fakes::make_gguf(weights, StoredType::kQ4_0);
  gguf.value("tokenizer.chat_template", "{{ '<|im_start|>' }}");
  write_file(path("tiny.Q4_0.gguf"), gguf.bytes());
  const Outcome kept = barellama({"convert", path("tiny.Q4_0.gguf")});
  EXPECT_EQ(kept.exit_code, 0) << kept.errors;
  EXPECT_THAT(kept.output, HasSubstr("GGUF version 3, tensors: 5 F32, 15 Q4_0\n"));
  EXPECT_THAT(kept.output, HasSubstr("tiny.Q4_0.blm: q4_0, "));
  EXPECT_THAT(kept.output, HasSubstr("kept bit for bit: 15 of 15 matrices\n"));
  EXPECT_THAT(kept.output, HasSubstr("chat template: ChatML\n"));
  EXPECT_THAT(barellama({"inspect", path("tiny.Q4_0.blm")}).output,
              HasSubstr("chat template   ChatML\n"));

  std::filesystem::create_directory(path("tiny"));
  fakes::write_hugging_face(weights, StoredType::kBF16, path("tiny"));
  const Outcome mixed =
      barellama({"convert", path("tiny/"), "--type", "mixed", "--chat", "zephyr"});
  EXPECT_EQ(mixed.exit_code, 0) << mixed.errors;
  EXPECT_THAT(mixed.output, HasSubstr("Hugging Face model in 1 file, tensors: 20 BF16\n"));
  EXPECT_THAT(mixed.output, HasSubstr("tiny.blm: 1 matrix q8_0, 14 matrices q4_0, "));
  EXPECT_THAT(mixed.output, HasSubstr("chat template: Zephyr\n"));
  EXPECT_EQ(barellama({"run", path("tiny.blm"), "-t", "0", "-n", "4"}).exit_code, 0);

  fakes::write_gguf_parts(weights, StoredType::kF16, folder_.path(), 2);
  EXPECT_THAT(barellama({"convert", path("model-00002-of-00002.gguf")}).output,
              HasSubstr("/model.blm: q8_0, "));
}

TEST_F(CommandConvert, SaysWhatIsWrong) {
  expect_failure(barellama({"convert", path("absent.bin")}), 1, "absent.bin");
  expect_failure(convert({"--type", "q5_0"}), 2, "--type: q5_0 not in {auto,f32,q8_0,q4_0,mixed}");
  expect_failure(convert({"--chat", "llama4"}), 2,
                 "--chat: llama4 not in {none,llama2,zephyr,chatml,llama3,llama3.1}");
  expect_failure(convert({"--tile-kib", "0"}), 2, "--tile-kib");
  expect_failure(convert({"--name", std::string(64, 'n')}), 2, "--name: at most 63 bytes");
  expect_failure(convert({"-o", path("absent/story.blm")}), 1, "absent");
  expect_failure(convert({"-o", folder_.path()}), 1, folder_.path());
  expect_failure(convert({"--tokenizer", path("absent.bin")}), 1, "absent.bin");
  std::filesystem::remove(path("tokenizer.bin"));
  expect_failure(convert(), 1, "no tokenizer.bin beside it; name one with --tokenizer");
  write_file(path("tokenizer.bin"), "garbage");
  expect_failure(convert(), 1, "tokenizer.bin: ");
  write_file(path("story.bin"), std::string(1000, '\1'));
  expect_failure(convert(), 1, "story.bin: is neither a GGUF file nor a llama2.c checkpoint");
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "tokenizer.bin"}));
}

// Largest differences are at least the mean ones, and no larger than the largest of all.
TEST_F(CommandConvert, SaysWhatQuantizingCostEachMatrix) {
  const Outcome shown = convert({"--type", "q4_0", "--verbose"});
  ASSERT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output, HasSubstr("quantization error of the weights"));
  EXPECT_THAT(shown.output, HasSubstr("layer  tensor"));
  const auto errors = [&](const char* type) {
    const Outcome listed = convert({"--type", type, "--verbose", "--csv"});
    EXPECT_THAT(listed.output, StartsWith("layer,tensor,type,weights,largest,mean\n"));
    std::vector<std::array<double, 2>> found;
    std::istringstream lines(listed.output.substr(listed.output.find('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
      const size_t mean = line.rfind(',');
      const size_t largest = line.rfind(',', mean - 1);
      found.push_back({std::stod(line.substr(largest + 1)), std::stod(line.substr(mean + 1))});
    }
    return found;
  };
  const auto four = errors("q4_0"), eight = errors("q8_0");
  ASSERT_EQ(four.size(), eight.size());
  ASSERT_GT(four.size(), 7u);
  for (size_t i = 0; i < four.size(); ++i) {
    EXPECT_GT(four[i][0], four[i][1]);
    EXPECT_GT(four[i][1], 8 * eight[i][1]);  // four bits fewer
    EXPECT_GT(eight[i][1], 0);
  }
  for (const auto& [largest, mean] : errors("f32")) EXPECT_EQ(largest + mean, 0);
}

TEST_F(CommandConvert, NeverOverwritesItsInput) {
  const std::string before = read_file(path("story.bin"));
  expect_failure(convert({"-o", path("story.bin")}), 1, "story.bin");
  EXPECT_TRUE(read_file(path("story.bin")) == before);
  expect_failure(convert({"-o", path("tokenizer.bin")}), 1, "tokenizer.bin");
  std::filesystem::rename(path("story.bin"), path("story.blm"));
  expect_failure(barellama({"convert", path("story.blm")}), 1, "story.blm");
  EXPECT_TRUE(read_file(path("story.blm")) == before);
}

}  // namespace
}  // namespace host
