#include "kernel/model/model_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "libpi/fs/ram_disk.h"
#include "tests/fakes/fake_machine.h"
#include "tests/fakes/story_card.h"
#include "tests/libpi/fs/card_image.h"

namespace kernel {
namespace {

using base::ErrorCode;
using fakes::Bytes;
using testing::HasSubstr;

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

const Bytes& small_model() {
  static const Bytes model = fakes::make_story_model(llama::WeightType::kQ8_0);
  return model;
}

class StorytellerTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_FAT_TOOLS(); }

  void insert(const fakes::Files& files) {
    image_ = fakes::make_card(files);
    disk_ = std::make_unique<pi::RamDisk>(image_);
    machine_.insert(disk_.get());
    ASSERT_OK(runner_->mount());
  }

  Bytes image_;
  std::unique_ptr<pi::RamDisk> disk_;
  fakes::FakeMachine machine_;
  std::unique_ptr<ModelRunner> runner_ = std::make_unique<ModelRunner>(machine_);
  Settings settings_;
  Sink sink_;
};

TEST_F(StorytellerTest, SaysWhenThereIsNoCard) {
  EXPECT_EQ(runner_->mount().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(runner_->is_mounted());
}

TEST_F(StorytellerTest, FindsACardThatComesLater) {
  ASSERT_FALSE(runner_->mount().ok());
  insert({});
  EXPECT_TRUE(runner_->is_mounted());
  machine_.insert(nullptr);
  EXPECT_FALSE(runner_->mount().ok());
  EXPECT_FALSE(runner_->is_mounted());
}

TEST_F(StorytellerTest, ReadsTheSettingsOfTheCard) {
  insert({{"barellama.ini", fakes::to_bytes("steps = 12\nstepps = 1\n")}});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(settings_.steps, 12u);
  EXPECT_THAT(sink_.text, HasSubstr("barellama.ini, line 2"));
}

TEST_F(StorytellerTest, NeedsNoSettingsOnTheCard) {
  insert({});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(sink_.text, "");
}

TEST_F(StorytellerTest, LeavesOutSettingsThatAreFarTooLong) {
  const std::string most(ModelRunner::kMaxIniBytes - 9, '#');
  insert({{"barellama.ini", fakes::to_bytes(most + "\nsteps=12")}});
  EXPECT_OK(runner_->read_ini(settings_, sink_));
  EXPECT_EQ(settings_.steps, 12u);
  insert({{"barellama.ini", fakes::to_bytes(most + "\nsteps=123")}});
  const base::Status status = runner_->read_ini(settings_, sink_);
  EXPECT_EQ(status.code(), ErrorCode::kUnsupported);
  EXPECT_THAT(pi::testing::message_of(status), HasSubstr("16385 bytes"));
  EXPECT_EQ(settings_.steps, 12u);
}

TEST_F(StorytellerTest, ListsModelsOnly) {
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

TEST_F(StorytellerTest, TakesTheFirstModelWhenNoneIsNamed) {
  insert({{"aaa.txt", Bytes(10)}, {"one.blm", small_model()}, {"two.blm", Bytes(10)}});
  EXPECT_OK(runner_->load(settings_, nullptr));
  EXPECT_TRUE(runner_->is_loaded());
  EXPECT_EQ(runner_->model_name(), "one.blm");
}

TEST_F(StorytellerTest, TakesTheModelThatIsNamedWhereverItIs) {
  insert({{"one.blm", Bytes(10)}, {"more/", {}}, {"more/two.bin", small_model()}});
  ASSERT_TRUE(settings_.model.set("More/TWO.bin"));
  EXPECT_OK(runner_->load(settings_, nullptr));
  EXPECT_EQ(runner_->model_name(), "More/TWO.bin");
}

TEST_F(StorytellerTest, RefusesWhatIsNoModelFile) {
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

TEST_F(StorytellerTest, TellsWhatTheModelTells) {
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

TEST_F(StorytellerTest, TakesAnotherSeedEachTimeUnlessOneIsSet) {
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

TEST_F(StorytellerTest, StaysWithinTheMemoryThatItIsGiven) {
  insert({{"one.blm", small_model()}});
  settings_.ctx = 16;
  settings_.ram_mb = 0.3;
  ASSERT_OK(runner_->load(settings_, nullptr));
  EXPECT_LE(runner_->arena().capacity(), static_cast<uint64_t>(0.3 * 1048576));
  EXPECT_GT(runner_->model().transformer().weights().streamed_bytes(), 0u);
  settings_.ram_mb = 4096;  // more than there is
  ASSERT_OK(runner_->load(settings_, nullptr));
  EXPECT_EQ(runner_->arena().capacity(), fakes::FakeMachine::kMemoryBytes);
  EXPECT_EQ(runner_->model().transformer().weights().streamed_bytes(), 0u);
}

TEST_F(StorytellerTest, TakesThePeakOfItsPlan) {
  insert({{"one.blm", small_model()}});
  for (const double ram_mb : {0.3, 0.35, 0.4, 4.0}) {
    for (const auto profile : {Settings::Profile::kOff, Settings::Profile::kTrace}) {
      settings_.ctx = 16;
      settings_.ram_mb = ram_mb;
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

class PartsOnTheCard : public StorytellerTest {
 protected:
  // A model of several files: their names and contents, the first one first.
  static fakes::Files make_parts(uint64_t seed = 1) {
    tests::RandomWeights reader(tests::small_config(), seed);
    const host::TemporaryFolder folder;
    host::write_model(reader, fakes::make_tokenizer(tests::small_config().vocab_size),
                      {.name = "parts", .tile_bytes = 2048, .part_bytes = 65536},
                      folder.path() / "model.blm");
    fakes::Files files;
    for (const auto& path : host::find_model_files(folder.path() / "model.blm").paths) {
      files.emplace_back(path.filename().string(), fakes::to_bytes(host::read_file(path)));
    }
    return files;
  }
  std::string refusal_of(const fakes::Files& files) {
    insert(files);
    return pi::testing::message_of(runner_->load(settings_, nullptr));
  }
};

TEST_F(PartsOnTheCard, AreOneModel) {
  const fakes::Files parts = make_parts();
  ASSERT_GE(parts.size(), 4u);
  insert(parts);
  EXPECT_EQ(runner_->list_models(sink_).value(), 1u);
  size_t bytes = 0;
  for (const auto& [name, content] : parts) bytes += content.size();
  EXPECT_THAT(sink_.text, HasSubstr(host::text("{:.1} MB", static_cast<double>(bytes) / 1e6)));
  sink_.text.clear();
  settings_.hash = true;
  settings_.steps = 30;
  settings_.seed = 5;
  const auto direct = fakes::tell_directly(small_model(), "a b", 30,
                                           {.temperature = 0.8f, .top_p = 0.9f, .seed = 5});
  for (const double ram_mb : {0.0, 0.5}) {
    settings_.ram_mb = ram_mb;
    ASSERT_OK(runner_->load(settings_, nullptr));
    const auto told = runner_->tell("a b", settings_, nullptr, sink_);
    ASSERT_OK(told);
    EXPECT_EQ(told->hash, direct.hash);
    EXPECT_EQ(runner_->plan()->peak_bytes, runner_->arena().high_water());
  }
}

TEST_F(PartsOnTheCard, AreLookedForBesideTheFirstOne) {
  fakes::Files files = {{"more/", {}}};
  for (const auto& [name, content] : make_parts()) files.emplace_back("more/" + name, content);
  insert(files);
  ASSERT_TRUE(settings_.model.set("more/model.blm"));
  EXPECT_OK(runner_->load(settings_, nullptr));
}

TEST_F(PartsOnTheCard, AreNamedWhenTheirWeightsAreDamaged) {
  fakes::Files parts = make_parts();
  fakes::Bytes& third = parts[2].second;
  third[third.size() / 2] ^= std::byte{1};
  for (const double ram_mb : {0.0, 0.5}) {
    settings_.ram_mb = ram_mb;
    insert(parts);
    base::Status status = runner_->load(settings_, nullptr);
    if (status.ok()) status = runner_->tell("a b", settings_, nullptr, sink_).status();
    EXPECT_EQ(status.code(), ErrorCode::kCorrupt);
    EXPECT_THAT(pi::testing::message_of(status), HasSubstr(" of part 3 on (block "));
    // What was damaged is there.
    const uint64_t byte = status.number(0);
    EXPECT_LE(byte, third.size() / 2);
    EXPECT_EQ(status.number(1), 3u);
    alignas(pi::BlockDevice::kTargetAlignment) std::array<std::byte, 512> block;
    ASSERT_OK(disk_->read(status.number(2), block));
    EXPECT_TRUE(std::ranges::equal(block, std::span(third).subspan(byte, block.size())));
  }
}

TEST_F(PartsOnTheCard, AreNamedWhenTheyAreMissingOrDoNotBelongThere) {
  fakes::Files parts = make_parts();
  const auto other = make_parts(2);
  fakes::Files bad = parts;
  bad.erase(bad.begin() + 2);
  EXPECT_THAT(refusal_of(bad), HasSubstr("part 3 of "));
  EXPECT_THAT(refusal_of(bad), HasSubstr(".b03"));
  bad = parts;
  bad[1].second = other[1].second;
  EXPECT_THAT(refusal_of(bad), HasSubstr("part 2 of "));
  EXPECT_THAT(refusal_of(bad), HasSubstr("another model"));
  bad = parts;
  std::swap(bad[1].second, bad[2].second);
  EXPECT_THAT(refusal_of(bad), HasSubstr("is part 3"));
  bad = parts;
  bad[1].second.resize(bad[1].second.size() - 512);
  EXPECT_THAT(refusal_of(bad), HasSubstr("part 2 of the model has "));
  bad = parts;
  bad[1].second[100] ^= std::byte{1};
  EXPECT_THAT(refusal_of(bad), HasSubstr("damaged"));
  EXPECT_EQ(refusal_of(parts), "ok");
}

TEST_F(StorytellerTest, ReadsTheCardInBetweenWhileAModelStreams) {
  insert({{"one.blm", small_model()}, {"two.blm", small_model()}});
  settings_.steps = 6;
  settings_.seed = 1;
  settings_.ctx = 16;
  settings_.ram_mb = 0.3;
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
