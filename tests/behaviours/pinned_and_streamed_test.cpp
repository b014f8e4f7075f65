// The same story, to the bit, whether the model is in memory or streams past.
#include <set>

#include "host-tools/support/files.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using fakes::Bytes;
using testing::HasSubstr;

class PinnedAndStreamed : public ConsoleTest {
 protected:
  static std::string hash_line(uint64_t hash) {
    char line[64];
    std::snprintf(line, sizeof line, "logits-hash: %016llx\n",
                  static_cast<unsigned long long>(hash));
    return line;
  }
  // The least memory that the model takes, by the message that refuses less.
  static size_t least_memory(const std::string& refusal) {
    const std::string words = "it needs at least ";
    const size_t at = refusal.find(words);
    EXPECT_NE(at, std::string::npos) << refusal;
    return at == std::string::npos ? 0 : std::stoul(refusal.substr(at + words.size()));
  }

  void expect_same_story(const Bytes& bytes, const std::string& prompt, uint32_t steps) {
    insert({{"barellama.ini", fakes::to_bytes("autostart = 0\nhash = 1\nctx = 64\nseed = 5\n"
                                              "steps = " +
                                              std::to_string(steps))},
            {"tales.blm", bytes}});
    const auto direct =
        fakes::tell_directly(bytes, prompt, steps, {.temperature = 0.8f, .top_p = 0.9f, .seed = 5});
    EXPECT_GT(direct.tokens, 10u);
    const std::string expected = "\n" + direct.text + "\n" + hash_line(direct.hash);

    EXPECT_THAT(console_.start(), HasSubstr(" 0.0 MB streamed per token"));
    EXPECT_THAT(console_.say(prompt), HasSubstr(expected));

    machine_.set_memory_bytes(80'000);
    const size_t least = least_memory(console_.say("/reload"));
    for (const size_t more : {size_t{0}, size_t{20'000}, bytes.size() / 3, bytes.size() / 2}) {
      SCOPED_TRACE(more);
      machine_.set_memory_bytes(least + more);
      const std::string loaded = console_.say("/reload");
      EXPECT_EQ(loaded.find(" 0.0 MB streamed per token"), std::string::npos) << loaded;
      if (more == 0) {
        EXPECT_THAT(loaded, HasSubstr(" 0.0 MiB in memory"));
      }
      EXPECT_THAT(console_.say(prompt), HasSubstr(expected));
      // From where the first one left the stream.
      EXPECT_THAT(console_.say(prompt), HasSubstr(expected));
    }
  }
};

TEST_F(PinnedAndStreamed, F32IsTheSame) {
  expect_same_story(fakes::make_story_model(llama::WeightType::kF32), "a b", 30);
}

TEST_F(PinnedAndStreamed, Q8IsTheSame) {
  expect_same_story(fakes::make_story_model(llama::WeightType::kQ8_0), "a b", 30);
}

TEST_F(PinnedAndStreamed, Q4IsTheSame) {
  expect_same_story(fakes::make_story_model(llama::WeightType::kQ4_0), "a b", 30);
}

TEST_F(PinnedAndStreamed, MaskedQ8IsTheSame) {
  expect_same_story(fakes::make_story_model(llama::WeightType::kQ8_0Masked), "a b", 30);
}

TEST_F(PinnedAndStreamed, MaskedQ4IsTheSame) {
  expect_same_story(fakes::make_story_model(llama::WeightType::kQ4_0Masked), "a b", 30);
}

TEST_F(PinnedAndStreamed, EachTypeOfTheKvCacheIsAsOnTheHost) {
  insert_with_ini("autostart = 0\nhash = 1\nseed = 5\n");
  console_.start();
  std::set<uint64_t> hashes;
  for (const llama::KvType kv : {llama::KvType::kF16, llama::KvType::kQ8_0, llama::KvType::kF32}) {
    const auto direct = fakes::tell_directly(model(), "a b", 20,
                                             {.temperature = 0.8f, .top_p = 0.9f, .seed = 5}, kv);
    hashes.insert(direct.hash);
    console_.say(std::string("/set kv ") + llama::name_of(kv));
    // A cache of another type is another model in memory: it is loaded again.
    const std::string console = console_.say("a b");
    EXPECT_THAT(console, HasSubstr("model: tales.blm"));
    EXPECT_THAT(console, HasSubstr("\n" + direct.text + "\n" + hash_line(direct.hash)));
  }
  EXPECT_EQ(hashes.size(), 3u);
  console_.say("/set kv q8_0");
  console_.say("/reset");
  EXPECT_THAT(console_.say("/settings"), HasSubstr("kv             = f32\n"));
}

TEST_F(PinnedAndStreamed, AnyMemoryFromTheLeastOnIsEnough) {
  // Tiles of several sizes, the last one of a tensor shorter than the others.
  const std::pair<llama::WeightType, uint32_t> kinds[] = {{llama::WeightType::kQ8_0, 2048},
                                                          {llama::WeightType::kQ8_0, 5000},
                                                          {llama::WeightType::kQ8_0, 16384},
                                                          {llama::WeightType::kQ8_0Masked, 3000}};
  for (const auto& [type, tile_bytes] : kinds) {
    insert({{"barellama.ini", fakes::to_bytes("autostart = 0\nctx = 32\nsteps = 4\n")},
            {"tales.blm", fakes::make_story_model(type, tile_bytes)}});
    machine_.set_memory_bytes(60'000);
    console_.start();
    const size_t least = least_memory(console_.say("/reload"));
    for (size_t bytes = least; bytes < least + 400'000; bytes += 4'960) {
      machine_.set_memory_bytes(bytes);
      ASSERT_THAT(console_.say("/reload"), HasSubstr("model: tales.blm")) << bytes;
    }
  }
}

TEST_F(PinnedAndStreamed, TheDefaultModelIsTheSame) {
  expect_same_story(fakes::to_bytes(host::read_file(BARELLAMA_DEFAULT_MODEL)), "Once upon a time",
                    40);
}

}  // namespace
}  // namespace kernel
