// `barellama convert`, `inspect` and `run`, as a user types them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "host-tools/support/files.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/foreign_models.h"
#include "tests/fakes/model_head.h"
#include "tests/fakes/random_model.h"
#include "tests/host-tools/console/terminal_program.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr uint32_t kVocabulary = 300;

class CommandModel : public testing::Test {
 protected:
  CommandModel() {
    write_file(path("story.bin"), fakes::make_checkpoint(fakes::checkpoint_config(true), 0));
    write_file(path("tokenizer.bin"), fakes::make_tokenizer_bin(kVocabulary));
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }
  Outcome convert(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"convert", path("story.bin")});
    return barellama(options);
  }
  // Greedy, so that the text is always the same.
  Outcome run(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"run", path("story.blm"), "-t", "0"});
    return barellama(options);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }
  static void expect_failure(const Outcome& outcome, int exit_code, const std::string& message) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
    EXPECT_EQ(outcome.output, "");
  }

  TemporaryFolder folder_;
};

TEST_F(CommandModel, CutsLargeModelsIntoPartsThatAreOneModel) {
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
  EXPECT_THAT(
      barellama({"card", "--kernel", path("story.bin"), "-o", path("card.img"), path("cut.blm")})
          .output,
      HasSubstr("cut.b02"));
  std::filesystem::remove(path("cut.b02"));
  expect_failure(barellama({"run", path("cut.blm")}), 1, "part 2 of 2 (cut.b02) is missing");
}

TEST_F(CommandModel, AModelOfFewerPartsLeavesNoneOfTheOneBefore) {
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
  // What is no part of a model is none of ours.
  write_file(path("cut.b02"), std::string(5000, 'x'));
  synth("2");
  EXPECT_TRUE(std::filesystem::exists(path("cut.b02")));
}

TEST_F(CommandModel, PlansForABoard) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome whole = barellama({"plan", path("story.blm"), "--kv", "q8_0", "--prompt", "5"});
  EXPECT_EQ(whole.exit_code, 0) << whole.errors;
  EXPECT_THAT(whole.output, HasSubstr("positions in q8_0"));
  EXPECT_THAT(whole.output, HasSubstr("a prompt of 5 tokens"));
  EXPECT_THAT(whole.output, HasSubstr("the core is the limit"));
  expect_failure(barellama({"plan", path("story.blm"), "--ram-mib", "0.05"}), 1, "does not fit");
  EXPECT_THAT(barellama({"inspect", path("story.blm")}).output,
              HasSubstr("on a Pi Zero (496 MiB): "));
}

TEST_F(CommandModel, KeepsKeysAndValuesAsItIsTold) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::string f32 = run({"--hash", "-n", "10"}).output;
  EXPECT_EQ(run({"--hash", "-n", "10", "--kv", "f32"}).output, f32);
  EXPECT_NE(run({"--hash", "-n", "10", "--kv", "q8_0"}).output, f32);
  EXPECT_EQ(run({"--kv", "q4_0"}).exit_code, 2);
}

TEST_F(CommandModel, HelpsWithEachCommand) {
  for (const char* command : {"convert", "inspect", "plan", "run"}) {
    const Outcome help = barellama({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, HasSubstr(command));
    EXPECT_EQ(help.errors, "");
    EXPECT_EQ(barellama({command}).exit_code, 2);
    EXPECT_EQ(barellama({command, "x", "--no-such-option"}).exit_code, 2);
  }
}

TEST_F(CommandModel, ConvertsBesideTheInput) {
  const Outcome outcome = convert();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("llama2.c checkpoint, version 0, f32"));
  EXPECT_THAT(outcome.output, HasSubstr("story.blm: q8_0, "));
  EXPECT_THAT(outcome.output, HasSubstr("loss of the weights by quantization: 0."));
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "story.blm", "tokenizer.bin"}));
}

TEST_F(CommandModel, ConvertsToEachTypeAndPlace) {
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

TEST_F(CommandModel, ConvertsGgufAndHuggingFace) {
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

TEST_F(CommandModel, RunTalksWithAModel) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  const auto talk = [&](std::vector<std::string> options, const std::string& input = "") {
    options.insert(options.begin(),
                   {"run", path("story.blm"), "--chat", "-t", "0", "-n", "5", "--json"});
    return barellama(options, input);
  };
  const Outcome one = talk({"-p", "a b"});
  EXPECT_EQ(one.exit_code, 0) << one.errors;
  EXPECT_THAT(one.errors, HasSubstr("\"tokens\":5,"));
  EXPECT_THAT(one.output, Not(HasSubstr("a b")));
  // Line by line: the first as alone, the same again as what goes on, and as alone once more.
  const Outcome lines = talk({"--record", path("chat.jsonl")}, "a b\n\na b\n/new\na b\n");
  EXPECT_EQ(lines.exit_code, 0) << lines.errors;
  const std::string tokens = "\"prompt_tokens\":";
  std::vector<int> counts;
  for (size_t at = 0; (at = lines.errors.find(tokens, at)) != std::string::npos; ++at) {
    counts.push_back(std::stoi(lines.errors.substr(at + tokens.size())));
  }
  ASSERT_EQ(counts.size(), 3u);
  // The last token of the first answer, and what ends it.
  EXPECT_GT(counts[1], counts[0]);
  EXPECT_LE(counts[1], counts[0] + 3);
  EXPECT_EQ(counts[2], counts[0]);
  EXPECT_TRUE(lines.output.starts_with(one.output)) << lines.output;
  EXPECT_TRUE(lines.output.ends_with("\n" + one.output)) << lines.output;
  const std::string records = read_file(path("chat.jsonl"));
  EXPECT_THAT(records, HasSubstr("\"answer\":3"));
  EXPECT_EQ(records.find("\"machine\""), records.rfind("\"machine\""));
  const std::string with_system = talk({"-p", "a b", "--system", "c d e f"}).errors;
  EXPECT_GT(std::stoi(with_system.substr(with_system.find(tokens) + tokens.size())), counts[0]);
  EXPECT_EQ(barellama({"run", path("story.blm"), "--system", "c"}).exit_code, 2);
  EXPECT_THAT(run({"-p", "a b", "-n", "9"}).output, testing::StartsWith("a b"));
}

TEST_F(CommandModel, RunTalksAtATerminalUntilCtrlD) {
  llama::ModelConfig config = fakes::checkpoint_config(true);
  config.context = 65536;  // an answer goes on until it is stopped
  write_file(path("story.bin"), fakes::make_checkpoint(config, 0));
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama2"}).exit_code, 0);
  std::string begin = run({"--chat", "-p", "a b", "-n", "3"}).output;
  begin.pop_back();
  ASSERT_THAT(begin, Not(testing::IsEmpty()));
  TerminalProgram chat({BARELLAMA_PROGRAM, "run", path("story.blm"), "--chat", "-t", "0"});
  chat.expect("Ctrl-D leaves.\r\n> ");
  chat.type("forgotten\x03");
  chat.expect("^C\r\n> ");
  chat.type("/help\n");
  chat.expect("there is no such command; /new begins a new conversation\r\n> ");
  for (int time = 0; time < 2; ++time) {
    chat.type("a b\n");
    chat.expect("a b\r\n" + begin);
    chat.type("\x03");
    chat.expect("\r\n> ");
    chat.type("/new\n");
    chat.expect("/new\r\n> ");
  }
  chat.type("\x04");
  EXPECT_EQ(chat.wait(), 0) << chat.screen();
}

TEST_F(CommandModel, RunSaysWhyItCannotTalk) {
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin")}).exit_code, 0);
  expect_failure(run({"--chat", "-p", "a"}), 1, "this model has no chat template");
  ASSERT_EQ(convert({"--tokenizer", path("tokenizer.bin"), "--chat", "llama3"}).exit_code, 0);
  expect_failure(run({"--chat", "-p", "a"}), 1, "<|start_header_id|>");
}

TEST_F(CommandModel, ConvertSaysWhatIsWrong) {
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
  write_file(path("story.bin"), std::string(1000, 'x'));
  expect_failure(convert(), 1, "story.bin: is no GGUF file, and no llama2.c checkpoint");
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "tokenizer.bin"}));
}

TEST_F(CommandModel, ConvertNeverOverwritesItsInput) {
  const std::string before = read_file(path("story.bin"));
  expect_failure(convert({"-o", path("story.bin")}), 1, "story.bin");
  EXPECT_TRUE(read_file(path("story.bin")) == before);
  expect_failure(convert({"-o", path("tokenizer.bin")}), 1, "tokenizer.bin");
  std::filesystem::rename(path("story.bin"), path("story.blm"));
  expect_failure(barellama({"convert", path("story.blm")}), 1, "story.blm");
  EXPECT_TRUE(read_file(path("story.blm")) == before);
}

TEST_F(CommandModel, InspectShowsAModel) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  for (const char* line : {"name            story\n", "layers          2, dim 72, hidden_dim 172\n",
                           "heads           6 of size 12, 2 of them for keys and values\n",
                           "vocabulary      300 tokens, classifier tied to the embedding\n",
                           "tokenizer       SentencePiece BPE, 300 tokens, BOS 1, EOS 2\n",
                           "\nlayer 1 ", "\ntokenizer "}) {
    EXPECT_THAT(shown.output, HasSubstr(line));
  }
  EXPECT_THAT(shown.output, Not(HasSubstr("token_embedding")));
  EXPECT_THAT(barellama({"inspect", path("story.blm"), "--tensors"}).output,
              HasSubstr("token_embedding"));
}

TEST_F(CommandModel, InspectFindsDamage) {
  ASSERT_EQ(convert().exit_code, 0);
  std::string bytes = read_file(path("story.blm"));
  bytes[bytes.size() / 2] ^= 1;
  write_file(path("story.blm"), bytes);
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_THAT(shown.output, HasSubstr("DAMAGED"));
  EXPECT_THAT(shown.errors, HasSubstr("story.blm: 1 segments are damaged; copy it again"));
}

TEST_F(CommandModel, InspectSaysWhatIsNoModel) {
  expect_failure(barellama({"inspect", path("absent.blm")}), 1, "absent.blm");
  expect_failure(barellama({"inspect", path("story.bin")}), 1, "story.bin: this is no .blm model");
  expect_failure(barellama({"inspect", folder_.path()}), 1, folder_.path());
  write_file(path("empty.blm"), "");
  expect_failure(barellama({"inspect", path("empty.blm")}), 1, "empty.blm: ");
}

TEST_F(CommandModel, RunCountsStepsAsLlama2cDoes) {
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

TEST_F(CommandModel, RunTellsNothingBeyondTheStepsEvenOfThePrompt) {
  ASSERT_EQ(convert().exit_code, 0);
  EXPECT_EQ(run({"-p", "a b c d", "-n", "2"}).output, "a b\n");
}

TEST_F(CommandModel, RunWritesTheLogitsOfEachPosition) {
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

TEST_F(CommandModel, RunTellsTheSameInLittleMemory) {
  ASSERT_EQ(convert({"--tile-kib", "2"}).exit_code, 0);
  const Outcome whole = run({"-p", "a b", "-n", "20", "--hash", "--ctx", "32"});
  const Outcome streamed =
      run({"-p", "a b", "-n", "20", "--hash", "--ctx", "32", "--ram-mib", "0.15", "--json"});
  EXPECT_EQ(streamed.exit_code, 0) << streamed.errors;
  EXPECT_EQ(streamed.output, whole.output);
  EXPECT_GT(nlohmann::json::parse(streamed.errors)["streamed_bytes_per_pass"], 0);
}

TEST_F(CommandModel, RunMeasuresItselfAndReportsLikeABoard) {
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
  const Outcome report = barellama(
      {"report", path("run.jsonl"), "-o", path("report.html"), "--trace", path("trace.json")});
  EXPECT_EQ(report.exit_code, 0) << report.errors;
  EXPECT_THAT(read_file(path("report.html")), HasSubstr("<svg"));
  EXPECT_THAT(read_file(path("trace.json")), HasSubstr("\"traceEvents\""));
  expect_failure(run({"--trace"}), 2, "--record");
}

TEST_F(CommandModel, PerplexityOfATextFromAFile) {
  ASSERT_EQ(convert().exit_code, 0);
  write_file(path("text.txt"), "a b a b a b a b a b a b");
  const auto measure = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"perplexity", path("story.blm"), "--text", path("text.txt")};
    words.insert(words.end(), more.begin(), more.end());
    return barellama(words);
  };
  const Outcome shown = measure({});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output, testing::ContainsRegex("^perplexity [0-9.]+ over [0-9]+ tokens"));
  EXPECT_NE(measure({"--kv", "q8_0"}).output, shown.output);
  EXPECT_THAT(measure({"--ctx", "4", "--json"}).output, HasSubstr("\"context\":4"));
  write_file(path("text.txt"), "caf\xe9");
  expect_failure(measure({}), 1, "text.txt: is no valid UTF-8 from byte 3 on");
  write_file(path("text.txt"), "");
  expect_failure(measure({}), 1, "text.txt: there is no token to predict");
  std::filesystem::remove(path("text.txt"));
  expect_failure(measure({}), 1, "text.txt");
}

TEST_F(CommandModel, RunRepeatsASeed) {
  ASSERT_EQ(convert().exit_code, 0);
  const auto tell = [&](const char* seed) {
    return barellama({"run", path("story.blm"), "-s", seed, "-n", "20"}).output;
  };
  EXPECT_EQ(tell("7"), tell("7"));
  EXPECT_NE(tell("7"), tell("8"));
}

TEST_F(CommandModel, RunSaysWhatIsWrong) {
  ASSERT_EQ(convert().exit_code, 0);
  expect_failure(barellama({"run", path("absent.blm")}), 1, "absent.blm");
  expect_failure(barellama({"run", path("story.bin")}), 1, "story.bin: this is no .blm model");
  expect_failure(run({"--top-p", "1.5"}), 2, "--top-p");
  expect_failure(run({"-n", "-1"}), 2, "--steps");
  expect_failure(run({"-s", "0"}), 1, "seed");
  expect_failure(run({"-p", "caf\xe9"}), 1, "not valid UTF-8 at byte 3");
  expect_failure(run({"-p", std::string(100, '7')}), 1, "longer than the context of 64 tokens");
  expect_failure(run({"--ctx", "65"}), 1, "65");
  expect_failure(run({"--ram-mib", "0.01"}), 1, "bytes short");
  expect_failure(run({"--logits", path("absent/logits.f32")}), 1, "absent");
  EXPECT_EQ(files(), (std::vector<std::string>{"story.bin", "story.blm", "tokenizer.bin"}));
}

TEST_F(CommandModel, InspectShowsWhatTheProgramDoesNotKnow) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::string plain = read_file(path("story.blm"));
  const auto change = [&](auto edit) {
    std::string text = plain;
    const auto bytes = std::as_writable_bytes(std::span(text));
    edit(bytes);
    fakes::mend_crcs(bytes);
    write_file(path("story.blm"), text);
  };
  const size_t tensors = llama::kHeaderBytes +
                         base::load_le32(std::as_bytes(std::span(plain)), llama::kAtSegmentCount) *
                             size_t{llama::kSegmentEntryBytes};
  change([&](std::span<std::byte> bytes) {
    const uint32_t values = base::load_le32(bytes, llama::kAtValueBytes);
    base::store_le32(bytes, llama::kAtValueBytes, values + llama::kValueHeaderBytes);
    const auto value = bytes.subspan(llama::kAtValues + values);
    base::store_le16(value, llama::kValueTag, 900);
    value[llama::kValueType] = static_cast<std::byte>(llama::ValueType::kU64);
    base::store_le32(bytes, tensors + 2 * llama::kTensorEntryBytes + llama::kTensorFlags, 1 << 20);
  });
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output,
              HasSubstr("not known       value 900 of the configuration, 0 of type 4"));
  EXPECT_THAT(shown.output, HasSubstr("not known       flags 00100000 of wq, layer 0"));
  EXPECT_EQ(run({"-n", "2", "-p", "a"}).exit_code, 0);
  // A later one of the experts' models can be looked at, and says why it cannot run.
  change([&](std::span<std::byte> bytes) {
    const uint32_t values = base::load_le32(bytes, llama::kAtValueBytes);
    base::store_le32(bytes, llama::kAtValueBytes, values + llama::kValueHeaderBytes + 4);
    const auto value = bytes.subspan(llama::kAtValues + values);
    base::store_le16(value, llama::kValueTag, 18);
    value[llama::kValueType] = static_cast<std::byte>(llama::ValueType::kU32);
    base::store_le32(value, llama::kValueCount, 1);
    base::store_le32(value, llama::kValueHeaderBytes, 1);
  });
  const Outcome mixture = barellama({"inspect", path("story.blm")});
  EXPECT_THAT(mixture.output, HasSubstr("experts         1"));
  EXPECT_THAT(mixture.output, HasSubstr("the model is a mixture of 1 experts"));
  expect_failure(run({"-p", "a"}), 1, "the model is a mixture of 1 experts");
}

TEST_F(CommandModel, RunRefusesADamagedModelAndTellsNothing) {
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
