// Vocabularies of published models against the ids of Hugging Face's tokenizers, llama.cpp and
// SentencePiece: no text may have others.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "host-tools/model/host_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using nlohmann::json;
using Ids = std::vector<int32_t>;

const std::filesystem::path kVocabularies = std::filesystem::path(BARELLAMA_SHARED_DATA) / "vocab";

std::vector<json> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<json> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
  return lines;
}

class RealVocabularies : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kVocabularies)) {
      GTEST_SKIP() << kVocabularies << " is not here: not compared with other programs";
    }
    if (std::system("xz --version > /dev/null") != 0) GTEST_SKIP() << "xz is not here";
  }

  // The file itself, or its content where it is packed.
  std::filesystem::path plain(const std::string& name) {
    if (std::filesystem::exists(kVocabularies / name)) return kVocabularies / name;
    const auto path = folder_.path() / name;
    const std::string command =
        "xz -dc '" + (kVocabularies / name).string() + ".xz' > '" + path.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  void open(const VocabularySource& source) {
    segment_ = require_value(build_tokenizer_segment(source), "the vocabulary");
    tokenizer_.emplace(require_value(llama::Tokenizer::open(segment_), "the segment"));
  }

  void expect(const json& text, const json& ids, llama::Specials specials) {
    if (ids.is_null()) return;
    ++compared_;
    EXPECT_EQ(encode_text(*tokenizer_, text.get<std::string>(), llama::AddBos::kNo, "a text",
                          {.specials = specials}),
              ids.get<Ids>())
        << text;
  }

  TemporaryFolder folder_;
  std::vector<std::byte> segment_;
  std::optional<llama::Tokenizer> tokenizer_;
  size_t compared_ = 0;
};

TEST_F(RealVocabularies, GiveTheIdsOfOtherPrograms) {
  const auto texts = lines_of(kVocabularies / "strings.jsonl");
  const std::pair<const char*, const char*> files[] = {
      {"gpt2", "gpt2.json"},       {"llama2", "llama2.model"},
      {"mistral", "mistral.json"}, {"llama2-metaspace", "llama2-metaspace.json"},
      {"smollm2", "smollm2.json"}, {"smollm2", "smollm2.gguf"},
      {"llama3", "llama3.json"},   {"qwen3", "qwen3.json"},
      {"gemma3", "gemma3.json"}};
  for (const auto& [name, file] : files) {
    SCOPED_TRACE(file);
    open(read_vocabulary(plain(file), std::nullopt));
    const auto expected = lines_of(kVocabularies / (std::string("ids-") + name + ".jsonl"));
    ASSERT_EQ(expected.size(), texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      expect(texts[i]["text"], expected[i], llama::Specials::kAsText);
    }
  }
  EXPECT_GT(compared_, 9 * texts.size() - 200);
}

TEST_F(RealVocabularies, FindAddedTokens) {
  std::string last;
  for (const json& line : lines_of(kVocabularies / "added-tokens.jsonl")) {
    const std::string name = line["vocabulary"];
    if (name != last) open(read_vocabulary(plain(name), std::nullopt));
    last = name;
    expect(line["text"], line["ids_special_as_text"], llama::Specials::kAsText);
    expect(line["text"], line["ids"], llama::Specials::kFound);
  }
  EXPECT_EQ(compared_, 2 * 254u);
}

TEST_F(RealVocabularies, CutTextsAtAddedTokensAsTheirFlagsSay) {
  for (const json& line : lines_of(kVocabularies / "added-flags.jsonl")) {
    SCOPED_TRACE(line["token"].dump());
    const auto path = plain(line["base"]);
    json file = json::parse(read_file(path));
    file["added_tokens"].push_back(line["token"]);
    file["post_processor"] = nullptr;
    open(read_tokenizer_json(file, path.string()));
    for (const json& one : line["cases"]) expect(one["text"], one["ids"], llama::Specials::kFound);
  }
  EXPECT_GT(compared_, 100u);
}

TEST_F(RealVocabularies, NormalizeAsSentencePieceDoes) {
  for (const auto& entry : std::filesystem::directory_iterator(kVocabularies / "sentencepiece")) {
    if (entry.path().extension() != ".model") continue;
    SCOPED_TRACE(entry.path().string());
    if (entry.path().stem().string().starts_with("unigram")) {
      EXPECT_THROW(read_vocabulary(entry.path(), std::nullopt), Failure);
      continue;
    }
    open(read_vocabulary(entry.path(), std::nullopt));
    auto lines = entry.path();
    for (const json& line : lines_of(lines.replace_extension(".jsonl"))) {
      expect(line["text"], line["ids"], llama::Specials::kAsText);
    }
  }
  EXPECT_EQ(compared_, 7 * 547u);
}

}  // namespace
}  // namespace host
