// What the files of a Hugging Face folder say of its tokenizer, together.
#include "host-tools/model/folder_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/foreign_vocabularies.h"

namespace host {
namespace {

using llama::TokenType;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kPieces = 300;
constexpr uint32_t kTokens = 304;

class FolderTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    put("tokenizer.model", fakes::make_sentencepiece_model(fakes::make_vocabulary(kPieces)));
  }
  void put(const char* file, const std::string& content) {
    write_file(folder_.path() / file, content);
  }
  VocabularySource read(const Json& config = Json::object(), uint32_t size = kTokens) {
    return read_folder_tokenizer(folder_.path(), std::nullopt, config, "config.json", size)
        .vocabulary;
  }
  std::string failure(const Json& config = Json::object()) {
    try {
      read(config);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "it was read";
  }

  TemporaryFolder folder_;
};

TEST_F(FolderTokenizer, TakesAddedTokensFromTokenizerConfig) {
  put("tokenizer_config.json",
      R"({"added_tokens_decoder": {"300": {"content": "<|im_end|>", "special": true},
          "301": {"content": "<think>", "special": false, "lstrip": true, "normalized": true}}})");
  const auto made = read();
  EXPECT_EQ(made.tokens[300].type, TokenType::kControl);
  EXPECT_EQ(made.tokens[301].type, TokenType::kUserDefined);
  EXPECT_EQ(made.tokens[302].type, TokenType::kUnused);
  ASSERT_EQ(made.found.size(), 2u);
  EXPECT_EQ(made.found[1].text, "<think>");
  EXPECT_EQ(made.found[1].flags, uint32_t{llama::kFoundLeftSpace});
}

TEST_F(FolderTokenizer, TakesAddedTokensAndSpacesFromATokenizerJsonBesideTheModel) {
  auto json = Json::parse(fakes::make_tokenizer_json(fakes::make_vocabulary(kPieces)));
  json["added_tokens"].push_back({{"id", 302}, {"content", "<tool>"}, {"special", false}});
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = {{"type", "Metaspace"}, {"prepend_scheme", "first"}, {"split", false}};
  json["post_processor"] = nullptr;
  put("tokenizer.json", json.dump());
  const auto made = read();
  EXPECT_EQ(made.tokens[302].bytes, "<tool>");
  EXPECT_TRUE(made.space_at_beginning_only);
  EXPECT_FALSE(made.bos_before_text);
}

TEST_F(FolderTokenizer, KnowsWhichAddedTokensAreSpecial) {
  put("added_tokens.json", R"({"<|im_start|>": 300, "[PAD]": 301, "<think>": 302})");
  put("special_tokens_map.json", R"({"pad_token": {"content": "[PAD]"}})");
  const auto made = read();
  EXPECT_EQ(made.tokens[300].type, TokenType::kControl);
  EXPECT_EQ(made.tokens[301].type, TokenType::kControl);
  EXPECT_EQ(made.tokens[302].type, TokenType::kUserDefined);
}

TEST_F(FolderTokenizer, PutsNoSpaceBehindTokensUnlessItIsTheLegacyWay) {
  EXPECT_FALSE(read().space_at_beginning_only);
  put("tokenizer_config.json", R"({"legacy": true})");
  EXPECT_FALSE(read().space_at_beginning_only);
  put("tokenizer_config.json", R"({"legacy": false})");
  EXPECT_TRUE(read().space_at_beginning_only);
}

TEST_F(FolderTokenizer, GoesByTheFlagsForBosAndEos) {
  EXPECT_TRUE(read().bos_before_text);
  put("tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true})");
  const auto made = read();
  EXPECT_FALSE(made.bos_before_text);
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_THAT(made.notes[0], HasSubstr("ends texts with EOS; prompts get none"));
}

TEST_F(FolderTokenizer, GathersEveryTokenThatEndsAText) {
  put("generation_config.json", R"({"eos_token_id": [7, 9], "bos_token_id": 1})");
  put("tokenizer_config.json", R"({"eos_token": {"content": "<s>"}})");
  const auto made = read({{"eos_token_id", {2, 9}}});
  EXPECT_EQ(made.eos, 2);
  EXPECT_THAT(made.more_ends, ElementsAre(9, 7, 1));
}

TEST_F(FolderTokenizer, LeavesOutIdsBeyondTheVocabulary) {
  const auto made = read({{"eos_token_id", {304, 2}}, {"bos_token_id", 304}});
  EXPECT_EQ(made.eos, 2);
  EXPECT_EQ(made.bos, 1);
  ASSERT_EQ(made.notes.size(), 2u);
  EXPECT_THAT(made.notes[1], HasSubstr("\"eos_token_id\" is 304, but there are 304 tokens"));
}

TEST_F(FolderTokenizer, TakesTheTokenizerJsonBesideATiktokenFile) {
  put("tokenizer.model", "IQ== 0\nIg== 1\n");
  EXPECT_THAT(failure(), HasSubstr("is not a SentencePiece model but a tiktoken file"));
  put("tokenizer.json", fakes::make_tokenizer_json(fakes::make_vocabulary(kPieces)));
  EXPECT_EQ(read().tokens.size(), kTokens);
}

TEST_F(FolderTokenizer, ReadsVocabAndMergesByTheClassOfTheTokenizer) {
  std::filesystem::remove(folder_.path() / "tokenizer.model");
  put("vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3})");
  put("merges.txt", "#version: 0.2\na b\n");
  EXPECT_THAT(failure(), HasSubstr("not known for the tokenizer \"(not named)\""));
  put("tokenizer_config.json",
      R"({"tokenizer_class": "Qwen2Tokenizer",
          "added_tokens_decoder": {"3": {"content": "<|endoftext|>", "special": true}}})");
  const auto qwen = read();
  EXPECT_EQ(qwen.word_rules, llama::WordRules::kQwen2);
  ASSERT_EQ(qwen.normalizer.size(), 1u);
  EXPECT_EQ(qwen.normalizer[0].step, llama::NormalizerStep::kNfc);
  EXPECT_EQ(qwen.merges.size(), 1u);
  EXPECT_EQ(qwen.tokens[3].type, TokenType::kControl);
  EXPECT_FALSE(qwen.bos_before_text);
  put("tokenizer_config.json", R"({"tokenizer_class": "GPT2TokenizerFast"})");
  EXPECT_EQ(read().word_rules, llama::WordRules::kGpt2);
  EXPECT_TRUE(read().normalizer.empty());
}

}  // namespace
}  // namespace host
