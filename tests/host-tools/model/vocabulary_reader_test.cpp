// The same vocabulary in each file that people have.
#include "tests/host-tools/model/vocabulary_reader_test.h"

#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/foreign_vocabularies.h"

namespace host {
namespace {

using testing::HasSubstr;

constexpr uint32_t kTokens = 320;

class VocabularyReader : public VocabularyFile {
 protected:
  const VocabularySource made_ = fakes::make_vocabulary(kTokens);
};

TEST_F(VocabularyReader, ReadsTheSameFromTokenizerBinAndSentencePiece) {
  const auto expected = segment(made_);
  EXPECT_EQ(segment(read(fakes::make_tokenizer_bin(kTokens))), expected);
  EXPECT_EQ(segment(read(fakes::make_tokenizer_bin(kTokens), kTokens)), expected);
  EXPECT_EQ(segment(read(fakes::make_sentencepiece_model(made_))), expected);
}

// A vocabulary with pieces of pieces, whose scores are out of the order of their ids.
VocabularySource words() {
  VocabularySource source = fakes::make_vocabulary(259);
  const std::pair<const char*, float> pieces[] = {
      {" ", -100}, {"a", -101}, {"b", -102}, {"c", -103}, {"\xc3\xa9", -104}, {"ab", -3},
      {"bc", -1},  {" a", -2},  {"abc", -5}, {" ab", -4}, {" abc", -6},       {"  ", -7}};
  for (const auto& [piece, score] : pieces) {
    source.tokens.push_back({piece, score, llama::TokenType::kNormal});
  }
  return source;
}

TEST_F(VocabularyReader, MakesScoresOfTheMergesOfATokenizerJson) {
  const VocabularySource expected = words();
  const VocabularySource made = read(fakes::make_tokenizer_json(expected));
  ASSERT_EQ(made.tokens.size(), expected.tokens.size());
  for (size_t id = 0; id < made.tokens.size(); ++id) {
    EXPECT_EQ(made.tokens[id].bytes, expected.tokens[id].bytes) << id;
    EXPECT_EQ(made.tokens[id].type, expected.tokens[id].type) << id;
  }
  EXPECT_EQ(made.bos, 1);
  EXPECT_EQ(made.eos, 2);
  EXPECT_EQ(made.unknown, 0);
  EXPECT_TRUE(made.space_before_text);
  // The merges' order is that of the scores.
  const auto score = [&](size_t piece) { return made.tokens[259 + piece].score; };
  EXPECT_GT(score(6), score(7));   // "bc" before " a"
  EXPECT_GT(score(7), score(5));   // before "ab"
  EXPECT_GT(score(5), score(9));   // before " ab"
  EXPECT_GT(score(9), score(8));   // before "abc"
  EXPECT_GT(score(8), score(10));  // before " abc"
}

TEST_F(VocabularyReader, TakesNoPieceFromTextThatNoMergeMakes) {
  const auto made = read(R"({"model": {"type": "BPE", "unk_token": "<unk>",
      "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "ba": 4}, "merges": [["b", "a"]]},
      "added_tokens": [{"id": 6, "content": "<|im_end|>", "special": true}]})");
  ASSERT_EQ(made.tokens.size(), 7u);
  EXPECT_EQ(made.tokens[3].type, llama::TokenType::kUserDefined);
  EXPECT_EQ(made.tokens[4].type, llama::TokenType::kNormal);
  EXPECT_EQ(made.tokens[5].type, llama::TokenType::kUnused);
  EXPECT_EQ(made.tokens[6].type, llama::TokenType::kControl);
  EXPECT_EQ(made.tokens[6].bytes, "<|im_end|>");
  EXPECT_FALSE(made.space_before_text);
}

TEST_F(VocabularyReader, FillsUpWithUnusedTokens) {
  const auto made = read(fakes::make_sentencepiece_model(made_), kTokens + 12);
  EXPECT_EQ(made.tokens.size(), kTokens + 12);
  EXPECT_EQ(made.tokens.back().type, llama::TokenType::kUnused);
  EXPECT_TRUE(llama::Vocabulary::open(segment(made)).ok());
  EXPECT_THAT(failure_of(fakes::make_sentencepiece_model(made_), kTokens - 1),
              HasSubstr("has 320 tokens, but the model 319"));
}

TEST_F(VocabularyReader, SaysWhatIsWrong) {
  EXPECT_THAT(failure_of(""), HasSubstr("is empty"));
  EXPECT_THAT(failure_of("garbage, and more of it"), HasSubstr("is not a known vocabulary"));
  EXPECT_THAT(failure_of("{"), HasSubstr("is not JSON"));
  EXPECT_THAT(failure_of("{}"), HasSubstr("it has no \"model\""));
  EXPECT_THAT(failure_of(R"({"model": {"type": "WordPiece"}})"), HasSubstr("\"WordPiece\""));
  EXPECT_THAT(failure_of(R"({"model": {"vocab": {"a": 0, "b": 0}, "merges": []}})"),
              HasSubstr("have the same id"));
  EXPECT_THAT(failure_of(R"({"model": {"vocab": {"a": 4294967296}, "merges": []}})"),
              HasSubstr("has the id 4294967296"));
  EXPECT_THAT(failure_of(R"({"model": {"vocab": {"a": 0}, "merges": ["a a"]}})"),
              HasSubstr("merge 0 makes \"aa\", which is not a token"));
  EXPECT_THAT(failure_of(R"({"model": 1, "model": 2})"), HasSubstr("the key \"model\" twice"));
  EXPECT_THAT(failure_of(R"({"a":)" + std::string(1000, '[')), HasSubstr("nested deeper than 64"));
}

TEST_F(VocabularyReader, RefusesEveryTruncatedSentencePieceModel) {
  std::string whole = fakes::make_sentencepiece_model(made_);
  // The trainer's fields, behind the pieces: model_type 2, then unk_id.
  const size_t kind = whole.rfind(std::string("\x18\x02\xc0", 3));
  ASSERT_NE(kind, std::string::npos);
  for (size_t size = 1; size < kind + 2; size += size < 500 ? 1 : 37) {
    ASSERT_NE(failure_of(whole.substr(0, size)), "it was read") << size;
  }
  whole[kind + 1] = 1;
  EXPECT_THAT(failure_of(whole), HasSubstr("of the kind Unigram"));
}

TEST_F(VocabularyReader, ReadsTheSameLlama2FromThreeFiles) {
  if (!std::filesystem::exists(kData / "tok")) {
    GTEST_SKIP() << kData << " is not here: Llama 2's vocabularies are not compared";
  }
  const auto model = read_vocabulary(kData / "llama2c/tokenizer.model", std::nullopt);
  const auto gguf = read_vocabulary(kData / "tok/ggml-vocab-llama-spm.gguf", std::nullopt);
  const auto bin = read_vocabulary(kData / "llama2c/tokenizer.bin", std::nullopt);
  EXPECT_EQ(segment(model), segment(gguf));
  ASSERT_EQ(model.tokens.size(), bin.tokens.size());
  for (size_t id = 3; id < model.tokens.size(); ++id) {
    ASSERT_EQ(model.tokens[id].bytes, bin.tokens[id].bytes) << id;
    ASSERT_EQ(model.tokens[id].type, bin.tokens[id].type) << id;
  }
}

}  // namespace
}  // namespace host
