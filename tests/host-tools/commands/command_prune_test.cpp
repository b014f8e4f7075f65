// `barellama prune`, as a user types it.
#include <csignal>
#include <filesystem>

#include "tests/fakes/model_head.h"
#include "tests/fakes/random_model.h"
#include "tests/host-tools/commands/command_model.h"

namespace host {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class CommandPrune : public CommandModel {
 protected:
  // story.blm of this type.
  void make_model(const std::string& type) { ASSERT_EQ(convert({"--type", type}).exit_code, 0); }
  // story.blm to pruned.blm, unless the options say otherwise.
  Outcome prune(std::vector<std::string> options, const std::string& from = "story.blm",
                const std::string& to = "pruned.blm") const {
    options.insert(options.begin(), {"prune", path(from), "-o", path(to)});
    return barellama(options);
  }
  void expect_refused(const Outcome& outcome, int exit_code, const std::string& message) const {
    expect_failure(outcome, exit_code, message);
    EXPECT_EQ(files(), before_) << "something was left behind";
  }
  void note_files() { before_ = files(); }

  std::vector<std::string> before_;
};

TEST_F(CommandPrune, TellsWhatWasAskedForReachedAndWhatItTakes) {
  make_model("q8_0");
  const Outcome outcome = prune({"--ratio", "0.5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              HasSubstr("layer  tensor    type             weights  0 was %   0 is %"));
  EXPECT_THAT(outcome.output, ContainsRegex("\n1      w2        q8_0_masked +12384 "));
  EXPECT_THAT(outcome.output, ContainsRegex("\nall +74304 +0\\.[0-9]+ +5[0-9]\\.[0-9]+ "));
  EXPECT_THAT(outcome.output, ContainsRegex("asked for 50 % of these 74304 weights, reached 5"));
  EXPECT_THAT(outcome.output, ContainsRegex("pruned.blm: [0-9]+ bytes, [0-9.]+ % of [0-9]+\n"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("pruned before")));
  EXPECT_THAT(outcome.output, Not(HasSubstr("wq")));
  EXPECT_EQ(outcome.errors, "");
  EXPECT_LT(std::filesystem::file_size(path("pruned.blm")),
            std::filesystem::file_size(path("story.blm")));
  EXPECT_THAT(barellama({"inspect", path("pruned.blm")}).output,
              HasSubstr("name            story\n"));
  EXPECT_EQ(barellama({"run", path("pruned.blm"), "-n", "4"}).exit_code, 0);
}

TEST_F(CommandPrune, PrunesWhatItIsTold) {
  make_model("q4_0");
  const Outcome attention = prune({"--ratio", "0.4", "--tensors", "attention", "--scope", "row"});
  EXPECT_THAT(attention.output, HasSubstr("wo"));
  EXPECT_THAT(attention.output, Not(HasSubstr("w1")));
  const Outcome all = prune({"--ratio", "0.4", "--tensors", "all", "--scope", "role"});
  EXPECT_THAT(all.output, HasSubstr("wo"));
  EXPECT_THAT(all.output, HasSubstr("w1"));
}

TEST_F(CommandPrune, LeavesF32DenseAndTellsWhatItWouldTake) {
  make_model("f32");
  const Outcome outcome = prune({"--ratio", "0.5"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, ContainsRegex("asked for 50 % of these 74304 weights, reached 50 %"));
  // 1 bit for each weight, and half of them.
  EXPECT_THAT(outcome.output,
              ContainsRegex("f32 stays dense; without zeros it would take [0-9]+ bytes, "
                            "5[0-9]\\.[0-9] % of "));
  EXPECT_EQ(std::filesystem::file_size(path("pruned.blm")),
            std::filesystem::file_size(path("story.blm")));
}

TEST_F(CommandPrune, TellsThatAModelWasPrunedBeforeAndPrunesItOn) {
  for (const char* type : {"f32", "q8_0", "q4_0"}) {
    SCOPED_TRACE(type);
    make_model(type);
    ASSERT_EQ(prune({"--ratio", "0.4"}, "story.blm", "once.blm").exit_code, 0);
    const Outcome again = prune({"--ratio", "0.6"}, "once.blm", "twice.blm");
    EXPECT_EQ(again.exit_code, 0) << again.errors;
    EXPECT_THAT(again.output,
                ContainsRegex("once.blm was pruned before: 4[0-9.]* % of them were 0"));
    ASSERT_EQ(prune({"--ratio", "0.6"}).exit_code, 0);
    EXPECT_TRUE(read_file(path("twice.blm")) == read_file(path("pruned.blm")));
  }
}

TEST_F(CommandPrune, QuantizesWhatItHasPruned) {
  make_model("f32");
  for (const char* type : {"q8_0", "q4_0"}) {
    SCOPED_TRACE(type);
    const Outcome outcome = prune({"--ratio", "0.5", "--type", type});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output,
                ContainsRegex("\n1      w2        " + std::string(type) + "_masked +"));
    EXPECT_THAT(outcome.output, HasSubstr("quantization error of the weights: "));
    EXPECT_THAT(outcome.output, Not(HasSubstr("f32 stays dense")));
    const std::string tensors =
        barellama({"inspect", path("pruned.blm"), "--tensors", "--csv"}).output;
    EXPECT_THAT(tensors, HasSubstr("\n1,wq,0," + std::string(type) + ","));
    EXPECT_THAT(tensors, HasSubstr("\n0,token_embedding,0," + std::string(type) + ","));
  }
  note_files();
  expect_refused(prune({"--ratio", "0.5", "--type", "q5_0"}), 2, "--type: q5_0 not in {");
}

TEST_F(CommandPrune, OfNothingLeavesTheWeightsAsTheyAre) {
  make_model("q8_0");
  ASSERT_EQ(prune({"--ratio", "0"}).exit_code, 0);
  const auto hash = [&](const char* name) {
    return barellama({"run", path(name), "-t", "0", "-n", "12", "--hash"}).output;
  };
  EXPECT_EQ(hash("pruned.blm"), hash("story.blm"));
}

TEST_F(CommandPrune, RefusesRatiosThatAreNone) {
  make_model("q8_0");
  note_files();
  for (const char* ratio : {"-0.1", "1.01", "20", "nan", "inf"}) {
    expect_refused(prune({"--ratio", ratio}), 2, "--ratio");
  }
  for (const char* ratio : {"0,2", "20%", "much", ""}) {
    expect_refused(prune({"--ratio", ratio}), 2, "--ratio");
  }
  expect_refused(prune({}), 2, "--ratio is required");
}

TEST_F(CommandPrune, RefusesGroupsAndScopesThatThereAreNot) {
  make_model("q8_0");
  note_files();
  expect_refused(prune({"--ratio", "0.2", "--tensors", "embedding"}), 2,
                 "--tensors: embedding not in {ffn,attention,all}");
  expect_refused(prune({"--ratio", "0.2", "--scope", "layer"}), 2,
                 "--scope: layer not in {tensor,row,role}");
}

TEST_F(CommandPrune, RefusesFilesThatAreNoModels) {
  make_model("q8_0");
  note_files();
  expect_refused(prune({"--ratio", "0.2"}, "absent.blm"), 1, "absent.blm");
  expect_refused(prune({"--ratio", "0.2"}, "story.bin"), 1,
                 "story.bin: is a llama2.c checkpoint, not a .blm model");
  std::string bytes = read_file(path("story.blm"));
  bytes[bytes.size() / 2] ^= 1;
  write_file(path("story.blm"), bytes);
  expect_refused(prune({"--ratio", "0.2", "--tensors", "all"}), 1, "story.blm: ");
}

TEST_F(CommandPrune, RefusesModelsThatItCouldNotWriteWhole) {
  fakes::ModelHead head(tests::small_config(),
                        {.type_of = [](llama::TensorKey) { return llama::WeightType::kQ8_0; }});
  head.layout.segments.push_back({.kind = llama::SegmentKind::kChat,
                                  .flags = 0,
                                  .layer = 0,
                                  .offset = head.layout.file_bytes,
                                  .bytes = llama::kSegmentAlignment,
                                  .crc = 0});
  head.layout.file_bytes += llama::kSegmentAlignment;
  const std::vector<std::byte> bytes = head.bytes();
  write_file(path("chat.blm"), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::filesystem::resize_file(path("chat.blm"), head.layout.file_bytes);
  note_files();
  expect_refused(prune({"--ratio", "0.2"}, "chat.blm"), 1, "has a segment of kind 4, which");
}

TEST_F(CommandPrune, NeverOverwritesItsInput) {
  make_model("q8_0");
  const std::string bytes = read_file(path("story.blm"));
  std::filesystem::create_symlink(path("story.blm"), path("link.blm"));
  note_files();
  expect_refused(prune({"--ratio", "0.2"}, "story.blm", "story.blm"), 1, "story.blm: this is what");
  expect_refused(prune({"--ratio", "0.2"}, "story.blm", "link.blm"), 1, "link.blm: this is what");
  // story.b02 would be the second part of both.
  expect_refused(prune({"--ratio", "0.2"}, "story.blm", "story.out"), 1,
                 "story.out: its parts would have the names of those of");
  EXPECT_TRUE(read_file(path("story.blm")) == bytes);
}

TEST_F(CommandPrune, LeavesAFileThatItCannotWriteAsItWas) {
  make_model("q8_0");
  write_file(path("pruned.blm"), "precious");
  std::filesystem::permissions(path("pruned.blm"), std::filesystem::perms::owner_read);
  note_files();
  expect_refused(prune({"--ratio", "0.2"}), 1, "pruned.blm: is read-only");
  EXPECT_EQ(read_file(path("pruned.blm")), "precious");
  expect_refused(prune({"--ratio", "0.2"}, "story.blm", "absent/pruned.blm"), 1, "absent");
  expect_refused(prune({"--ratio", "0.2"}, "story.blm", ""), 1, "is not a file");
}

TEST_F(CommandPrune, LeavesNothingWhenItIsInterrupted) {
  ASSERT_EQ(barellama({"synth", "--shape", "stories15m", "-o", path("story.blm")}).exit_code, 0);
  note_files();
  Subprocess program(
      {BARELLAMA_PROGRAM, "prune", path("story.blm"), "-o", path("pruned.blm"), "--ratio", "0.2"});
  // Until something of the new file is there, under its passing name.
  const auto is_writing = [&] {
    for (const std::string& name : files()) {
      std::error_code gone;
      if (!name.starts_with(".pruned")) continue;
      const auto bytes = std::filesystem::file_size(path(name), gone);
      if (!gone && bytes > 0) return true;
    }
    return false;
  };
  for (int i = 0; i < 30'000 && !is_writing(); ++i) ::usleep(1000);
  program.signal(SIGTERM);
  EXPECT_THAT(read_to_end(program.errors()), HasSubstr("interrupted"));
  EXPECT_EQ(program.wait(), 128 + SIGTERM);
  EXPECT_EQ(files(), before_);
}

TEST_F(CommandPrune, ReadsAndWritesModelsInParts) {
  ASSERT_EQ(barellama({"synth", "--shape", "stories260k", "--type", "f32", "--part-mib", "1", "-o",
                       path("cut.blm")})
                .exit_code,
            0);
  const Outcome outcome = prune({"--ratio", "0.3", "--part-mib", "1"}, "cut.blm");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr(" in 2 parts, "));
  EXPECT_TRUE(std::filesystem::exists(path("pruned.b02")));
  EXPECT_EQ(barellama({"inspect", path("pruned.blm")}).exit_code, 0);
}

}  // namespace
}  // namespace host
