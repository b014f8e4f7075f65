// Whatever is in the slot: a message that says what to do, a prompt that is alive, and a story as
// soon as a good card comes.
#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using fakes::Bytes;
using testing::HasSubstr;
using testing::Not;

class BadCard : public ConsoleTest {
 protected:
  void insert_model(const Bytes& bytes) {
    insert({{"barellama.ini", fakes::to_bytes("steps = 20\nseed = 3\nprompt = a b\n")},
            {"tales.blm", bytes}});
  }

  // The start tells nothing but `message`; typing tells nothing either; a good card does.
  void expect_refused(const std::string& message) {
    const std::string console = console_.start();
    EXPECT_THAT(console, HasSubstr("error: "));
    EXPECT_THAT(console, HasSubstr(message));
    EXPECT_THAT(console, Not(HasSubstr("first after")));
    const std::string again = console_.say("a b");
    EXPECT_THAT(again, HasSubstr("error: "));
    EXPECT_THAT(again, Not(HasSubstr("first after")));
    EXPECT_TRUE(fakes::is_alive(console_, machine_));
    expect_story_from_a_good_card();
  }

  // Without /reload: what failed is looked for again.
  void expect_story_from_a_good_card() {
    console_.say("/set steps 20");
    console_.say("/set seed 3");
    insert_with_ini("");
    const std::string console = console_.say("a b");
    EXPECT_THAT(console, HasSubstr("model: tales.blm"));
    EXPECT_THAT(
        console,
        HasSubstr("\n" + told("a b", 20, {.temperature = 0.8f, .top_p = 0.9f, .seed = 3}) + "\n["));
  }
};

TEST_F(BadCard, ThatIsNotThere) { expect_refused("card: there is no card in the slot"); }

TEST_F(BadCard, WithNothingOnIt) {
  insert_image(Bytes(1 << 20));
  expect_refused("neither a FAT partition nor a FAT file system; format it as FAT32");
}

TEST_F(BadCard, WithNoiseOnIt) {
  insert_image(pi::testing::make_bytes(1 << 20, 5));
  expect_refused("format it as FAT32");
}

TEST_F(BadCard, OfNoBlockAtAll) {
  insert_image(Bytes(100));
  expect_refused("card: ");
}

TEST_F(BadCard, WithNtfs) {
  Bytes image(1 << 20);
  std::memcpy(image.data() + 3, "NTFS    ", 8);
  insert_image(image);
  expect_refused("the card is NTFS; format it as FAT32");
}

TEST_F(BadCard, WithExfatInAPartition) {
  Bytes image(1 << 20);
  std::memcpy(image.data() + 64 * 512 + 3, "EXFAT   ", 8);
  const pi::testing::PartitionEntry entry{.first_block = 64, .block_count = 1000};
  pi::testing::set_partition_table(image, std::span(&entry, 1));
  insert_image(image);
  expect_refused("partition 1 is exFAT; format it as FAT32");
}

TEST_F(BadCard, WithLinuxFiles) {
  Bytes image(1 << 20);
  base::store_le16(image, 1024 + 56, 0xef53);
  insert_image(image);
  expect_refused("the card is ext (Linux); format it as FAT32");
}

TEST_F(BadCard, WithoutAModel) {
  insert({{"readme.txt", Bytes(10)}});
  expect_refused("the card has no model: copy a .blm file into its root folder");
}

TEST_F(BadCard, WithoutTheModelThatTheSettingsName) {
  insert({{"barellama.ini", fakes::to_bytes("model = tales.blm\n")},
          {"other.blm", model()},
          {"more.blm", Bytes(2'000'000)}});
  expect_refused("error: tales.blm: ");
  EXPECT_THAT(machine_.console(), HasSubstr("models on the card:\n  other.blm "));
  EXPECT_THAT(machine_.console(), HasSubstr("  more.blm                              2.0 MB\n"));
}

TEST_F(BadCard, WithAnEmptyModel) {
  insert_model({});
  expect_refused("tales.blm: ");
}

TEST_F(BadCard, WithAModelCutAnywhere) {
  for (const double share : {0.001, 0.02, 0.3, 0.7, 0.999}) {
    SCOPED_TRACE(share);
    Bytes bytes = model();
    bytes.resize(static_cast<size_t>(share * static_cast<double>(bytes.size())));
    insert_model(bytes);
    expect_refused("truncated; copy it again");
  }
}

TEST_F(BadCard, WithAnotherFileInTheModelsName) {
  Bytes bytes = model();
  std::memcpy(bytes.data(), "GGUF", 4);
  insert_model(bytes);
  expect_refused("tales.blm: this is not a .blm model file (it begins with 46554747)");
}

TEST_F(BadCard, WithAModelOfAnotherVersion) {
  Bytes bytes = model();
  base::store_le32(bytes, 4, 1);
  insert_model(bytes);
  expect_refused(
      "the model file has version 1, and this program reads version 2: convert the model");
}

TEST_F(BadCard, WithADamagedHeaderOrDirectory) {
  for (const size_t at : {size_t{64}, size_t{200}, size_t{4000}, size_t{4096 + 5}}) {
    Bytes bytes = model();
    bytes[at] ^= std::byte{0x10};
    insert_model(bytes);
    expect_refused("does not match its CRC");
  }
}

// A story with the memory given: the whole model pinned, or streamed.
class DamagedSegment : public BadCard, public testing::WithParamInterface<const char*> {
 protected:
  static std::vector<llama::Segment> segments() {
    tests::MemorySource source(model());
    tests::AlignedMemory memory(1 << 20);
    base::Arena arena(memory.span());
    const auto file = llama::ModelFile::open(source, arena);
    EXPECT_OK(file);
    return {file->segments().begin(), file->segments().end()};
  }
};

TEST_P(DamagedSegment, TellsNothingAndWhere) {
  const auto all = segments();
  ASSERT_EQ(all.size(), tests::small_config().n_layers + 3u);
  for (size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    // Of the last matrix of a segment; of the embedding, the row of BOS.
    Bytes bytes = model();
    const bool is_matrix = all[i].kind != llama::SegmentKind::kTokenizer;
    const size_t at = all[i].offset + (i == 0 || !is_matrix ? 100 : all[i].bytes / 2);
    bytes[at] ^= std::byte{0x04};
    insert({{"barellama.ini",
             fakes::to_bytes(std::string("steps = 20\nseed = 3\nprompt = a b\n") + GetParam())},
            {"tales.blm", bytes}});
    const std::string console = console_.start();
    const std::string layer = " of layer " + std::to_string(i - 1);
    const std::string what = i == 0                                      ? "token_embedding"
                             : all[i].kind == llama::SegmentKind::kLayer ? layer
                             : is_matrix                                 ? "classifier"
                                                                         : "the tokenizer";
    EXPECT_THAT(console, HasSubstr("error: tales.blm: "));
    EXPECT_THAT(console, HasSubstr(what + " does not match its CRC"));
    EXPECT_THAT(console, HasSubstr("copy the model again"));
    EXPECT_THAT(console, Not(HasSubstr("first after")));
    EXPECT_TRUE(fakes::is_alive(console_, machine_));
    console_.say("/set ram_mib 0");
    expect_story_from_a_good_card();
  }
}

INSTANTIATE_TEST_SUITE_P(BadCard, DamagedSegment,
                         testing::Values("ctx = 32\n", "ctx = 32\nram_mib = 0.3\n"),
                         [](const auto& value) {
                           return value.index == 0 ? "Pinned" : "Streamed";
                         });

class LargeModel : public BadCard {
 protected:
  // The number in front of `words`.
  static uint64_t number_before(const std::string& text, const std::string& words) {
    size_t at = text.find(words);
    EXPECT_NE(at, std::string::npos) << text;
    if (at == std::string::npos) return 0;
    const size_t end = at;
    while (at > 0 && std::isdigit(static_cast<unsigned char>(text[at - 1])) != 0) --at;
    return std::stoull(text.substr(at, end - at));
  }
};

TEST_F(LargeModel, IsRefusedWithTheShortfallToTheByte) {
  insert_with_ini("ctx = 48\nprompt = a b\n");
  machine_.set_memory_bytes(100'000);
  const std::string refused = console_.start();
  EXPECT_THAT(refused, HasSubstr("error: tales.blm: the model does not fit: it needs "));
  EXPECT_THAT(refused, HasSubstr("and there are 100000: "));
  EXPECT_THAT(refused, HasSubstr("a smaller ctx needs less"));
  const uint64_t needed = number_before(refused, " bytes of memory, and there are");
  EXPECT_EQ(number_before(refused, " bytes short"), needed - 100'000);

  machine_.set_memory_bytes(needed - 1);
  EXPECT_THAT(console_.say("a b"), HasSubstr(": 1 bytes short"));
  machine_.set_memory_bytes(needed);
  EXPECT_THAT(console_.say("a b"),
              HasSubstr("\n" + told("a b", 20, {.temperature = 0.8f, .top_p = 0.9f, .seed = 3})));
  EXPECT_EQ(number_before(machine_.console(), " MiB in memory"), 0u);
}

TEST_F(LargeModel, IsRefusedHoweverLittleMemoryThereIs) {
  for (const size_t bytes :
       {size_t{0}, size_t{32}, size_t{512}, size_t{5'000}, size_t{20'000}, size_t{60'000}}) {
    SCOPED_TRACE(bytes);
    insert_with_ini("");
    machine_.set_memory_bytes(bytes);
    fakes::Conversation console(machine_);
    EXPECT_THAT(console.start(), HasSubstr(" bytes short"));
    EXPECT_TRUE(fakes::is_alive(console, machine_));
  }
}

TEST_F(LargeModel, IsAcceptedWithASmallerContext) {
  insert_with_ini("ctx = 64\nprompt = a b\n");
  machine_.set_memory_bytes(100'000);
  const uint64_t for_64 = number_before(console_.start(), " bytes of memory, and there are");
  machine_.set_memory_bytes(for_64 - 1);
  console_.say("/set ctx 32");
  EXPECT_THAT(console_.say("a b"), HasSubstr("context 32"));
}

}  // namespace
}  // namespace kernel
