#include "tests/fakes/story_card.h"

#include <gtest/gtest.h>

#include <cstring>

#include "host-tools/model/host_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/kernels/fp_mode.h"
#include "llama/logits_hash.h"
#include "tests/libpi/fs/card_image.h"

namespace fakes {
namespace {

constexpr uint64_t kFirstBlock = 64;  // of the card's partition

std::string piece_of(uint32_t number) {
  // " a", "a", " b", "b", ... " z", "z"
  const std::string letter(1, static_cast<char>('a' + number / 2 % 26));
  const std::string piece = number % 2 == 0 ? " " + letter : letter;
  return number < 52 ? piece : piece + std::to_string(number);
}

}  // namespace

Bytes to_bytes(std::string_view text) {
  Bytes bytes(text.size());
  if (!text.empty()) std::memcpy(bytes.data(), text.data(), text.size());
  return bytes;
}

Bytes make_tokenizer(uint32_t size) {
  using llama::TokenType;
  host::VocabularySource source{.tokens = {}, .bos = 1, .eos = 2, .unknown = 0};
  source.tokens.push_back({"<unk>", 0, TokenType::kUnknown});
  source.tokens.push_back({"<s>", 0, TokenType::kControl});
  source.tokens.push_back({"</s>", 0, TokenType::kControl});
  for (int byte = 0; byte < 256; ++byte) {
    source.tokens.push_back({std::string(1, static_cast<char>(byte)), 0, TokenType::kByte});
  }
  while (source.tokens.size() < size) {
    const auto number = static_cast<uint32_t>(source.tokens.size()) - 259;
    source.tokens.push_back({piece_of(number), -static_cast<float>(number), TokenType::kNormal});
  }
  return host::require_value(host::build_tokenizer_segment(source), "the tests' tokenizer");
}

Bytes make_story_model(llama::WeightType type, uint32_t tile_bytes, uint64_t seed) {
  const llama::ModelConfig config = tests::small_config();
  tests::RandomWeights reader(config, seed, tests::pruned_for(type));
  const host::TemporaryFolder folder;
  const auto path = folder.path() / "model.blm";
  host::write_model(reader, make_tokenizer(config.vocab_size),
                    {.type = type, .name = "random", .tile_bytes = tile_bytes}, path);
  return to_bytes(host::read_file(path));
}

Bytes make_story_model(const llama::ModelConfig& config, std::span<const llama::TensorRole> extras,
                       llama::WeightType type) {
  tests::RandomWeights reader(config, 1, tests::pruned_for(type), extras);
  const host::TemporaryFolder folder;
  const auto path = folder.path() / "model.blm";
  host::write_model(reader, make_tokenizer(config.vocab_size),
                    {.type = type, .name = "random", .tile_bytes = 4096}, path);
  return to_bytes(host::read_file(path));
}

Bytes make_card(const Files& files) {
  pi::testing::CardImage image({.fat_bits = 16,
                                .sectors_per_cluster = 2,
                                .volume_block = kFirstBlock,
                                .volume_bytes = 12 << 20,
                                .options = {}});
  for (const auto& [path, content] : files) {
    if (path.ends_with('/')) {
      image.make_folder(path.substr(0, path.size() - 1));
    } else {
      image.put(path, content);
    }
  }
  return image.whole();
}

namespace {

class TextCollector final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

// A model with everything in memory. Test failures on errors.
class Direct {
 public:
  explicit Direct(const Bytes& model_bytes, llama::KvType kv = llama::KvType::kF32)
      : source_(model_bytes) {
    llama::enter_flush_to_zero();
    const base::Status opened = model.open(
        source_, clock_, arena_,
        {.transformer = {.kv = kv, .max_columns = 8, .all_logits = true, .weights = {}}});
    EXPECT_TRUE(opened.ok()) << pi::testing::message_of(opened);
    if (opened.ok()) EXPECT_OK(model.load(nullptr));
    is_open = opened.ok();
  }
  llama::Model model;
  bool is_open = false;

 private:
  tests::MemorySource source_;
  tests::AlignedMemory memory_{16 << 20};
  base::Arena arena_{memory_.span()};
  host::HostClock clock_;
};

}  // namespace

Story tell_directly(const Bytes& model_bytes, std::string_view prompt, uint32_t steps,
                    const llama::SamplerSettings& sampling, llama::KvType kv) {
  Direct direct(model_bytes, kv);
  if (!direct.is_open) return {};
  llama::LogitsHash hash;
  TextCollector out;
  const auto made = direct.model.generate(
      {.prompt = prompt, .steps = steps, .sampling = sampling, .observer = &hash}, out);
  EXPECT_OK(made);
  return {out.text, hash.value(), made.ok() ? made->tokens : 0};
}

llama::Perplexity predict_directly(const Bytes& model_bytes, std::string_view text) {
  Direct direct(model_bytes);
  if (!direct.is_open) return {};
  const auto measured = direct.model.perplexity(text, nullptr, nullptr);
  EXPECT_OK(measured);
  return measured.ok() ? *measured : llama::Perplexity();
}

}  // namespace fakes
