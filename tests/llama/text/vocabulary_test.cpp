#include "llama/text/vocabulary.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "host-tools/model/tokenizer_builder.h"
#include "llama/text/tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

using base::ErrorCode;
using Segment = std::vector<std::byte>;

host::VocabularySource small_source() {
  return make_vocabulary({{" ", -1}, {"t", -2}, {"he", -3.5f}, {"the", -4}, {"\u00e9", -5}});
}

Segment small_segment() { return host::build_tokenizer_segment(small_source()).value(); }

VocabularyHeader header_of(const Segment& segment) {
  return VocabularyHeader::load(segment).value();
}

TEST(Vocabulary, ShowsWhatWasBuilt) {
  const Segment segment = small_segment();
  const auto vocabulary = Vocabulary::open(segment);
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().text();
  EXPECT_EQ(vocabulary->size(), 264u);
  EXPECT_EQ(vocabulary->bos(), 1);
  EXPECT_EQ(vocabulary->eos(), 2);
  EXPECT_EQ(vocabulary->unknown(), 0);
  EXPECT_TRUE(vocabulary->has_space_before_text());
  EXPECT_EQ(vocabulary->piece(1), "<s>");
  EXPECT_EQ(vocabulary->type(1), TokenType::kControl);
  EXPECT_EQ(vocabulary->piece(byte_id(0)), std::string_view("\0", 1));
  EXPECT_EQ(vocabulary->type(byte_id(255)), TokenType::kByte);
  EXPECT_EQ(vocabulary->piece(262), "the");
  EXPECT_EQ(vocabulary->score(261), -3.5f);
  EXPECT_EQ(vocabulary->byte_token(0x0a), byte_id(0x0a));
}

TEST(Vocabulary, FindsEachPieceAndNothingElse) {
  const Segment segment = small_segment();
  const auto vocabulary = Vocabulary::open(segment).value();
  for (int32_t token = kFirstPiece; token < 264; ++token) {
    EXPECT_EQ(vocabulary.find(vocabulary.piece(token)), token);
  }
  for (const char* text : {"", "h", "th", "thee", "x", "<s>", "<unk>", "\n", "\xff", "\xc3"}) {
    EXPECT_EQ(vocabulary.find(text), -1) << text;
  }
}

TEST(Vocabulary, IgnoresPaddingBehindItsTables) {
  Segment segment = small_segment();
  segment.resize(segment.size() + 4096, std::byte{0xee});
  EXPECT_TRUE(Vocabulary::open(segment).ok());
}

TEST(Vocabulary, IsRefusedWhenItIsCutAnywhere) {
  const Segment segment = small_segment();
  for (size_t size = 0; size < segment.size(); ++size) {
    // A vector of its own, so that a read beyond the end is seen.
    const Segment cut(segment.begin(), segment.begin() + static_cast<ptrdiff_t>(size));
    ASSERT_EQ(Vocabulary::open(cut).status().code(), ErrorCode::kCorrupt) << size;
  }
}

// With two end tokens and an added one: the list of further tables is at tables_at().
Segment segment_with_tables() {
  host::VocabularySource source = small_source();
  source.more_ends = {260, 262};
  source.found = {{.id = 261, .flags = kFoundSpecial | kFoundLeftSpace, .text = "x"}};
  return host::build_tokenizer_segment(source).value();
}

TEST(Vocabulary, HasSeveralTokensThatEndAText) {
  const Segment segment = segment_with_tables();
  const auto vocabulary = Vocabulary::open(segment).value();
  EXPECT_EQ(vocabulary.more_ends(), 2u);
  for (int32_t token = -1; token < 264; ++token) {
    EXPECT_EQ(vocabulary.is_end(token), token == 2 || token == 260 || token == 262) << token;
  }
  const Segment plain = small_segment();
  EXPECT_EQ(Vocabulary::open(plain)->more_ends(), 0u);
  EXPECT_TRUE(Vocabulary::open(plain)->is_end(2));
  EXPECT_FALSE(Vocabulary::open(plain)->is_end(260));
}

TEST(Vocabulary, PassesOverTablesUnlessTheyMustBeKnown) {
  Segment segment = segment_with_tables();
  const size_t second = header_of(segment).tables_at() + VocabularyHeader::kTableEntryBytes;
  base::store_le16(segment, second, 900);
  EXPECT_TRUE(Vocabulary::open(segment).ok());
  EXPECT_TRUE(Vocabulary::open(segment)->is_end(262));
  base::store_le16(segment, second + 2, VocabularyHeader::kTableMustBeKnown);
  const auto refused = Vocabulary::open(segment);
  EXPECT_EQ(refused.status().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(refused.status().number(0), 900u);
}

TEST(Vocabulary, RefusesTablesThatLeaveItOrNameNoTokens) {
  const Segment good = segment_with_tables();
  const size_t list = header_of(good).tables_at();
  const auto code_with = [&](size_t at, uint32_t value) {
    Segment segment = good;
    base::store_le32(segment, at, value);
    return Vocabulary::open(segment).status().code();
  };
  EXPECT_EQ(code_with(list + 4, 0), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(list + 4, UINT32_MAX - 3), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(list + 8, UINT32_MAX), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(list + 8, 3), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(48, 3), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(48, UINT32_MAX), ErrorCode::kCorrupt);
  EXPECT_EQ(code_with(list + 2 * VocabularyHeader::kTableEntryBytes, 264), ErrorCode::kCorrupt);
  // The same kind twice.
  Segment twice = good;
  base::store_le16(twice, list + VocabularyHeader::kTableEntryBytes, 1);
  EXPECT_EQ(Vocabulary::open(twice).status().code(), ErrorCode::kCorrupt);
}

TEST(Vocabulary, TellsAnotherVersionOrKindFromDamage) {
  Segment segment = small_segment();
  segment[4] = std::byte{2};
  EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kUnsupported);
  segment = small_segment();
  for (const unsigned kind : {0u, 2u, 3u}) {
    segment[6] = static_cast<std::byte>(kind);
    EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kUnsupported) << kind;
  }
  segment = small_segment();
  segment[12] = std::byte{2};
  EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kUnsupported) << "flags";
  segment = small_segment();
  segment[0] = std::byte{0};
  EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kCorrupt);
}

// One field of the small segment with a value that it must not have.
struct Damage {
  const char* what;
  uint32_t (*place)(const VocabularyHeader&);
  uint32_t value;
};

TEST(Vocabulary, IsRefusedForEachKindOfDamage) {
  const Damage damages[] = {
      {"the end", [](const auto&) { return 8u; }, 1},
      {"no token", [](const auto&) { return 16u; }, 0},
      {"too many tokens", [](const auto&) { return 16u; }, 0xffffffff},
      {"more lookups than tokens", [](const auto&) { return 20u; }, 265},
      {"too many piece bytes", [](const auto&) { return 24u; }, 0xfffffff0},
      {"BOS out of range", [](const auto&) { return 28u; }, 264},
      {"EOS below -1", [](const auto&) { return 32u; }, 0xfffffffe},
      {"unknown out of range", [](const auto&) { return 36u; }, 0x7fffffff},
      {"merges of SentencePiece", [](const auto&) { return 44u; }, 1},
      {"a byte out of range", [](const auto& h) { return h.byte_tokens_at() + 40; }, 264},
      {"a byte of another", [](const auto& h) { return h.byte_tokens_at() + 40; }, 3},
      {"a byte of a piece", [](const auto& h) { return h.byte_tokens_at() + 40; }, 260},
      {"pieces from 1 on", [](const auto& h) { return h.offsets_at(); }, 1},
      {"an offset falls", [](const auto& h) { return h.offsets_at() + 4 * 260; }, 3},
      {"an offset beyond", [](const auto& h) { return h.offsets_at() + 4 * 260; }, 0xfffffff0},
      {"the last offset", [](const auto& h) { return h.offsets_at() + 4 * 264; }, 0},
      {"a score is NaN", [](const auto& h) { return h.scores_at() + 4 * 260; }, 0x7fc00000},
      {"a score is infinite", [](const auto& h) { return h.scores_at(); }, 0xff800000},
      {"a lookup out of range", [](const auto& h) { return h.lookup_at() + 4; }, 264},
      {"a lookup of a control", [](const auto& h) { return h.lookup_at(); }, 1},
      {"a lookup twice", [](const auto& h) { return h.lookup_at() + 4; }, 259},
      {"a lookup not sorted", [](const auto& h) { return h.lookup_at(); }, 263},
      {"types of 0 and 7", [](const auto& h) { return h.types_at(); }, 0x07000202},
  };
  for (const Damage& damage : damages) {
    Segment segment = small_segment();
    base::store_le32(segment, damage.place(header_of(segment)), damage.value);
    EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kCorrupt) << damage.what;
  }
}

host::VocabularySource byte_level_source() {
  auto source = make_byte_level(WordRules::kLlama3,
                                {{"t", "h"}, {"th", "e"}, {"h", "e"}, {"t", "he"}, {" ", "the"}});
  source.whole_words_first = true;
  return source;
}

Segment byte_level_segment() { return host::build_tokenizer_segment(byte_level_source()).value(); }

TEST(Vocabulary, ShowsByteLevelAsItWasBuilt) {
  const Segment segment = byte_level_segment();
  const auto vocabulary = Vocabulary::open(segment);
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().text();
  EXPECT_EQ(vocabulary->kind(), TokenizerKind::kByteLevel);
  EXPECT_EQ(vocabulary->word_rules(), WordRules::kLlama3);
  EXPECT_TRUE(vocabulary->has_whole_words_first());
  EXPECT_TRUE(vocabulary->has_bos_before_text());
  EXPECT_FALSE(vocabulary->has_space_before_text());
  EXPECT_EQ(vocabulary->merge_count(), 5u);
  EXPECT_EQ(vocabulary->byte_token(0xff), 0xff);
  EXPECT_EQ(vocabulary->find(" the"), 259);
  EXPECT_EQ(vocabulary->find("<|begin_of_text|>"), -1);
  EXPECT_EQ(vocabulary->piece(vocabulary->bos()), "<|begin_of_text|>");
}

TEST(Vocabulary, FindsEachMergeAndNoOther) {
  const Segment segment = byte_level_segment();
  const auto vocabulary = Vocabulary::open(segment).value();
  for (const Merge& expected : byte_level_source().merges) {
    const int32_t place = vocabulary.find_merge(expected.left, expected.right);
    ASSERT_GE(place, 0);
    EXPECT_EQ(vocabulary.merge(place).result, expected.result);
    EXPECT_EQ(vocabulary.merge(place).rank, expected.rank);
  }
  EXPECT_EQ(vocabulary.find_merge('h', 't'), -1);
  EXPECT_EQ(vocabulary.find_merge('t', 't'), -1);
  EXPECT_EQ(vocabulary.find_merge('e', 'h'), -1);
  EXPECT_EQ(vocabulary.find_merge(255, 255), -1);
}

TEST(Vocabulary, IsRefusedForEachKindOfDamageOfByteLevel) {
  const Damage damages[] = {
      {"too many merges", [](const auto&) { return 44u; }, (1u << 22) + 1},
      {"one merge more", [](const auto&) { return 44u; }, 6},
      {"a byte of another", [](const auto& h) { return h.byte_tokens_at() + 40; }, 3},
      {"left out of range", [](const auto& h) { return h.merges_at(); }, 262},
      {"left below 0", [](const auto& h) { return h.merges_at(); }, 0xffffffff},
      {"right of a control", [](const auto& h) { return h.merges_at() + 4; }, 261},
      {"a result out of range", [](const auto& h) { return h.merges_at() + 8; }, 0x7fffffff},
      {"a result of other bytes", [](const auto& h) { return h.merges_at() + 8; }, 256},
      {"not sorted by left", [](const auto& h) { return h.merges_at() + 16; }, 3},
      {"not sorted by right", [](const auto& h) { return h.merges_at() + 16 * 2 + 4; }, 258},
  };
  for (const Damage& damage : damages) {
    Segment segment = byte_level_segment();
    ASSERT_TRUE(Vocabulary::open(segment).ok());
    base::store_le32(segment, damage.place(header_of(segment)), damage.value);
    EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kCorrupt) << damage.what;
  }
}

TEST(Vocabulary, TellsOtherWordRulesAndFlagsFromDamage) {
  for (const uint32_t rules : {0u, 5u, 6u, 0x10001u}) {
    Segment segment = byte_level_segment();
    base::store_le32(segment, 40, rules);
    EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kUnsupported) << rules;
  }
  for (const uint32_t flags : {1u, 8u}) {
    Segment segment = byte_level_segment();
    base::store_le32(segment, 12, flags);
    EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kUnsupported) << flags;
  }
}

TEST(Vocabulary, NeedsAnUnknownTokenWhereBytesAreMissing) {
  Segment segment = small_segment();
  base::store_le32(segment, header_of(segment).byte_tokens_at(), 0xffffffff);
  ASSERT_TRUE(Vocabulary::open(segment).ok());
  EXPECT_EQ(Vocabulary::open(segment)->byte_token(0), -1);
  base::store_le32(segment, 36, 0xffffffff);
  EXPECT_EQ(Vocabulary::open(segment).status().code(), ErrorCode::kCorrupt);
}

// Whatever a damaged segment holds: it is refused, or all that can be asked of it stays within it.
// The sanitizers see it if not.
void damage_and_use(const Segment& whole) {
  std::mt19937 random(11);
  int opened = 0;
  alignas(base::Arena::kAlignment) std::array<std::byte, 4096> memory;
  for (int round = 0; round < 20000; ++round) {
    Segment segment = whole;
    for (auto n = 1 + random() % 4; n > 0; --n) {
      segment[random() % segment.size()] = static_cast<std::byte>(random());
    }
    if (random() % 4 == 0) segment.resize(random() % segment.size());
    const auto tokenizer = Tokenizer::open(segment);
    if (!tokenizer.ok()) continue;
    ++opened;
    base::Arena arena(memory);
    std::array<int32_t, 32> ids;
    const auto encoded = tokenizer->encode("the \u00e9t\xff he", AddBos::kYes, arena, ids);
    ASSERT_TRUE(encoded.ok());
    for (const int32_t id : *encoded) {
      ASSERT_LE(tokenizer->decode(-1, id).size(), segment.size());
    }
  }
  // Of 20000; there is hardly a bit that isn't checked.
  EXPECT_GT(opened, 30);
  EXPECT_LT(opened, 19900);
}

TEST(Vocabulary, StaysWithinItsBoundsWhateverIsDamaged) {
  damage_and_use(small_segment());
  damage_and_use(byte_level_segment());
}

}  // namespace
}  // namespace llama
