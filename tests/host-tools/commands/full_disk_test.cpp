// What cannot be written is told, by every command and of each of its outputs.
#include <filesystem>

#include "tests/host-tools/commands/command_model.h"

namespace host {
namespace {

using testing::HasSubstr;

// Every write to it fails as on a full disk.
constexpr const char* kFull = "/dev/full";

class FullDisk : public CommandModel {
 protected:
  FullDisk() {
    EXPECT_EQ(convert().exit_code, 0);
    write_file(path("text.txt"), "a b c d e");
    EXPECT_EQ(run({"-n", "6", "--record", path("run.jsonl")}).exit_code, 0);
  }
  // With its standard output there.
  Outcome into_full(const std::string& arguments) const {
    const std::string line = "cd '" + folder_.path().string() +
                             "' && exec '" BARELLAMA_PROGRAM "' " + arguments + " >" + kFull;
    return outcome_of({"/bin/sh", "-c", line}, "a b");
  }
};

TEST_F(FullDisk, FailsWhateverCommandWritesThere) {
  for (const char* const line :
       {"run story.blm -n 9", "run story.blm -n 9 --hash", "inspect story.blm",
        "inspect story.blm --tensors --csv", "plan story.blm", "plan story.blm --json",
        "perplexity story.blm --text text.txt", "perplexity story.blm --text text.txt --json",
        "tokenize story.blm", "report run.jsonl", "convert story.bin -o other.blm",
        "prune story.blm -o pruned.blm --ratio 0.1", "synth --shape stories260k -o synth.blm",
        "--help", "run --help"}) {
    const Outcome outcome = into_full(line);
    EXPECT_EQ(outcome.exit_code, 1) << line;
    EXPECT_THAT(outcome.errors, HasSubstr("standard output: ")) << line;
    EXPECT_THAT(outcome.errors,
                testing::AnyOf(HasSubstr("No space left on device"), HasSubstr("the disk full?")))
        << line;
  }
}

TEST_F(FullDisk, StopsAStoryAtOnce) {
  const Outcome outcome = into_full("run story.blm -n 60 --json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.errors, "barellama: standard output: No space left on device\n");
}

// A file that was opened in its place would get the text.
TEST_F(FullDisk, ClosedStandardOutputHarmsNoFile) {
  const std::string line = "'" BARELLAMA_PROGRAM "' convert '" + path("story.bin") + "' -o '" +
                           path("other.blm") + "' >&-";
  const Outcome outcome = outcome_of({"/bin/sh", "-c", line});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("standard output: "));
  EXPECT_EQ(barellama({"inspect", path("other.blm")}).exit_code, 0);
  EXPECT_EQ(std::filesystem::file_size(path("other.blm")),
            std::filesystem::file_size(path("story.blm")));
}

TEST_F(FullDisk, IsNamedWithTheFileOfRecords) {
  expect_failure(run({"-n", "6", "--record", kFull}), 1,
                 "/dev/full: can't be written to: No space");
}

TEST_F(FullDisk, IsNamedForStatisticsThatAreAskedFor) {
  const std::string line =
      "'" BARELLAMA_PROGRAM "' run '" + path("story.blm") + "' -n 4 --json 2>/dev/full </dev/null";
  EXPECT_EQ(outcome_of({"/bin/sh", "-c", line}).exit_code, 1);
}

}  // namespace
}  // namespace host
