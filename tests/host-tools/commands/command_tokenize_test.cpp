#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "host-tools/support/files.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;

std::string word(uint32_t value) {
  std::array<std::byte, 4> bytes;
  base::store_le32(bytes, 0, value);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A tokenizer.bin with the byte tokens, and "a" (259), "b" (260), " " (261), "ab" (262),
// " ab" (263).
std::string tiny_tokenizer() {
  std::string file = word(8);
  float score = 0;
  const auto add = [&](const std::string& piece) {
    file +=
        word(std::bit_cast<uint32_t>(score)) + word(static_cast<uint32_t>(piece.size())) + piece;
  };
  for (const char* piece : {"<unk>", "\n<s>\n", "\n</s>\n"}) add(piece);
  for (int byte = 0; byte < 256; ++byte) {
    char piece[8];
    std::snprintf(piece, sizeof piece, "<0x%02X>", byte);
    add(piece);
  }
  for (const char* piece : {"a", "b", " ", "ab", " ab"}) {
    score += 1;
    add(piece);
  }
  return file;
}

class CommandTokenize : public testing::Test {
 protected:
  CommandTokenize() { write_file(path("tokenizer.bin"), tiny_tokenizer()); }

  std::string path(const std::string& name) const { return folder_.path() / name; }
  Outcome tokenize(const std::string& input, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"tokenize", "--tokenizer", path("tokenizer.bin")});
    return barellama(options, input);
  }

  TemporaryFolder folder_;
};

TEST_F(CommandTokenize, WritesIdsOnOneLine) {
  EXPECT_EQ(tokenize("ab").output, "1 263\n");
  EXPECT_EQ(tokenize("ab", {"--no-bos"}).output, "263\n");
  EXPECT_EQ(tokenize("ab", {"--vocab-size", "264"}).output, "1 263\n");
  EXPECT_EQ(tokenize("").output, "1\n");
  EXPECT_EQ(tokenize("", {"--no-bos"}).output, "\n");
}

TEST_F(CommandTokenize, GivesTheTextBackByteForByte) {
  for (const std::string text : {"ab ab", "", " ab", "\n", "\xc3\xa9\xff", "x\r\n"}) {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{}, std::vector<std::string>{"--no-bos"}}) {
      const std::string ids = tokenize(text, options).output;
      EXPECT_EQ(tokenize(ids, {"--decode"}).output, text) << ids;
    }
  }
}

TEST_F(CommandTokenize, ConvertsJsonLineByLine) {
  EXPECT_EQ(tokenize("\"ab\"\n\"\\n\"\n", {"--jsonl"}).output, "[1,263]\n[1,261,13]\n");
  EXPECT_EQ(tokenize("[1,263]\n[]\n", {"--jsonl", "--decode"}).output, "\"ab\"\n\"\"\n");
}

TEST_F(CommandTokenize, SaysWhatIsWrong) {
  const auto expect_failure = [](const Outcome& outcome, int exit_code, const char* message) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
    EXPECT_THAT(outcome.errors, HasSubstr(message));
  };
  expect_failure(tokenize("1 264", {"--decode"}), 1, "264 is not a token; there are 0 to 263");
  expect_failure(tokenize("1 x", {"--decode"}), 1, "\"x\" is not a token id");
  expect_failure(tokenize("\"a\"\nb\n", {"--jsonl"}), 1, "line 2: is not a JSON string");
  expect_failure(tokenize("7\n", {"--jsonl", "--decode"}), 1, "line 1: is not a JSON array");
  expect_failure(tokenize("[1.5]\n", {"--jsonl", "--decode"}), 1, "line 1: is not a JSON array");
  expect_failure(tokenize("ab", {"--vocab-size", "300"}), 1, "tokenizer.bin");
  expect_failure(barellama({"tokenize"}), 2, "MODEL.blm, or --tokenizer");
  expect_failure(barellama({"tokenize", path("absent.blm")}), 1, "absent.blm");
  expect_failure(barellama({"tokenize", path("tokenizer.bin")}), 1, "tokenizer.bin");
  write_file(path("tokenizer.bin"), tiny_tokenizer().substr(0, 2000));
  expect_failure(tokenize("ab"), 1, "is not a known vocabulary");
  write_file(path("tokenizer.bin"), "");
  expect_failure(tokenize("ab"), 1, "tokenizer.bin: is empty");
}

TEST_F(CommandTokenize, ReadsTheTokenizerOfAModel) {
  const std::string model = BARELLAMA_DEFAULT_MODEL;
  const std::string text = "Once upon a time, a caf\xc3\xa9 \xf0\x9f\x90\xa5.\n";
  const Outcome ids = barellama({"tokenize", model}, text);
  ASSERT_EQ(ids.exit_code, 0) << ids.errors;
  EXPECT_EQ(barellama({"tokenize", model, "--decode"}, ids.output).output, text);
}

// Vectors on which several independent implementations agree.
TEST_F(CommandTokenize, AgreesWithSentencePieceOnLlama2) {
  const std::filesystem::path data = BARELLAMA_SHARED_DATA;
  std::ifstream vectors(data / "tok/llama2_vectors.jsonl");
  if (!vectors)
    GTEST_SKIP() << data / "tok/llama2_vectors.jsonl"
                 << " is not here: not compared";
  std::string input;
  std::string expected;
  for (std::string line; std::getline(vectors, line);) {
    const auto vector = nlohmann::json::parse(line);
    input += vector["text"].dump() + "\n";
    expected += vector["ids"].dump() + "\n";
  }
  const Outcome outcome =
      barellama({"tokenize", "--jsonl", "--tokenizer", data / "llama2c/tokenizer.bin"}, input);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, expected);
}

}  // namespace
}  // namespace host
