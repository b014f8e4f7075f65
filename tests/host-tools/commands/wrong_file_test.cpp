// A file in the place of another is told apart by its first bytes, and answered with the command
// that takes it.
#include <cstring>
#include <filesystem>
#include <map>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class WrongFile : public testing::Test {
 protected:
  WrongFile() {
    std::string kernel(64, '\0');
    kernel.replace(4, 8, "barellam");
    const uint32_t header[] = {0x8000, 64, 0x9000};  // address, size, end of its memory
    std::memcpy(kernel.data() + 12, header, sizeof header);
    std::string card(4 << 20, '\0');
    card.replace(510, 2, "\x55\xaa");
    std::filesystem::create_symlink(BARELLAMA_DEFAULT_MODEL, path("story.blm"));
    write_file(path("tiny.gguf"), "GGUF\x03");
    write_file(path("kernel.img"), kernel);
    write_file(path("kernel.elf"),
               "\x7f"
               "ELF\x01");
    write_file(path("card.img"), card);
    write_file(path("card.img.xz"), std::string("\xfd"
                                                "7zXZ\0\0",
                                                7));
    write_file(path("story.txt"), "Once upon a time\n");
    write_file(path("page.blm"), "<!DOCTYPE html>\n");
    write_file(path("empty"), "");
    write_file(path("run.jsonl"), "{\"t\":1,\"event\":\"ready\"}\n");
    // As PowerShell redirects.
    write_file(path("utf16.jsonl"), std::string("\xff\xfe{\0\"\0", 6));
  }
  std::string path(const std::string& name) const { return folder_.path() / name; }

  // `line`: words, of which FILE is the file; others that begin with @ are files as well.
  Outcome outcome(std::vector<std::string> line, const std::string& file) const {
    for (std::string& word : line) {
      if (word == "FILE") word = path(file);
      if (word.starts_with("@")) word = path(word.substr(1));
    }
    return barellama(line);
  }

  const std::map<std::string, std::string> advice_ = {{"story.blm", "is a .blm model"},
                                                      {"tiny.gguf", "is a GGUF model"},
                                                      {"kernel.img", "is a kernel image"},
                                                      {"kernel.elf", "is an ELF file"},
                                                      {"card.img", "is the image of a card"},
                                                      {"card.img.xz", "is an xz archive"},
                                                      {"story.txt", "is text"},
                                                      {"page.blm", "is a web page"},
                                                      {"empty", "is empty"},
                                                      {"run.jsonl", "has records"},
                                                      {"utf16.jsonl", "is text in UTF-16"}};

  // All files but those in `right` are refused; the message goes on with what was to be there.
  void expect_refusals(const std::vector<std::string>& line, const std::vector<std::string>& right,
                       const std::string& wanted) const {
    for (const auto& [file, advice] : advice_) {
      if (std::find(right.begin(), right.end(), file) != right.end()) continue;
      const bool is_empty = file == "empty";
      expect_failure(outcome(line, file), 1,
                     file + ": " + advice + (is_empty ? "" : ", not " + wanted));
    }
  }

  TemporaryFolder folder_;
};

TEST_F(WrongFile, IsNoModel) {
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"run", "FILE"},
           {"inspect", "FILE"},
           {"plan", "FILE"},
           {"tokenize", "FILE"},
           {"perplexity", "FILE", "--text", "@story.txt"},
           {"prune", "FILE", "-o", "@pruned.blm", "--ratio", "0.5"},
           {"card", "FILE", "-o", "@new.img", "--kernel", "@kernel.img", "--no-firmware"}}) {
    expect_refusals(line, {"story.blm"}, "a .blm model");
  }
}

TEST_F(WrongFile, IsNoModelOfAnotherFormat) {
  expect_refusals({"convert", "FILE"}, {"tiny.gguf"}, "a model of another format");
}

TEST_F(WrongFile, IsNoCard) {
  expect_refusals({"emulate", "FILE"}, {"card.img"}, "the image of a card");
  expect_refusals({"emulate", "FILE", "--kernel", "@kernel.img"}, {"card.img"},
                  "the image of a card");
  expect_refusals({"card", "--check", "FILE"}, {"card.img"}, "the image of a card");
  expect_refusals({"push", "@kernel.img", "--port", "unix:/nowhere", "--initrd", "FILE"},
                  {"card.img", "story.blm"}, "the image of a card");
}

TEST_F(WrongFile, IsNoKernel) {
  expect_refusals({"push", "FILE", "--port", "unix:/nowhere"}, {"kernel.img"}, "a kernel image");
  expect_refusals({"emulate", "@card.img", "--kernel", "FILE"}, {"kernel.img"}, "a kernel image");
  expect_refusals({"card", "@story.blm", "-o", "@new.img", "--kernel", "FILE", "--no-firmware"},
                  {"kernel.img"}, "a kernel image");
}

TEST_F(WrongFile, IsNoRecording) {
  expect_refusals({"report", "FILE", "-o", "@page.html"},
                  {"run.jsonl", "empty", "story.txt", "page.blm"}, "a recording");
}

TEST_F(WrongFile, IsNoText) {
  expect_refusals({"perplexity", "@story.blm", "--text", "FILE"},
                  {"story.txt", "empty", "run.jsonl", "page.blm"}, "text");
}

TEST_F(WrongFile, IsAnsweredWithTheCommandThatTakesIt) {
  const auto errors = [&](const std::vector<std::string>& line, const std::string& file) {
    return outcome(line, file).errors;
  };
  EXPECT_THAT(
      errors({"emulate", "FILE"}, "story.blm"),
      AllOf(HasSubstr("`barellama run " + path("story.blm") + "` runs it"),
            HasSubstr("`barellama card -o card.img " + path("story.blm") + "` makes a card")));
  EXPECT_THAT(errors({"run", "FILE"}, "tiny.gguf"),
              HasSubstr("`barellama convert " + path("tiny.gguf") + "` makes a .blm model"));
  EXPECT_THAT(errors({"run", "FILE"}, "card.img"),
              HasSubstr("`barellama emulate " + path("card.img") + "` boots it"));
  EXPECT_THAT(errors({"run", "FILE"}, "story.txt"),
              HasSubstr("`barellama run MODEL.blm --prompt-file " + path("story.txt") + "`"));
  EXPECT_THAT(errors({"inspect", "FILE"}, "run.jsonl"),
              HasSubstr("`barellama report " + path("run.jsonl") + "`"));
  EXPECT_THAT(errors({"card", "--check", "FILE"}, "card.img.xz"),
              HasSubstr("`xz -dk " + path("card.img.xz") + "` unpacks it"));
}

}  // namespace
}  // namespace host
