// The same vocabulary in each file that people have.
#include "tests/host-tools/model/vocabulary_reader_test.h"

#include <nlohmann/json.hpp>

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

TEST_F(VocabularyReader, KeepsTheMergesOfATokenizerJson) {
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
  EXPECT_TRUE(made.bos_before_text);
  EXPECT_TRUE(made.space_before_text);
  EXPECT_FALSE(made.space_by_normalizer);
  EXPECT_TRUE(made.normalizer.empty());
  // "b" and "c" first, which has the best score.
  ASSERT_FALSE(made.merges.empty());
  EXPECT_EQ(made.merges[0].left, 261);
  EXPECT_EQ(made.merges[0].right, 262);
  EXPECT_EQ(made.merges[0].result, 265);
  EXPECT_TRUE(llama::Vocabulary::open(segment(made)).ok());
}

TEST_F(VocabularyReader, ReadsTokensThatOnlyTheListOfAddedOnesHas) {
  const auto made = read(R"({"model": {"type": "BPE", "unk_token": "<unk>",
      "vocab": {"<unk>": 0, "a": 1, "b": 2, "ab": 3, "ba": 4}, "merges": [["b", "a"]]},
      "added_tokens": [{"id": 6, "content": "<|im_end|>", "special": true},
                       {"id": 7, "content": "<think>", "special": false}]})");
  ASSERT_EQ(made.tokens.size(), 8u);
  EXPECT_EQ(made.tokens[4].type, llama::TokenType::kNormal);
  EXPECT_EQ(made.tokens[5].type, llama::TokenType::kUnused);
  EXPECT_EQ(made.tokens[6].type, llama::TokenType::kControl);
  EXPECT_EQ(made.tokens[6].bytes, "<|im_end|>");
  EXPECT_EQ(made.tokens[7].type, llama::TokenType::kUserDefined);
  ASSERT_EQ(made.found.size(), 2u);
  EXPECT_EQ(made.found[1].text, "<think>");
  EXPECT_FALSE(made.space_before_text);
  EXPECT_FALSE(made.bos_before_text);
}

TEST_F(VocabularyReader, LeavesOutAddedTokensBeyondTheModels) {
  VocabularySource padded = made_;
  padded.tokens.push_back({"<pad>", 0, llama::TokenType::kControl});
  const auto made = read(fakes::make_sentencepiece_model(padded), kTokens);
  EXPECT_EQ(made.tokens.size(), kTokens);
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_THAT(made.notes[0], HasSubstr("left out: 1 (<pad>)"));
  EXPECT_EQ(segment(made), segment(made_));
}

TEST_F(VocabularyReader, ReadsATokenizerJsonWithAByteOrderMark) {
  const std::string json = fakes::make_tokenizer_json(words());
  EXPECT_EQ(segment(read("\xef\xbb\xbf" + json)), segment(read(json)));
}

nlohmann::json json_with(const char* key, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(fakes::make_tokenizer_json(words()));
  json[key] = value;
  return json;
}

TEST_F(VocabularyReader, PutsTheSpaceOfMetaspaceWhereItsSchemeSays) {
  auto json = json_with("normalizer", nullptr);
  json["pre_tokenizer"] = {{"type", "Metaspace"}, {"prepend_scheme", "first"}, {"split", false}};
  const auto first = read(json.dump());
  EXPECT_TRUE(first.space_before_text);
  EXPECT_TRUE(first.space_at_beginning_only);
  EXPECT_TRUE(first.space_unless_there);
  EXPECT_EQ(first.word_rules, llama::WordRules::kNone);
  json["pre_tokenizer"] = {{"type", "Metaspace"}, {"prepend_scheme", "always"}};
  const auto always = read(json.dump());
  EXPECT_TRUE(always.space_before_text);
  EXPECT_FALSE(always.space_at_beginning_only);
  EXPECT_EQ(always.word_rules, llama::WordRules::kSpaces) << "it cuts, unless it is said";
  json["pre_tokenizer"]["prepend_scheme"] = "never";
  EXPECT_FALSE(read(json.dump()).space_before_text);
}

TEST_F(VocabularyReader, NamesStagesThatItDoesNotKnow) {
  EXPECT_THAT(failure_of(json_with("normalizer", {{"type", "NFKC"}}).dump()),
              HasSubstr("normalizes texts by \"NFKC\""));
  EXPECT_THAT(
      failure_of(json_with("normalizer",
                           {{"type", "Replace"}, {"pattern", {{"Regex", "a+"}}}, {"content", ""}})
                     .dump()),
      HasSubstr("by an expression"));
  EXPECT_THAT(failure_of(json_with("normalizer", nullptr).dump()),
              HasSubstr("no stage that makes it of spaces"));
  EXPECT_THAT(failure_of(json_with("pre_tokenizer", {{"type", "Digits"}}).dump()),
              HasSubstr("cuts texts into words by rules"));
  EXPECT_THAT(failure_of(json_with("post_processor", {{"type", "RobertaProcessing"}}).dump()),
              HasSubstr("puts tokens around texts"));
  auto json = json_with("normalizer", nullptr);
  json["model"]["dropout"] = 0.1;
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("\"dropout\""));
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
              HasSubstr("merge 0 has or makes \"aa\", which is not a token"));
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
