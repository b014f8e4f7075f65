// Vocabularies of byte-level BPE, the same from each file that people have.
#include <nlohmann/json.hpp>

#include "host-tools/model/gguf.h"
#include "host-tools/model/mapped_file.h"
#include "tests/fakes/gguf_bytes.h"
#include "tests/host-tools/model/vocabulary_reader_test.h"

namespace host {
namespace {

using testing::HasSubstr;

class ByteLevelReader : public VocabularyFile {};

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

TEST_F(ByteLevelReader, ReadsTheSameByteLevelFromTokenizerJsonAndGguf) {
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

TEST_F(ByteLevelReader, KeepsHowTextsAreCutAtAddedTokens) {
  auto json = byte_level_json(byte_level_stage(true));
  json["added_tokens"][0]["rstrip"] = true;
  json["added_tokens"][0]["normalized"] = true;
  const auto made = read(json.dump());
  ASSERT_EQ(made.found.size(), 1u);
  EXPECT_EQ(made.found[0].id, 9);
  EXPECT_EQ(made.found[0].text, "<|endoftext|>");
  EXPECT_EQ(made.found[0].flags,
            llama::kFoundSpecial | llama::kFoundRightSpace | llama::kFoundNormalized);
  EXPECT_TRUE(llama::Vocabulary::open(segment(made)).ok());
  EXPECT_NE(segment(made), segment(read(byte_level_json(byte_level_stage(true)).dump())));
}

TEST_F(ByteLevelReader, KnowsGpt2sWords) {
  const auto made = read(byte_level_json(byte_level_stage(true)).dump());
  EXPECT_EQ(made.word_rules, llama::WordRules::kGpt2);
  EXPECT_EQ(segment(read(byte_level_gguf("gpt-2").bytes())), segment(made));
}

TEST_F(ByteLevelReader, KnowsLlama3sWordsAndWays) {
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

TEST_F(ByteLevelReader, NamesWhatItDoesNotKnowOfByteLevel) {
  EXPECT_THAT(failure_of(byte_level_gguf("starcoder").bytes()),
              HasSubstr("the rules \"starcoder\""));
  auto split = llama3_split();
  split["pattern"]["Regex"] = "\\p{N}{1,2}";
  EXPECT_THAT(
      failure_of(byte_level_json(sequence({split, byte_level_stage(false)})).dump()),
      HasSubstr(
          "doesn't know (it knows those of GPT-2, Llama 3, SmolLM and Qwen2): \\p{N}{1,2}, "));
  split = llama3_split();
  split["behavior"] = "Removed";
  EXPECT_THAT(failure_of(byte_level_json(sequence({split, byte_level_stage(false)})).dump()),
              HasSubstr("cuts texts into words by rules"));
  auto stage = byte_level_stage(true);
  stage["add_prefix_space"] = true;
  EXPECT_THAT(failure_of(byte_level_json(stage).dump()), HasSubstr("\"add_prefix_space\":true"));
  auto json = byte_level_json(byte_level_stage(true));
  json["normalizer"] = {{"type", "NFKC"}};
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("normalizes texts by \"NFKC\""));
  json = byte_level_json(byte_level_stage(true));
  json["model"]["end_of_word_suffix"] = "</w>";
  EXPECT_THAT(failure_of(json.dump()), HasSubstr("\"end_of_word_suffix\""));
}

TEST_F(ByteLevelReader, SaysWhatIsWrongWithByteLevel) {
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

TEST_F(ByteLevelReader, MakesNothingOfTextThatIsNotOfBytes) {
  auto json = byte_level_json(byte_level_stage(true));
  json["model"]["vocab"]["\u2581"] = 10;
  json["model"]["vocab"]["<|endoftext|>a"] = 11;
  json["model"]["merges"].push_back("<|endoftext|> a");
  const auto made = read(json.dump());
  EXPECT_EQ(made.tokens[10].type, llama::TokenType::kUserDefined);
  EXPECT_EQ(made.tokens[10].bytes, "\u2581");
  EXPECT_EQ(made.merges.size(), 3u) << "one of a special token";
}

TEST_F(ByteLevelReader, ReadsTheSameLlama3FromGgufAndTokenizerJson) {
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
  auto made = read(json.dump());
  // Of GGUF, names of end tokens count, as they do to llama.cpp.
  EXPECT_EQ(expected.more_ends, (std::vector<int32_t>{128009}));
  made.more_ends = expected.more_ends;
  EXPECT_EQ(segment(made), segment(expected));
}

}  // namespace
}  // namespace host
