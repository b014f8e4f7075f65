// The same vocabulary in each file that people have.
#include "host-tools/model/vocabulary_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/foreign_models.h"

namespace host {
namespace {

using testing::HasSubstr;

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;
constexpr uint32_t kTokens = 320;

std::vector<std::byte> segment(const VocabularySource& source) {
  return require_value(build_tokenizer_segment(source), "the vocabulary");
}

class VocabularyReader : public testing::Test {
 protected:
  VocabularySource read(std::string_view content, std::optional<uint32_t> size = std::nullopt) {
    write_file(path_, content);
    return read_vocabulary(path_, size);
  }
  std::string failure_of(std::string_view content, std::optional<uint32_t> size = std::nullopt) {
    try {
      read(content, size);
    } catch (const Failure& failure) {
      EXPECT_THAT(failure.what(), HasSubstr("vocabulary: "));
      return failure.what();
    }
    return "it was read";
  }

  TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "vocabulary";
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

// Byte-level BPE: U+0120 is a space, U+010A a line feed, U+00C3 and U+00A9 the bytes of an e with
// an acute. The last token is special.
const std::vector<std::string> kByteLevelTexts = {
    "a",      "b",      "\u0120",       "ab",     "\u0120ab",
    "\u00c3", "\u00a9", "\u00c3\u00a9", "\u010a", "<|endoftext|>"};
const std::vector<std::string> kByteLevelMerges = {"a b", "\u0120 ab", "\u00c3 \u00a9"};

nlohmann::json byte_level_json(const nlohmann::json& pre_tokenizer) {
  nlohmann::json vocab = nlohmann::json::object();
  for (size_t id = 0; id < kByteLevelTexts.size(); ++id) vocab[kByteLevelTexts[id]] = id;
  return {{"added_tokens", {{{"id", 9}, {"content", "<|endoftext|>"}, {"special", true}}}},
          {"normalizer", nullptr},
          {"pre_tokenizer", pre_tokenizer},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", kByteLevelMerges}}}};
}

nlohmann::json byte_level_stage(bool cuts) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", cuts}};
}

nlohmann::json sequence(std::initializer_list<nlohmann::json> stages) {
  return {{"type", "Sequence"}, {"pretokenizers", nlohmann::json(std::vector(stages))}};
}

nlohmann::json llama3_split() {
  return {{"type", "Split"},
          {"pattern",
           {{"Regex",
             "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
             "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}}},
          {"behavior", "Isolated"},
          {"invert", false}};
}

fakes::GgufBytes byte_level_gguf(const char* rules) {
  fakes::GgufBytes file;
  file.value("tokenizer.ggml.model", "gpt2");
  file.value("tokenizer.ggml.pre", rules);
  file.value("tokenizer.ggml.tokens", kByteLevelTexts);
  file.value("tokenizer.ggml.token_type", std::vector<int32_t>{1, 1, 1, 1, 1, 1, 1, 1, 1, 3});
  file.value("tokenizer.ggml.merges", kByteLevelMerges);
  file.value("tokenizer.ggml.bos_token_id", uint32_t{9});
  file.value("tokenizer.ggml.eos_token_id", uint32_t{9});
  return file;
}

TEST_F(VocabularyReader, ReadsTheSameByteLevelFromTokenizerJsonAndGguf) {
  const nlohmann::json digits = {{"type", "Digits"}, {"individual_digits", true}};
  const auto made = read(byte_level_json(sequence({digits, byte_level_stage(true)})).dump());
  EXPECT_EQ(made.kind, llama::TokenizerKind::kByteLevel);
  EXPECT_EQ(made.word_rules, llama::WordRules::kSmolLm);
  EXPECT_EQ(made.tokens[4].bytes, " ab");
  EXPECT_EQ(made.tokens[7].bytes, "\u00e9");
  EXPECT_EQ(made.tokens[8].bytes, "\n");
  EXPECT_EQ(made.tokens[9].type, llama::TokenType::kControl);
  EXPECT_EQ(made.bos, 9);
  EXPECT_FALSE(made.bos_before_text);
  ASSERT_EQ(made.merges.size(), 3u);
  EXPECT_EQ(made.merges[1].left, 2);
  EXPECT_EQ(made.merges[1].right, 3);
  EXPECT_EQ(made.merges[1].result, 4);
  EXPECT_EQ(made.merges[1].rank, 1u);
  EXPECT_EQ(segment(read(byte_level_gguf("smollm").bytes())), segment(made));
  EXPECT_TRUE(llama::Vocabulary::open(segment(made)).ok());
}

TEST_F(VocabularyReader, KeepsHowTextsAreCutAtAddedTokens) {
  auto json = byte_level_json(byte_level_stage(true));
  json["added_tokens"][0]["rstrip"] = true;
  json["added_tokens"][0]["normalized"] = true;
  const auto made = read(json.dump());
  ASSERT_EQ(made.added.size(), 1u);
  EXPECT_EQ(made.added[0].id, 9);
  EXPECT_EQ(made.added[0].flags,
            llama::kAddedSpecial | llama::kAddedStripsRight | llama::kAddedNormalized);
  EXPECT_TRUE(llama::Vocabulary::open(segment(made)).ok());
  EXPECT_NE(segment(made), segment(read(byte_level_json(byte_level_stage(true)).dump())));
}

TEST_F(VocabularyReader, KnowsGpt2sWords) {
  const auto made = read(byte_level_json(byte_level_stage(true)).dump());
  EXPECT_EQ(made.word_rules, llama::WordRules::kGpt2);
  EXPECT_EQ(segment(read(byte_level_gguf("gpt-2").bytes())), segment(made));
}

TEST_F(VocabularyReader, KnowsLlama3sWordsAndWays) {
  auto json = byte_level_json(sequence({llama3_split(), byte_level_stage(false)}));
  json["model"]["ignore_merges"] = true;
  // With braces alone it would be an object.
  const std::vector<std::vector<std::string>> pairs = {
      {"a", "b"}, {"\u0120", "ab"}, {"\u00c3", "\u00a9"}};
  json["model"]["merges"] = pairs;
  json["post_processor"] = {{"type", "Sequence"},
                            {"processors",
                             {byte_level_stage(false),
                              {{"type", "TemplateProcessing"},
                               {"single",
                                {{{"SpecialToken", {{"id", "<|endoftext|>"}, {"type_id", 0}}}},
                                 {{"Sequence", {{"id", "A"}, {"type_id", 0}}}}}}}}}};
  const auto made = read(json.dump());
  EXPECT_EQ(made.word_rules, llama::WordRules::kLlama3);
  EXPECT_TRUE(made.whole_words_first);
  EXPECT_TRUE(made.bos_before_text);
  EXPECT_EQ(segment(read(byte_level_gguf("llama-bpe").bytes())), segment(made));
  auto without_bos = byte_level_gguf("llama-bpe");
  without_bos.value("tokenizer.ggml.add_bos_token", false);
  EXPECT_FALSE(read(without_bos.bytes()).bos_before_text);
}

TEST_F(VocabularyReader, NamesWhatItDoesNotKnowOfByteLevel) {
  EXPECT_THAT(failure_of(byte_level_gguf("qwen2").bytes()), HasSubstr("the rules \"qwen2\""));
  auto split = llama3_split();
  split["pattern"]["Regex"] = "\\p{N}{1,2}";
  EXPECT_THAT(
      failure_of(byte_level_json(sequence({split, byte_level_stage(false)})).dump()),
      HasSubstr("doesn't know (it knows those of GPT-2, Llama 3 and SmolLM): \\p{N}{1,2}, "));
  split = llama3_split();
  split["behavior"] = "Removed";
  EXPECT_THAT(failure_of(byte_level_json(sequence({split, byte_level_stage(false)})).dump()),
              HasSubstr("cuts texts into words by rules"));
  auto stage = byte_level_stage(true);
  stage["add_prefix_space"] = true;
  EXPECT_THAT(failure_of(byte_level_json(stage).dump()), HasSubstr("\"add_prefix_space\":true"));
  auto json = byte_level_json(byte_level_stage(true));
  json["normalizer"] = {{"type", "NFC"}};
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("normalizes texts (NFC)"));
  json = byte_level_json(byte_level_stage(true));
  json["model"]["end_of_word_suffix"] = "</w>";
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("\"end_of_word_suffix\""));
}

TEST_F(VocabularyReader, SaysWhatIsWrongWithByteLevel) {
  auto json = byte_level_json(byte_level_stage(true));
  json["model"]["merges"] = {"a x"};
  EXPECT_THAT(failure_of(json.dump()),
              HasSubstr("merge 0 has or makes \"x\", which is not a token"));
  json["model"]["merges"] = {"a b", "ab"};
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("merge 1 is not a pair of pieces"));
  fakes::GgufBytes file;
  file.value("tokenizer.ggml.model", "gpt2");
  file.value("tokenizer.ggml.pre", "gpt-2");
  file.value("tokenizer.ggml.tokens", std::vector<std::string>{"a", "\xc3"});
  EXPECT_THAT(failure_of(file.bytes()), HasSubstr("token 1: its 1 bytes are not valid UTF-8"));
}

TEST_F(VocabularyReader, MakesNothingOfTextThatIsNotOfBytes) {
  auto json = byte_level_json(byte_level_stage(true));
  json["model"]["vocab"]["\u2581"] = 10;
  json["model"]["vocab"]["<|endoftext|>a"] = 11;
  json["model"]["merges"].push_back("<|endoftext|> a");
  const auto made = read(json.dump());
  EXPECT_EQ(made.tokens[10].type, llama::TokenType::kUserDefined);
  EXPECT_EQ(made.tokens[10].bytes, "\u2581");
  EXPECT_EQ(made.merges.size(), 3u) << "one of a special token";
}

TEST_F(VocabularyReader, ReadsTheSameLlama3FromGgufAndTokenizerJson) {
  const auto path = kData / "tok/ggml-vocab-llama-bpe.gguf";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << kData << " is not here: Llama 3's vocabularies are not compared";
  }
  const MappedFile file(path);
  const Gguf gguf(file.bytes(), path.string());
  const auto texts = gguf.texts("tokenizer.ggml.tokens").value();
  const auto types = gguf.numbers("tokenizer.ggml.token_type").value();
  auto json = byte_level_json(sequence({llama3_split(), byte_level_stage(false)}));
  json["model"]["ignore_merges"] = true;
  json["model"]["merges"] = gguf.texts("tokenizer.ggml.merges").value();
  auto& vocab = json["model"]["vocab"] = nlohmann::json::object();
  auto& added = json["added_tokens"] = nlohmann::json::array();
  for (size_t id = 0; id < texts.size(); ++id) {
    if (types[id] == 3) {
      added.push_back({{"id", id}, {"content", texts[id]}, {"special", true}});
    } else {
      vocab[std::string(texts[id])] = id;
    }
  }
  json["post_processor"] = {{"type", "TemplateProcessing"},
                            {"single", {{{"SpecialToken", {{"id", "<|begin_of_text|>"}}}}}}};
  const auto expected = read_gguf_vocabulary(gguf);
  EXPECT_EQ(expected.bos, 128000);
  EXPECT_EQ(segment(read(json.dump())), segment(expected));
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
