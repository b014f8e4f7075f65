// A model in several files on a card.
#include "kernel/model/card_model.h"

#include <algorithm>
#include <array>

#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/kernel/model/model_runner_fixture.h"

namespace kernel {
namespace {

using base::ErrorCode;
using fakes::Bytes;
using testing::HasSubstr;

class PartsOnTheCard : public ModelRunnerTest {
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
  for (const double ram_mib : {0.0, 0.5}) {
    settings_.ram_mib = ram_mib;
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
  for (const double ram_mib : {0.0, 0.5}) {
    settings_.ram_mib = ram_mib;
    insert(parts);
    base::Status status = runner_->load(settings_, nullptr);
    if (status.ok()) status = runner_->tell("a b", settings_, nullptr, sink_).status();
    EXPECT_EQ(status.code(), ErrorCode::kCorrupt);
    EXPECT_THAT(pi::testing::message_of(status), HasSubstr(" of part 3 (block "));
    // That is where the damage is.
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

}  // namespace
}  // namespace kernel
