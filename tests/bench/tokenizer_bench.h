// What the kernel's tokenizer costs on the emulated board: 1,000 characters of different sorts,
// with vocabularies of both kinds and usual sizes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"

namespace bench {

struct TokenizerVocabulary {
  const char* name;                  // in the names of tests
  const char* title;                 // for people
  host::VocabularySource (*make)();  // of what is in the repository; nullptr: `file` is read
  const char* file;                  // in the folder of models that are not in the repository
};
std::span<const TokenizerVocabulary> tokenizer_vocabularies();

struct TokenizerText {
  const char* name;
  const char* title;
  const char* text;  // repeated as often as it takes
};
std::span<const TokenizerText> tokenizer_texts();

struct TokenizerFigures {
  std::string vocabulary, text;  // titles
  uint64_t tokens = 0;           // of the vocabulary
  int64_t instructions = 0;
  // From a prompt of kCharacters to the first pass through the layers, at 350 MB/s, with nothing in
  // the caches.
  double seconds = 0;

  static constexpr size_t kCharacters = 1000;
};
nlohmann::ordered_json to_json(const TokenizerFigures& figures);

class TokenizerBench {
 public:
  // `kernel` is kernel.img with kernel.elf beside it, `plugin` libpi0_cycles.so, `shared` the
  // folder of models that are not in the repository, which may be missing.
  TokenizerBench(std::filesystem::path kernel, std::filesystem::path plugin,
                 std::filesystem::path shared);

  // Whether its file is there.
  bool has(const TokenizerVocabulary& vocabulary) const;

  // Throws host::Failure when the board does not get to the first pass.
  TokenizerFigures measure(const TokenizerVocabulary& vocabulary, const TokenizerText& text,
                           host::Interrupts& interrupts);

 private:
  struct Card {
    std::filesystem::path path;
    uint64_t tokens;
  };
  const Card& card_of(const TokenizerVocabulary& vocabulary, host::Interrupts& interrupts);

  std::filesystem::path kernel_, plugin_, shared_;
  host::TemporaryFolder folder_;
  std::map<std::string, Card> cards_;  // made so far
};

// Of all vocabularies that are there, or of the one of this name, with all texts. Throws
// host::Failure when there is none.
std::vector<TokenizerFigures> measure_tokenizers(TokenizerBench& bench, const std::string& only,
                                                 host::Interrupts& interrupts);
void print_tokenizers(const std::vector<TokenizerFigures>& all);

}  // namespace bench
