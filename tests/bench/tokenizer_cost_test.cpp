// The promise that nobody waits for the tokenizer: 1,000 characters become tokens within 0.1 s of a
// Pi Zero, whatever they are. Counted in the kernel, from a prompt to the first pass through the
// layers, with nothing in the caches.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/text/utf8.h"
#include "tests/bench/guest_counter.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using host::VocabularySource;

constexpr std::chrono::minutes kPatience{3};
constexpr double kCyclesPerSecond = 1e9, kMostSeconds = 0.1;
constexpr size_t kCharacters = 1000;

// The default model's pieces, and syllables up to Llama 2's number of tokens.
VocabularySource sentencepiece() {
  constexpr uint32_t kTokens = 32000;
  host::HostModel tales(BENCH_DEFAULT_MODEL, {});
  const llama::Vocabulary& vocabulary = tales.model().tokenizer().vocabulary();
  VocabularySource source = host::synthetic_vocabulary(host::kSmallestVocabulary);
  std::set<std::string> known;
  float lowest = 0;
  const auto add = [&](const std::string& piece, float score) {
    if (source.tokens.size() < kTokens && known.insert(piece).second) {
      source.tokens.push_back({piece, score, llama::TokenType::kNormal});
      lowest = std::min(lowest, score);
    }
  };
  for (int32_t id = 0; id < static_cast<int32_t>(vocabulary.size()); ++id) {
    if (vocabulary.type(id) != llama::TokenType::kNormal) continue;
    add(std::string(vocabulary.piece(id)), vocabulary.score(id));
  }
  for (const host::TokenEntry& token : host::synthetic_vocabulary(kTokens).tokens) {
    if (token.type == llama::TokenType::kNormal) add(token.bytes, lowest - 1);
  }
  return source;
}

// The same pieces as tokens of bytes, with the merges that make them, and more up to Llama 3's
// number of tokens; runs of one letter and of spaces among them.
VocabularySource byte_level() {
  constexpr size_t kTokens = 128256;
  VocabularySource source = {.kind = llama::TokenizerKind::kByteLevel,
                             .word_rules = llama::WordRules::kLlama3,
                             .whole_words_first = true};
  std::map<std::string, int32_t> ids;
  const auto add = [&](const std::string& piece) {
    const auto [place, is_new] = ids.emplace(piece, static_cast<int32_t>(source.tokens.size()));
    if (is_new) source.tokens.push_back({piece, 0, llama::TokenType::kNormal});
    return place->second;
  };
  std::set<std::pair<int32_t, int32_t>> pairs;
  // All ways in which two tokens make this one.
  const auto add_merges = [&](const std::string& piece) {
    for (size_t cut = 1; cut < piece.size(); ++cut) {
      const auto left = ids.find(piece.substr(0, cut));
      const auto right = ids.find(piece.substr(cut));
      if (left == ids.end() || right == ids.end()) continue;
      if (!pairs.emplace(left->second, right->second).second) continue;
      source.merges.push_back(
          {left->second, right->second, add(piece), static_cast<uint32_t>(source.merges.size())});
    }
  };
  for (int byte = 0; byte < 256; ++byte) add(std::string(1, static_cast<char>(byte)));
  for (const char letter : {' ', 'a'}) {
    for (size_t length = 2; length <= 128; ++length) add_merges(std::string(length, letter));
  }
  for (const host::TokenEntry& token : sentencepiece().tokens) add_merges(token.bytes);
  for (int32_t left = 256; source.tokens.size() < kTokens - 1; ++left) {
    for (int32_t letter = 'a'; letter <= 'z' && source.tokens.size() < kTokens - 1; ++letter) {
      add_merges(source.tokens[static_cast<size_t>(left)].bytes + static_cast<char>(letter));
    }
  }
  source.bos = static_cast<int32_t>(source.tokens.size());
  source.tokens.push_back({"<|begin_of_text|>", 0, llama::TokenType::kControl});
  return source;
}

struct Vocabulary {
  const char* name;
  VocabularySource (*make)();  // in the repository; nullptr: `file` is read
  const char* file;            // of the shared data
};
constexpr Vocabulary kVocabularies[] = {
    {"SentencePiece", sentencepiece, nullptr},
    {"ByteLevel", byte_level, nullptr},
    {"Llama2", nullptr, "tok/ggml-vocab-llama-spm.gguf"},
    {"Llama3", nullptr, "tok/ggml-vocab-llama-bpe.gguf"},
};

// The first kCharacters of the text, said as often as it takes.
std::string characters_of(const std::string& text) {
  std::string made;
  for (size_t count = 0, at = 0; count < kCharacters; ++count) {
    if (at == text.size()) at = 0;
    const size_t length = llama::utf8_character_length(std::string_view(text).substr(at));
    made += text.substr(at, length);
    at += length;
  }
  return made;
}

struct Text {
  const char* name;
  const char* text;
};
constexpr Text kTexts[] = {
    {"Prose",
     "One sunny morning, Theo found an old map in a box under his grandmother's bed. \"What is "
     "this?\" he asked. She put on her glasses and smiled, because she had drawn it herself, more "
     "than sixty years ago, when the village had no bridge and everyone went to market by boat. "},
    {"Code",
     "for (size_t i = 0; i < text.size(); ++i) {\n    if (text[i] == '\\n') total += 3.14159e-10 * "
     "0xdeadbeef;  // 1234567890\n\n\t}\r\nd\u00e9j\u00e0 vu, na\u00efve \u00fcber "
     "\u4f60\u597d\uff0c\u4e16\u754c \U0001f600\U0001f680 #!/bin/sh\n"},
    {"Cyrillic",
     "\u041e\u0434\u043d\u0430\u0436\u0434\u044b \u0432\u0435\u0447\u0435\u0440\u043e\u043c "
     "\u0434\u0435\u0432\u043e\u0447\u043a\u0430 \u0443\u0432\u0438\u0434\u0435\u043b\u0430 "
     "\u043b\u0438\u0441\u0443. "},
    {"OneLetter", "a"},
    {"Spaces", " "},
};

class TokenizerCost : public testing::TestWithParam<std::tuple<Vocabulary, Text>> {
 protected:
  // A card with a model of the vocabulary, whose layers are as small as they can be. Kept from test
  // to test.
  static fs::path card_of(const Vocabulary& vocabulary) {
    static const host::TemporaryFolder folder;
    const fs::path card = folder.path() / (std::string(vocabulary.name) + ".img");
    if (fs::exists(card)) return card;
    const fs::path shared =
        fs::path(BARELLAMA_SHARED_DATA) / (vocabulary.file ? vocabulary.file : "");
    const VocabularySource source =
        vocabulary.make ? vocabulary.make() : host::read_vocabulary(shared, std::nullopt);
    llama::ModelConfig config = host::known_shapes().front().config;
    config.dim = config.hidden_dim = 32;
    config.n_layers = config.n_heads = config.n_kv_heads = 1;
    config.head_size = 32;
    config.vocab_size = static_cast<uint32_t>(source.tokens.size());
    config.context = 2 * kCharacters + 2;
    host::SyntheticWeights weights(config, llama::WeightType::kQ4_0, llama::WeightType::kQ4_0, 1);
    const auto segment =
        host::require_value(host::build_tokenizer_segment(source), vocabulary.name);
    const fs::path model = folder.path() / "model.blm";
    host::write_model(weights, segment, {.type = llama::WeightType::kQ4_0, .name = "tokens"},
                      model);
    host::CardRequest request;
    request.models = {model};
    request.kernel = BARELLAMA_PI0_DIR "/kernel.img";
    host::Interrupts interrupts;
    const auto files = host::gather_card_files(request, folder.path());
    host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
    return card;
  }
};

TEST_P(TokenizerCost, IsBelowATenthOfASecondForAThousandCharacters) {
  const auto& [vocabulary, text] = GetParam();
  if (vocabulary.file && !fs::exists(fs::path(BARELLAMA_SHARED_DATA) / vocabulary.file)) {
    GTEST_SKIP() << "the shared data's " << vocabulary.file << " is not there";
  }
  const fs::path kernel = BARELLAMA_PI0_DIR "/kernel.img";
  host::EmulatorOptions options;
  options.kernel = kernel;
  options.card = card_of(vocabulary);
  // 2,048 bytes are what a prompt may have.
  options.settings = {{"prompt", characters_of(text.text)},
                      {"steps", "1"},
                      {"temperature", "0"},
                      {"autostart", "1"},
                      {"records", "1"},
                      {"poweroff", "1"}};
  GuestCounter counter;
  counter.plugin = BENCH_PLUGIN;
  counter.elf = fs::path(kernel).replace_extension(".elf");
  counter.from = "llama::Conversation::begin_text:1";
  counter.to = "llama::Transformer::forward:1";
  counter.warm_up = 0;
  const GuestRun run = count_guest(options, counter, kPatience);
  const double seconds = static_cast<double>(run.counts().cycles) / kCyclesPerSecond;
  std::printf("%s, %s: %.4f s, %lld instructions\n", vocabulary.name, text.name, seconds,
              static_cast<long long>(run.counts().instructions));
  // Fewer would not have looked at each character.
  EXPECT_GT(run.counts().instructions, 50 * static_cast<int64_t>(kCharacters));
  EXPECT_LT(seconds, kMostSeconds);
}

INSTANTIATE_TEST_SUITE_P(
    , TokenizerCost, testing::Combine(testing::ValuesIn(kVocabularies), testing::ValuesIn(kTexts)),
    [](const auto& test) {
      return std::string(std::get<0>(test.param).name) + std::get<1>(test.param).name;
    });

}  // namespace
}  // namespace bench
