// `barellama run`, as a user types it.
#include <nlohmann/json.hpp>

#include "tests/fakes/foreign_models.h"
#include "tests/fakes/random_model.h"
#include "tests/host-tools/commands/command_model.h"
#include "tests/host-tools/console/terminal_program.h"

namespace host {
namespace {

using testing::HasSubstr;

using CommandRun = CommandModel;

TEST_F(CommandRun, KeepsKeysAndValuesAsItIsTold) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::string f32 = run({"--hash", "-n", "10"}).output;
  EXPECT_EQ(run({"--hash", "-n", "10", "--kv", "f32"}).output, f32);
  EXPECT_NE(run({"--hash", "-n", "10", "--kv", "q8_0"}).output, f32);
  EXPECT_EQ(run({"--kv", "q4_0"}).exit_code, 2);
}

TEST_F(CommandRun, CountsStepsAsLlama2cDoes) {
  ASSERT_EQ(convert().exit_code, 0);
  // BOS and " a": the prompt's positions count.
  for (const uint32_t steps : {2u, 4u, 6u}) {
    const Outcome outcome = run({"-p", "a", "-n", std::to_string(steps), "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const auto json = nlohmann::json::parse(outcome.errors);
    EXPECT_EQ(json["prompt_tokens"], 2);
    EXPECT_EQ(json["tokens"], steps - 1);
    EXPECT_EQ(json["reason"], "length");
  }
}

TEST_F(CommandRun, TellsNothingBeyondTheStepsEvenOfThePrompt) {
  ASSERT_EQ(convert().exit_code, 0);
  EXPECT_EQ(run({"-p", "a b c d", "-n", "2"}).output, "a b\n");
}

TEST_F(CommandRun, WritesTheLogitsOfEachPosition) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome outcome = run({"-p", "a b", "-n", "7", "--logits", path("logits.f32"), "--hash"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string logits = read_file(path("logits.f32"));
  EXPECT_EQ(logits.size(), size_t{7} * kVocabulary * 4);
  // The hash is FNV-1a of the file's bytes.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : logits) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char line[64];
  std::snprintf(line, sizeof line, "\nlogits-hash: %016llx\n",
                static_cast<unsigned long long>(hash));
  EXPECT_TRUE(outcome.output.ends_with(line)) << outcome.output;
}

TEST_F(CommandRun, TellsTheSameInLittleMemory) {
  ASSERT_EQ(convert({"--tile-kib", "2"}).exit_code, 0);
  const Outcome whole = run({"-p", "a b", "-n", "20", "--hash", "--ctx", "32"});
  const Outcome streamed =
      run({"-p", "a b", "-n", "20", "--hash", "--ctx", "32", "--ram-mib", "0.15", "--json"});
  EXPECT_EQ(streamed.exit_code, 0) << streamed.errors;
  EXPECT_EQ(streamed.output, whole.output);
  EXPECT_GT(nlohmann::json::parse(streamed.errors)["streamed_bytes_per_pass"], 0);
}

TEST_F(CommandRun, MeasuresItselfAndReportsLikeABoard) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome told = run({"-n", "6", "-p", "a b c d e f g"});
  const Outcome measured =
      run({"-n", "6", "-p", "a b c d e f g", "--stats", "--record", path("run.jsonl"), "--trace"});
  EXPECT_EQ(measured.exit_code, 0) << measured.errors;
  EXPECT_EQ(measured.output, told.output) << "measuring changes nothing";
  for (const char* part : {"answer 1: 1 passes, 6 positions", "attention", "swiglu", "rest",
                           "in all", "steady clock", "  layer "}) {
    EXPECT_THAT(measured.errors, HasSubstr(part));
  }
  const std::string records = read_file(path("run.jsonl"));
  for (const char* event : {"machine", "model", "memory", "pass", "trace", "profile"}) {
    EXPECT_THAT(records, HasSubstr("\"event\":\"" + std::string(event) + "\""));
  }
  const std::string version = barellama({"--version"}).output;
  ASSERT_TRUE(version.starts_with("barellama ") && version.ends_with(")\n")) << version;
  const std::string told_version = version.substr(10, version.size() - 11);
  EXPECT_THAT(records, HasSubstr("\"version\":\"" + told_version + "\""));
  const Outcome report = barellama(
      {"report", path("run.jsonl"), "-o", path("report.html"), "--trace", path("trace.json")});
  EXPECT_EQ(report.exit_code, 0) << report.errors;
  EXPECT_THAT(read_file(path("report.html")), HasSubstr("<svg"));
  EXPECT_THAT(read_file(path("report.html")),
              HasSubstr("<dt>Version of barellama</dt><dd>" + told_version + "</dd>"));
  EXPECT_THAT(read_file(path("trace.json")), HasSubstr("\"traceEvents\""));
  expect_failure(run({"--trace"}), 2, "--record");
}

TEST_F(CommandRun, RepeatsASeed) {
  ASSERT_EQ(convert().exit_code, 0);
  const auto tell = [&](const char* seed) {
    return barellama({"run", path("story.blm"), "-s", seed, "-n", "20"}).output;
  };
  EXPECT_EQ(tell("7"), tell("7"));
  EXPECT_NE(tell("7"), tell("8"));
}

TEST_F(CommandRun, DrawsAnotherSeedForZeroAndSaysWhich) {
  ASSERT_EQ(convert().exit_code, 0);
  const auto tell = [&](const std::string& seed) {
    return barellama({"run", path("story.blm"), "-s", seed, "-n", "20"});
  };
  const Outcome drawn = tell("0");
  ASSERT_EQ(drawn.exit_code, 0) << drawn.errors;
  ASSERT_THAT(drawn.errors, testing::MatchesRegex("seed [1-9][0-9]*\n"));
  const std::string seed = drawn.errors.substr(5, drawn.errors.size() - 6);
  EXPECT_EQ(tell(seed).output, drawn.output);
  EXPECT_NE(tell("0").errors, drawn.errors);
  EXPECT_EQ(tell("7").errors, "");
}

TEST_F(CommandRun, ContinuesATextThatIsPipedIn) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::vector<std::string> line = {"run", path("story.blm"), "-t", "0", "-n", "9"};
  const auto with = [&](std::vector<std::string> options, const std::string& input) {
    options.insert(options.begin(), line.begin(), line.end());
    const Outcome outcome = barellama(options, input);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return outcome.output;
  };
  const std::string one = with({"-p", "a b"}, "");
  const std::string two = with({"-p", "a\nb"}, "");
  ASSERT_NE(one, with({}, ""));
  EXPECT_EQ(with({}, "a b\n"), one);
  EXPECT_EQ(with({},
                 "\xef\xbb\xbf"
                 "a b\r\n"),
            one);
  EXPECT_EQ(with({}, "a\r\nb"), two);
  // An option wins.
  EXPECT_EQ(with({"-p", "a b"}, "c"), one);
  EXPECT_EQ(with({"-p", "a\r\nb"}, ""), two);
  write_file(path("prompt.txt"),
             "\xef\xbb\xbf"
             "a\r\nb\r\n");
  EXPECT_EQ(with({"--prompt-file", path("prompt.txt")}, "c"), two);
  EXPECT_EQ(with({"--prompt-file", "-"}, "a b"), one);
}

TEST_F(CommandRun, RefusesPromptFilesThatAreNoText) {
  ASSERT_EQ(convert().exit_code, 0);
  expect_failure(run({"--prompt-file", path("absent.txt")}), 1, "absent.txt: can't be read");
  expect_failure(run({"--prompt-file", path("story.blm")}), 1,
                 "story.blm: is a .blm model, not text");
  write_file(path("utf16.txt"), std::string("\xff\xfe"
                                            "a\0",
                                            4));
  expect_failure(run({"--prompt-file", path("utf16.txt")}), 1, "UTF-16");
  expect_failure(run({"--prompt-file", "-", "-p", "a"}), 2, "--prompt");
}

TEST_F(CommandRun, TellsNoSpeedOfOneToken) {
  ASSERT_EQ(convert().exit_code, 0);
  const auto statistics = [&](const char* steps) {
    TerminalProgram program({BARELLAMA_PROGRAM, "run", path("story.blm"), "-p", "a", "-n", steps,
                             "-t", "0", "-s", "1"});
    EXPECT_EQ(program.wait(), 0);
    return program.screen();
  };
  EXPECT_THAT(statistics("2"), HasSubstr("1 token, first after 0."));
  EXPECT_THAT(statistics("9"), testing::ContainsRegex("8 tokens, [0-9.]+ tokens/s, first after"));
  const Outcome json = run({"-p", "a", "-n", "2", "--json"});
  EXPECT_TRUE(nlohmann::json::parse(json.errors)["tokens_per_s"].is_null()) << json.errors;
}

TEST_F(CommandRun, SaysWhatIsWrong) {
  ASSERT_EQ(convert().exit_code, 0);
  expect_failure(barellama({"run", path("absent.blm")}), 1, "absent.blm");
  expect_failure(barellama({"run", path("story.bin")}), 1,
                 "story.bin: is a llama2.c checkpoint, not a .blm model");
  expect_failure(run({"--top-p", "1.5"}), 2, "--top-p");
  expect_failure(run({"-n", "-1"}), 2, "--steps");
  expect_failure(run({"-p", "caf\xe9"}), 1, "not valid UTF-8 at byte 3");
  expect_failure(run({"-p", std::string(100, '7')}), 1, "longer than the context of 64 tokens");
  expect_failure(run({"--ctx", "65"}), 1, "65");
  expect_failure(run({"--ram-mib", "0.01"}), 1, "bytes short");
  expect_failure(run({"--logits", path("absent/logits.f32")}), 1, "absent");
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "story.blm", "tokenizer.bin"}));
}

TEST_F(CommandRun, ShowsAllOfAPromptThoughNoBosStandsBeforeIt) {
  const llama::ModelConfig config = fakes::checkpoint_config(true);
  tests::RandomWeights weights(config, 1);
  auto gguf = fakes::make_gguf(weights, StoredType::kF32);
  gguf.value("tokenizer.ggml.add_bos_token", false);
  write_file(path("bare.gguf"), gguf.bytes());
  ASSERT_EQ(barellama({"convert", path("bare.gguf")}).exit_code, 0);
  const Outcome told = barellama({"run", path("bare.blm"), "-t", "0", "-p", "a b", "-n", "6"});
  EXPECT_EQ(told.exit_code, 0) << told.errors;
  EXPECT_THAT(told.output, testing::StartsWith("a b"));
}

TEST_F(CommandRun, RefusesADamagedModelAndTellsNothing) {
  ASSERT_EQ(convert().exit_code, 0);
  std::string bytes = read_file(path("story.blm"));
  bytes[bytes.size() / 2] ^= 1;
  write_file(path("story.blm"), bytes);
  expect_failure(run({"-p", "a"}), 1, "does not match its CRC");
  write_file(path("story.blm"), bytes.substr(0, bytes.size() / 2));
  expect_failure(run({"-p", "a"}), 1, "truncated");
}

}  // namespace
}  // namespace host
