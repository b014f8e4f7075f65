// `barellama inspect`, as a user types it.
#include <algorithm>

#include "base/bytes.h"
#include "tests/fakes/model_head.h"
#include "tests/host-tools/commands/command_model.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using CommandInspect = CommandModel;

TEST_F(CommandInspect, ShowsAModel) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  for (const char* line : {"name            story\n", "layers          2, dim 72, hidden_dim 172\n",
                           "heads           6 of size 12, 2 of them for keys and values\n",
                           "vocabulary      300 tokens, classifier tied to the embedding\n",
                           "tokenizer       SentencePiece BPE, 300 tokens, BOS 1, EOS 2\n",
                           "\nlayer 1 ", "\ntokenizer "}) {
    EXPECT_THAT(shown.output, HasSubstr(line));
  }
  EXPECT_THAT(shown.output, Not(HasSubstr("token_embedding")));
  EXPECT_THAT(barellama({"inspect", path("story.blm"), "--tensors"}).output,
              HasSubstr("token_embedding"));
}

TEST_F(CommandInspect, FindsDamage) {
  ASSERT_EQ(convert().exit_code, 0);
  std::string bytes = read_file(path("story.blm"));
  bytes[bytes.size() / 2] ^= 1;
  write_file(path("story.blm"), bytes);
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 1);
  EXPECT_THAT(shown.output, HasSubstr("DAMAGED"));
  EXPECT_THAT(shown.errors, HasSubstr("story.blm: 1 segments are damaged; copy it again"));
}

TEST_F(CommandInspect, SaysWhatIsNoModel) {
  expect_failure(barellama({"inspect", path("absent.blm")}), 1, "absent.blm");
  expect_failure(barellama({"inspect", path("story.bin")}), 1,
                 "story.bin: is a llama2.c checkpoint, not a .blm model");
  expect_failure(barellama({"inspect", folder_.path()}), 1, folder_.path());
  write_file(path("empty.blm"), "");
  expect_failure(barellama({"inspect", path("empty.blm")}), 1, "empty.blm: ");
}

TEST_F(CommandInspect, ShowsWhatTheProgramDoesNotKnow) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::string plain = read_file(path("story.blm"));
  const auto change = [&](auto edit) {
    std::string text = plain;
    const auto bytes = std::as_writable_bytes(std::span(text));
    edit(bytes);
    fakes::mend_crcs(bytes);
    write_file(path("story.blm"), text);
  };
  const size_t tensors = llama::kHeaderBytes +
                         base::load_le32(std::as_bytes(std::span(plain)), llama::kAtSegmentCount) *
                             size_t{llama::kSegmentEntryBytes};
  change([&](std::span<std::byte> bytes) {
    const uint32_t values = base::load_le32(bytes, llama::kAtValueBytes);
    base::store_le32(bytes, llama::kAtValueBytes, values + llama::kValueHeaderBytes);
    const auto value = bytes.subspan(llama::kAtValues + values);
    base::store_le16(value, llama::kValueTag, 900);
    value[llama::kValueType] = static_cast<std::byte>(llama::ValueType::kU64);
    base::store_le32(bytes, tensors + 2 * llama::kTensorEntryBytes + llama::kTensorFlags, 1 << 20);
  });
  const Outcome shown = barellama({"inspect", path("story.blm")});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output,
              HasSubstr("not known       value 900 of the configuration, 0 of type 4"));
  EXPECT_THAT(shown.output, HasSubstr("not known       flags 00100000 of wq, layer 0"));
  EXPECT_EQ(run({"-n", "2", "-p", "a"}).exit_code, 0);
  // A later one of the experts' models can be looked at, and says why it cannot run.
  change([&](std::span<std::byte> bytes) {
    const uint32_t values = base::load_le32(bytes, llama::kAtValueBytes);
    base::store_le32(bytes, llama::kAtValueBytes, values + llama::kValueHeaderBytes + 4);
    const auto value = bytes.subspan(llama::kAtValues + values);
    base::store_le16(value, llama::kValueTag, 18);
    value[llama::kValueType] = static_cast<std::byte>(llama::ValueType::kU32);
    base::store_le32(value, llama::kValueCount, 1);
    base::store_le32(value, llama::kValueHeaderBytes, 1);
  });
  const Outcome mixture = barellama({"inspect", path("story.blm")});
  EXPECT_THAT(mixture.output, HasSubstr("experts         1"));
  EXPECT_THAT(mixture.output, HasSubstr("the model is a mixture of 1 experts"));
  expect_failure(run({"-p", "a"}), 1, "the model is a mixture of 1 experts");
}

TEST_F(CommandInspect, ListsTensorsForPrograms) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome outcome = barellama({"inspect", path("story.blm"), "--tensors", "--csv"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              StartsWith("layer,tensor,expert,type,rows,columns,tiles,weights,bytes,offset\n"));
  EXPECT_THAT(outcome.output, HasSubstr("\n1,w2,0,q8_0,"));
  const auto lines = std::ranges::count(outcome.output, '\n');
  EXPECT_THAT(barellama({"inspect", path("story.blm")}).output,
              HasSubstr(std::to_string(lines - 1) + " tensors"));
  expect_failure(barellama({"inspect", path("story.blm"), "--csv"}), 2, "--csv requires --tensors");
}

}  // namespace
}  // namespace host
