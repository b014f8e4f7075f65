#include "kernel/model/model_runner.h"

#include <algorithm>
#include <array>

#include "tests/kernel/model/model_runner_fixture.h"

namespace kernel {
namespace {

using base::ErrorCode;
using fakes::Bytes;
using testing::HasSubstr;

TEST_F(ModelRunnerTest, SaysWhenThereIsNoCard) {
  EXPECT_EQ(runner_->mount().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(runner_->is_mounted());
}

TEST_F(ModelRunnerTest, FindsACardThatComesLater) {
  ASSERT_FALSE(runner_->mount().ok());
  insert({});
  EXPECT_TRUE(runner_->is_mounted());
  machine_.insert(nullptr);
  EXPECT_FALSE(runner_->mount().ok());
  EXPECT_FALSE(runner_->is_mounted());
}

TEST_F(ModelRunnerTest, ReadsTheSettingsOfTheCard) {
  insert({{"barellama.ini", fakes::to_bytes("steps = 12\nstepps = 1\n")}});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(settings_.steps, 12u);
  EXPECT_THAT(sink_.text, HasSubstr("barellama.ini, line 2"));
}

TEST_F(ModelRunnerTest, NamesSettingsUnderNamesThatAreNotRead) {
  insert({{"BARELLAMA.INI", fakes::to_bytes("steps = 12\n")},
          {"barellama.ini.txt", fakes::to_bytes("steps = 13\n")},
          {"cmdline.txt.txt", fakes::to_bytes("barellama.steps=14")}});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(settings_.steps, 12u);
  EXPECT_EQ(sink_.text,
            "barellama.ini.txt is not read: its name must be barellama.ini\n"
            "cmdline.txt.txt is not read: its name must be cmdline.txt\n");
}

TEST_F(ModelRunnerTest, NeedsNoSettingsOnTheCard) {
  insert({});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(sink_.text, "");
}

TEST_F(ModelRunnerTest, LeavesOutSettingsThatAreFarTooLong) {
  const std::string most(kMaxIniBytes - 9, '#');
  insert({{"barellama.ini", fakes::to_bytes(most + "\nsteps=12")}});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(settings_.steps, 12u);
  insert({{"barellama.ini", fakes::to_bytes(most + "\nsteps=123")}});
  const base::Status status = runner_->read_ini(settings_, sink_);
  EXPECT_EQ(status.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(pi::testing::message_of(status), HasSubstr("16385 bytes"));
  EXPECT_EQ(settings_.steps, 12u);
}

TEST_F(ModelRunnerTest, ListsModelsOnly) {
  insert({{"readme.txt", Bytes(10)},
          {"._tales.blm", Bytes(10)},
          {".blm", Bytes(10)},
          {"folder.blm/", {}},
          {"Tales.BLM", Bytes(1'250'000)},
          {"a caf\xc3\xa9 story.blm", Bytes(10)}});
  const auto count = runner_->list_models(sink_);
  ASSERT_OK(count);
  EXPECT_EQ(*count, 2u) << sink_.text;
  EXPECT_THAT(sink_.text, HasSubstr("Tales.BLM"));
  EXPECT_THAT(sink_.text, HasSubstr("1.3 MB\n"));
  EXPECT_THAT(sink_.text, HasSubstr("a caf\xc3\xa9 story.blm"));
}

TEST_F(ModelRunnerTest, TakesTheFirstModelWhenNoneIsNamed) {
  insert({{"aaa.txt", Bytes(10)}, {"one.blm", small_model()}, {"two.blm", Bytes(10)}});
  EXPECT_OK(runner_->load(settings_, nullptr));
  EXPECT_TRUE(runner_->is_loaded());
  EXPECT_EQ(runner_->model_name(), "one.blm");
}

TEST_F(ModelRunnerTest, TakesTheModelThatIsNamedWhereverItIs) {
  insert({{"one.blm", Bytes(10)}, {"more/", {}}, {"more/two.bin", small_model()}});
  ASSERT_TRUE(settings_.model.set("More/TWO.bin"));
  EXPECT_OK(runner_->load(settings_, nullptr));
  EXPECT_EQ(runner_->model_name(), "More/TWO.bin");
}

TEST_F(ModelRunnerTest, RefusesWhatIsNoModelFile) {
  insert({{"folder.blm/", {}}, {"notes.txt", Bytes(5000)}});
  EXPECT_EQ(runner_->load(settings_, nullptr).code(), ErrorCode::kNotFound);
  ASSERT_TRUE(settings_.model.set("folder.blm"));
  EXPECT_EQ(runner_->load(settings_, nullptr).code(), ErrorCode::kInvalidArgument);
  ASSERT_TRUE(settings_.model.set("absent.blm"));
  EXPECT_EQ(runner_->load(settings_, nullptr).code(), ErrorCode::kNotFound);
  ASSERT_TRUE(settings_.model.set("notes.txt"));
  EXPECT_EQ(runner_->load(settings_, nullptr).code(), ErrorCode::kCorrupt);
  EXPECT_FALSE(runner_->is_loaded());
  EXPECT_EQ(runner_->model_name(), "notes.txt");
}

TEST_F(ModelRunnerTest, TellsWhatTheModelTells) {
  insert({{"one.blm", small_model()}});
  settings_.hash = true;
  settings_.steps = 30;
  settings_.seed = 5;
  ASSERT_OK(runner_->load(settings_, nullptr));
  const auto told = runner_->tell("a b", settings_, nullptr, sink_);
  ASSERT_OK(told);
  const auto direct = fakes::tell_directly(small_model(), "a b", 30,
                                           {.temperature = 0.8f, .top_p = 0.9f, .seed = 5});
  EXPECT_EQ(sink_.text, direct.text);
  EXPECT_EQ(told->hash, direct.hash);
  EXPECT_EQ(told->generation.tokens, direct.tokens);
  EXPECT_EQ(told->seed, 5u);
}

TEST_F(ModelRunnerTest, GoesOnOverTheEndOfATextWhenAsked) {
  insert({{"one.blm", small_model()}});
  settings_.steps = 40;
  ASSERT_OK(runner_->load(settings_, nullptr));
  bool has_ended = false;
  for (settings_.seed = 1; settings_.seed < 200; ++settings_.seed) {
    settings_.ignore_eos = false;
    const auto usual = runner_->tell("", settings_, nullptr, sink_);
    ASSERT_OK(usual);
    if (usual->generation.reason != llama::StopReason::kEnd) continue;
    has_ended = true;
    settings_.ignore_eos = true;
    for (settings_.temperature = 0; settings_.temperature < 2; ++settings_.temperature) {
      const auto longer = runner_->tell("", settings_, nullptr, sink_);
      ASSERT_OK(longer);
      EXPECT_EQ(longer->generation.reason, llama::StopReason::kLength);
      EXPECT_EQ(longer->generation.tokens, 40u);
    }
    settings_.temperature = 0.8f;
  }
  EXPECT_TRUE(has_ended) << "no story ended by itself";
}

TEST_F(ModelRunnerTest, TakesAnotherSeedEachTimeUnlessOneIsSet) {
  insert({{"one.blm", small_model()}});
  settings_.steps = 4;
  ASSERT_OK(runner_->load(settings_, nullptr));
  machine_.set_clock_step_us(1000);
  const auto first = runner_->tell("", settings_, nullptr, sink_);
  const auto second = runner_->tell("", settings_, nullptr, sink_);
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(first->seed, 0u);
  EXPECT_NE(first->seed, second->seed);
}

TEST_F(ModelRunnerTest, StaysWithinTheMemoryThatItIsGiven) {
  insert({{"one.blm", small_model()}});
  settings_.ctx = 16;
  settings_.ram_mib = 0.3;
  ASSERT_OK(runner_->load(settings_, nullptr));
  EXPECT_LE(runner_->arena().capacity(), static_cast<uint64_t>(0.3 * 1048576));
  EXPECT_GT(runner_->model().transformer().weights().streamed_bytes(), 0u);
  settings_.ram_mib = 4096;  // more than there is
  ASSERT_OK(runner_->load(settings_, nullptr));
  EXPECT_EQ(runner_->arena().capacity(), fakes::FakeMachine::kMemoryBytes);
  EXPECT_EQ(runner_->model().transformer().weights().streamed_bytes(), 0u);
}

TEST_F(ModelRunnerTest, TakesThePeakOfItsPlan) {
  insert({{"one.blm", small_model()}});
  for (const double ram_mib : {0.3, 0.35, 0.4, 4.0}) {
    for (const auto profile : {Settings::Profile::kOff, Settings::Profile::kTrace}) {
      settings_.ctx = 16;
      settings_.ram_mib = ram_mib;
      settings_.profile = profile;
      settings_.kv = llama::KvType::kF16;
      ASSERT_OK(runner_->load(settings_, nullptr));
      const auto plan = runner_->plan();
      ASSERT_OK(plan);
      EXPECT_EQ(plan->peak_bytes, runner_->arena().high_water());
      EXPECT_EQ(plan->used_bytes, runner_->arena().used());
      EXPECT_EQ(plan->kv, llama::KvType::kF16);
    }
  }
}

TEST_F(ModelRunnerTest, ReadsTheCardInBetweenWhileAModelStreams) {
  insert({{"one.blm", small_model()}, {"two.blm", small_model()}});
  settings_.steps = 6;
  settings_.seed = 1;
  settings_.ctx = 16;
  settings_.ram_mib = 0.3;
  ASSERT_OK(runner_->load(settings_, nullptr));
  ASSERT_OK(runner_->tell("a", settings_, nullptr, sink_));
  const std::string once = sink_.text;
  EXPECT_EQ(runner_->list_models(sink_).value(), 2u);
  sink_.text.clear();
  ASSERT_OK(runner_->tell("a", settings_, nullptr, sink_));
  EXPECT_EQ(sink_.text, once);
  ASSERT_TRUE(settings_.model.set("two.blm"));
  EXPECT_OK(runner_->load(settings_, nullptr));
}

}  // namespace
}  // namespace kernel
