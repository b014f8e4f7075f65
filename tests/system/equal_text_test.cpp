// The promise: the same model, prompt, seed and settings tell the same story on the host and on the
// board, to the last bit of every logit, whether the weights are in memory or stream from the card.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "host-tools/model/checkpoint.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/tokenizer_builder.h"
#include "llama/logits_hash.h"
#include "llama/model/rope_scaling.h"
#include "tests/fakes/chat_model.h"
#include "tests/fakes/story_card.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

namespace fs = std::filesystem;

using testing::ContainsRegex;
using testing::HasSubstr;

class EqualText : public KernelMachine {
 protected:
  // Asks the kernel for the story of `request`, and compares.
  void expect_equal(const fs::path& model, const HostRequest& request) {
    const HostStory host = tell_on_host(model, request);
    const Answer board = ask(request.prompt);
    EXPECT_EQ(board.text, host.text);
    EXPECT_EQ(board.hash(), host.hash) << machine().log();
    EXPECT_EQ(board.error, "");
    last_console_ = board.console;
  }

  // Of the last story: how much of the model was in memory, as the kernel says when it loads.
  const std::string& last_console() const { return last_console_; }

 private:
  std::string last_console_;
};

constexpr llama::SamplerSettings kGreedy{.temperature = 0, .top_p = 0.9f, .seed = 1};
constexpr llama::SamplerSettings kSampled{.temperature = 0.9f, .top_p = 0.95f, .seed = 12345};

Settings settings_of(const llama::SamplerSettings& sampling) {
  return sampling.temperature > 0
             ? Settings{{"temperature", "0.9"}, {"top_p", "0.95"}, {"seed", "12345"}}
             : Settings{{"temperature", "0"}, {"top_p", "0.9"}, {"seed", "1"}};
}

TEST_F(EqualText, OfTheModelThatComesWithTheRepository) {
  const fs::path model = tales_path();
  start(make_card({{"tales.blm", tales()}}), {{"hash", "1"}, {"steps", "100"}});
  set(settings_of(kGreedy));
  expect_equal(model, {.prompt = "The dragon", .steps = 100, .sampling = kGreedy});
  set(settings_of(kSampled));
  expect_equal(model, {.prompt = "A café in “Paris”", .steps = 100, .sampling = kSampled});

  set({{"ctx", "64"}, {"steps", "40"}});
  leave_only_the_least_memory();
  expect_equal(model, {.prompt = "One day, Tom", .steps = 40, .sampling = kSampled});
  EXPECT_THAT(last_console(), HasSubstr(" 0.0 MiB in memory, 1.1 MB streamed per token"));
}

class EachType : public EqualText, public testing::WithParamInterface<llama::WeightType> {};

TEST_P(EachType, OfAModelWithOddShapesPinnedAndStreamed) {
  const fakes::Bytes bytes = fakes::make_story_model(GetParam(), 4096);
  const std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const fs::path model = make_file("model.blm", content);
  const HostRequest greedy{.prompt = "abc def", .steps = 40, .sampling = kGreedy};
  const HostRequest sampled{.prompt = "The z", .steps = 40, .sampling = kSampled};

  start(make_card({{"model.blm", content}}), {{"hash", "1"}, {"ctx", "64"}, {"steps", "40"}});
  EXPECT_THAT(ask("/mem").console, HasSubstr("weights"));
  for (const bool is_streamed : {false, true}) {
    if (is_streamed) leave_only_the_least_memory();
    set(settings_of(kGreedy));
    expect_equal(model, greedy);
    if (is_streamed) {
      EXPECT_THAT(last_console(), ContainsRegex(" 0\\.0 MiB in memory, 0\\.[1-9] MB streamed"));
    }
    set(settings_of(kSampled));
    expect_equal(model, sampled);
  }
}

INSTANTIATE_TEST_SUITE_P(EqualText, EachType,
                         testing::Values(llama::WeightType::kF32, llama::WeightType::kQ8_0,
                                         llama::WeightType::kQ4_0, llama::WeightType::kQ8_0Masked,
                                         llama::WeightType::kQ4_0Masked),
                         [](const auto& type) { return llama::name_of(type.param); });

using Roles = std::vector<llama::TensorRole>;
class EachArchitecture : public EqualText, public testing::WithParamInterface<Roles> {};

// With the YaRN of long contexts.
TEST_P(EachArchitecture, OfAModelWithMoreTensorsThanLlamasPinnedAndStreamed) {
  llama::ModelConfig config = tests::small_config();
  config.head_size = 20;  // heads that together are wider than the model
  llama::scale_as_yarn(config, 4, 1, 32, 16, 1.14f);
  const fakes::Bytes bytes = fakes::make_story_model(config, GetParam(), llama::WeightType::kQ8_0);
  const std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const fs::path model = make_file("model.blm", content);
  const HostRequest request{.prompt = "abc def", .steps = 30, .sampling = kGreedy};
  start(make_card({{"model.blm", content}}), {{"hash", "1"}, {"ctx", "64"}, {"steps", "30"}});
  set(settings_of(kGreedy));
  expect_equal(model, request);
  leave_only_the_least_memory();
  expect_equal(model, request);
}

INSTANTIATE_TEST_SUITE_P(
    EqualText, EachArchitecture,
    testing::Values(Roles{llama::TensorRole::kWqBias, llama::TensorRole::kWkBias,
                          llama::TensorRole::kWvBias},
                    Roles{llama::TensorRole::kQueryNorm, llama::TensorRole::kKeyNorm},
                    Roles{llama::TensorRole::kWoBias, llama::TensorRole::kW1Bias,
                          llama::TensorRole::kW3Bias, llama::TensorRole::kW2Bias}));

class EachKvType : public EqualText, public testing::WithParamInterface<llama::KvType> {};

TEST_P(EachKvType, OfACacheAsTheCommandLineWantsIt) {
  start(make_card({{"tales.blm", tales()}}),
        {{"hash", "1"}, {"steps", "60"}, {"kv", llama::name_of(GetParam())}});
  set(settings_of(kSampled));
  expect_equal(tales_path(),
               {.prompt = "The dragon", .steps = 60, .sampling = kSampled, .kv = GetParam()});
}

INSTANTIATE_TEST_SUITE_P(EqualText, EachKvType,
                         testing::Values(llama::KvType::kF16, llama::KvType::kQ8_0),
                         [](const auto& type) { return llama::name_of(type.param); });

// Two questions, of which the second goes on in the cache; then a conversation that outgrows it.
TEST_F(EqualText, OfAConversation) {
  const fakes::Bytes bytes = fakes::make_chat_model(128);
  const std::string content(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  HostModel host(make_file("chat.blm", content), {.ram_bytes = {}, .all_logits = true});
  start(make_card({{"chat.blm", content}}), {{"hash", "1"}, {"steps", "9"}, {"system", "a b"}});
  set(settings_of(kSampled));
  uint32_t forgotten = 0;
  for (const std::string question : {"c d", "e", "f g", "h", "i"}) {
    llama::LogitsHash hash;
    StringSink told;
    const auto made = host.model().generate({.prompt = question,
                                             .steps = 9,
                                             .sampling = kSampled,
                                             .chat = &*host.model().chat(),
                                             .system = "a b",
                                             .observer = &hash},
                                            told);
    ASSERT_TRUE(made.ok());
    const Answer board = ask(question);
    EXPECT_EQ(board.text, told.text());
    EXPECT_EQ(board.hash(), text("{:016x}", hash.value()));
    const uint32_t now = host.model().conversation().take_dropped();
    EXPECT_EQ(board.console.find("forgotten]") != std::string::npos, now > 0) << board.console;
    forgotten += now;
  }
  EXPECT_GT(forgotten, 0u);
}

struct Room {
  const char* ram_mib;
  const char* ctx;
  llama::KvType kv;
};

class EachRoom : public EqualText, public testing::WithParamInterface<Room> {
 protected:
  // Of the arena, by the record that follows the model.
  uint64_t taken_by_model() {
    constexpr std::string_view kBegin = "@bl {\"event\":\"memory\"";
    const std::string& log = machine().log();
    const size_t at = log.find(kBegin);
    if (at == std::string::npos) return 0;
    const size_t json = at + std::string_view("@bl ").size();
    const auto record = nlohmann::json::parse(log.substr(json, log.find('\n', at) - json));
    uint64_t sum = 0;
    for (const auto& part : record["parts"]) {
      if (part["kind"] == "model") sum += part["bytes"].get<uint64_t>();
    }
    return sum;
  }
};

// The board takes, to the byte, what the plan of the host says.
TEST_P(EachRoom, IsTakenAsPlannedOnTheHost) {
  const Room& room = GetParam();
  start(make_card({{"tales.blm", tales()}}),
        {{"ram_mib", room.ram_mib}, {"ctx", room.ctx}, {"kv", llama::name_of(room.kv)}});
  const auto plan =
      plan_for_board(tales_path(), {.ram_mib = std::stod(room.ram_mib),
                                    .context = static_cast<uint32_t>(std::stoul(room.ctx)),
                                    .kv = room.kv});
  EXPECT_EQ(taken_by_model(), plan.peak_bytes) << machine().log();
}

INSTANTIATE_TEST_SUITE_P(EqualText, EachRoom,
                         testing::Values(Room{"64", "512", llama::KvType::kF32},
                                         Room{"1.2", "128", llama::KvType::kQ8_0},
                                         Room{"0.9", "64", llama::KvType::kF16}),
                         [](const auto& room) { return llama::name_of(room.param.kv); });

// ---- What llama2.c tells

class ReferenceText : public KernelMachine {
 protected:
  void SetUp() override {
    if (!fs::exists(data() / "ref" / "cases.json")) {
      GTEST_SKIP() << "the kernel's stories are not compared with those of llama2.c: "
                   << data().string() << " is not there";
    }
    cases_ = nlohmann::json::parse(read_file(data() / "ref" / "cases.json"));
  }

  static fs::path data() { return BARELLAMA_SHARED_DATA; }
  const nlohmann::json& cases() const { return cases_; }

  fs::path make_model() {
    const fs::path model = folder().path() / "stories260K.blm";
    const auto reader = open_checkpoint(data() / "llama2c" / "stories260K.bin");
    const std::string file = read_file(data() / "llama2c" / "tok512.bin");
    const auto source = require_value(
        read_llama2c_tokenizer(std::as_bytes(std::span(file.data(), file.size())), 512), "tok512");
    write_model(*reader, require_value(build_tokenizer_segment(source), "tok512"),
                {.type = llama::WeightType::kF32, .name = "stories260K"}, model);
    return model;
  }

  static Settings settings_of(const nlohmann::json& of) {
    Settings settings = {{"steps", of["steps"].dump()}, {"temperature", of["temperature"].dump()}};
    if (of.contains("seed")) settings.emplace_back("seed", of["seed"].dump());
    if (of.contains("top_p")) settings.emplace_back("top_p", of["top_p"].dump());
    return settings;
  }

  // llama2.c ends its output with a newline.
  static void expect_text(const Answer& answer, const nlohmann::json& of) {
    const std::string name = of["text_file"];
    EXPECT_EQ(answer.text + "\n", read_file(data() / "ref" / name)) << name;
    EXPECT_EQ(answer.error, "");
  }

 private:
  nlohmann::json cases_;
};

TEST_F(ReferenceText, IsToldForEachTypedPrompt) {
  start(make_card({{"stories260K.blm", read_file(make_model())}}));
  int told = 0;
  for (const nlohmann::json& of : cases()) {
    const std::string prompt = of["prompt"];
    if (prompt.empty() || !of.contains("text_file")) continue;
    set(settings_of(of));
    expect_text(ask(prompt), of);
    ++told;
  }
  EXPECT_EQ(told, 5);
}

// Without a prompt a story can only begin by itself: each one takes a boot.
TEST_F(ReferenceText, IsToldAtStart) {
  const fs::path card = make_card({{"stories260K.blm", read_file(make_model())}});
  int told = 0;
  for (const nlohmann::json& of : cases()) {
    if (!of["prompt"].get<std::string>().empty()) continue;
    Settings settings = settings_of(of);
    settings.emplace_back("autostart", "1");
    expect_text(start(card, settings), of);
    ++told;
  }
  EXPECT_EQ(told, 5);
}

}  // namespace
}  // namespace host
