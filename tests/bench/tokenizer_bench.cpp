#include "tests/bench/tokenizer_bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <utility>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/support/failure.h"
#include "llama/text/utf8.h"
#include "tests/bench/announce.h"
#include "tests/bench/guest_counter.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using host::VocabularySource;

constexpr std::chrono::minutes kPatience{3};
constexpr double kCyclesPerSecond = 1e9;
constexpr size_t kCharacters = TokenizerFigures::kCharacters;

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

constexpr TokenizerVocabulary kVocabularies[] = {
    {"SentencePiece", "SentencePiece, made for the bench", sentencepiece, nullptr},
    {"ByteLevel", "byte-level BPE, made for the bench", byte_level, nullptr},
    {"Llama2", "Llama 2's", nullptr, "tok/ggml-vocab-llama-spm.gguf"},
    {"Llama3", "Llama 3's", nullptr, "tok/ggml-vocab-llama-bpe.gguf"},
};

constexpr TokenizerText kTexts[] = {
    {"Prose", "prose",
     "One sunny morning, Theo found an old map in a box under his grandmother's bed. \"What is "
     "this?\" he asked. She put on her glasses and smiled, because she had drawn it herself, more "
     "than sixty years ago, when the village had no bridge and everyone went to market by boat. "},
    {"Code", "code, symbols, digits",
     "for (size_t i = 0; i < text.size(); ++i) {\n    if (text[i] == '\\n') total += 3.14159e-10 * "
     "0xdeadbeef;  // 1234567890\n\n\t}\r\nd\u00e9j\u00e0 vu, na\u00efve \u00fcber "
     "\u4f60\u597d\uff0c\u4e16\u754c \U0001f600\U0001f680 #!/bin/sh\n"},
    {"Cyrillic", "Cyrillic",
     "\u041e\u0434\u043d\u0430\u0436\u0434\u044b \u0432\u0435\u0447\u0435\u0440\u043e\u043c "
     "\u0434\u0435\u0432\u043e\u0447\u043a\u0430 \u0443\u0432\u0438\u0434\u0435\u043b\u0430 "
     "\u043b\u0438\u0441\u0443. "},
    {"OneLetter", "a letter, 1,000 times", "a"},
    {"Spaces", "1,000 spaces", " "},
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

// A model of the vocabulary, whose layers are as small as they can be.
void write_small_model(const VocabularySource& source, const char* name, const fs::path& model) {
  llama::ModelConfig config = host::known_shapes().front().config;
  config.dim = config.hidden_dim = 32;
  config.n_layers = config.n_heads = config.n_kv_heads = 1;
  config.head_size = 32;
  config.vocab_size = static_cast<uint32_t>(source.tokens.size());
  config.context = 2 * kCharacters + 2;
  host::SyntheticWeights weights(config, llama::WeightType::kQ4_0, llama::WeightType::kQ4_0, 1);
  const auto segment = host::require_value(host::build_tokenizer_segment(source), name);
  host::write_model(weights, segment, {.type = llama::WeightType::kQ4_0, .name = "tokens"}, model);
}

}  // namespace

std::span<const TokenizerVocabulary> tokenizer_vocabularies() { return kVocabularies; }
std::span<const TokenizerText> tokenizer_texts() { return kTexts; }

TokenizerBench::TokenizerBench(fs::path kernel, fs::path plugin, fs::path shared)
    : kernel_(std::move(kernel)), plugin_(std::move(plugin)), shared_(std::move(shared)) {}

bool TokenizerBench::has(const TokenizerVocabulary& vocabulary) const {
  return vocabulary.file == nullptr || fs::exists(shared_ / vocabulary.file);
}

const TokenizerBench::Card& TokenizerBench::card_of(const TokenizerVocabulary& vocabulary,
                                                    host::Interrupts& interrupts) {
  const auto made = cards_.find(vocabulary.name);
  if (made != cards_.end()) return made->second;
  const VocabularySource source = vocabulary.make != nullptr
                                      ? vocabulary.make()
                                      : host::read_vocabulary(shared_ / vocabulary.file, {});
  const fs::path model = folder_.path() / "model.blm";
  write_small_model(source, vocabulary.name, model);
  host::CardRequest request;
  request.models = {model};
  request.kernel = kernel_;
  const fs::path card = folder_.path() / (std::string(vocabulary.name) + ".img");
  const auto files = host::gather_card_files(request, folder_.path());
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
  return cards_.emplace(vocabulary.name, Card{card, source.tokens.size()}).first->second;
}

TokenizerFigures TokenizerBench::measure(const TokenizerVocabulary& vocabulary,
                                         const TokenizerText& text, host::Interrupts& interrupts) {
  const Card& card = card_of(vocabulary, interrupts);
  host::EmulatorOptions options;
  options.kernel = kernel_;
  options.card = card.path;
  // 2,048 bytes are what a prompt may have.
  options.settings = {{"prompt", characters_of(text.text)},
                      {"steps", "1"},
                      {"temperature", "0"},
                      {"autostart", "1"},
                      {"records", "1"},
                      {"poweroff", "1"}};
  GuestCounter counter;
  counter.plugin = plugin_;
  counter.elf = fs::path(kernel_).replace_extension(".elf");
  counter.from = "llama::Conversation::begin_text:1";
  counter.to = "llama::Transformer::forward:1";
  counter.warm_up = 0;
  const GuestRun run = count_guest(options, counter, kPatience, &interrupts);
  return {.vocabulary = vocabulary.title,
          .text = text.title,
          .tokens = card.tokens,
          .instructions = run.counts().instructions,
          .seconds = static_cast<double>(run.counts().cycles) / kCyclesPerSecond};
}

std::vector<TokenizerFigures> measure_tokenizers(TokenizerBench& bench, const std::string& only,
                                                 host::Interrupts& interrupts) {
  std::vector<TokenizerFigures> all;
  for (const TokenizerVocabulary& vocabulary : kVocabularies) {
    if (!bench.has(vocabulary) || (!only.empty() && only != vocabulary.name)) continue;
    announce(host::text("tokenizer: {}", vocabulary.title));
    for (const TokenizerText& text : kTexts)
      all.push_back(bench.measure(vocabulary, text, interrupts));
  }
  if (all.empty()) host::fail("--vocabulary {}: there is no such file or name", only);
  return all;
}

void print_tokenizers(const std::vector<TokenizerFigures>& all) {
  std::printf("\nA prompt of %zu characters to its first pass, at 350 MB/s\n", kCharacters);
  std::printf("%-36s %8s %-24s %10s %14s\n", "vocabulary", "tokens", "text", "ms", "instructions");
  for (const TokenizerFigures& one : all) {
    std::printf("%-36s %8llu %-24s %10.2f %14lld\n", one.vocabulary.c_str(),
                static_cast<unsigned long long>(one.tokens), one.text.c_str(), 1e3 * one.seconds,
                static_cast<long long>(one.instructions));
  }
}

nlohmann::ordered_json to_json(const TokenizerFigures& figures) {
  return {{"vocabulary", figures.vocabulary},
          {"tokens", figures.tokens},
          {"text", figures.text},
          {"milliseconds", 1e3 * figures.seconds},
          {"instructions", figures.instructions}};
}

}  // namespace bench
