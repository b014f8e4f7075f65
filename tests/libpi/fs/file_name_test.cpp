#include "libpi/fs/file_name.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace pi {
namespace {

using Entry = std::array<std::byte, 32>;

Entry short_entry(const char* name11, uint8_t case_flags = 0) {
  Entry entry{};
  std::memcpy(entry.data(), name11, 11);
  entry[12] = std::byte{case_flags};
  return entry;
}

// The checksum of a short name as the specification gives it, written independently.
uint8_t checksum_of(const Entry& entry) {
  uint8_t sum = 0;
  for (size_t i = 0; i < 11; ++i) {
    sum = static_cast<uint8_t>((sum << 7 | sum >> 1) + std::to_integer<uint8_t>(entry[i]));
  }
  return sum;
}

Entry long_entry(uint8_t order, const std::u16string& units, uint8_t checksum) {
  constexpr size_t kPlaces[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
  Entry entry{};
  entry[0] = std::byte{order};
  entry[11] = std::byte{0x0f};
  entry[13] = std::byte{checksum};
  for (size_t i = 0; i < 13; ++i) {
    const uint16_t unit = i < units.size() ? units[i] : i == units.size() ? 0 : 0xffff;
    entry[kPlaces[i]] = static_cast<std::byte>(unit);
    entry[kPlaces[i] + 1] = static_cast<std::byte>(unit >> 8);
  }
  return entry;
}

template <typename Print>
std::string printed(Print print) {
  char text[kMaxNameBytes];
  base::TextBuffer buffer(text);
  print(buffer);
  return std::string(buffer.view());
}

std::string short_name(const char* name11, uint8_t case_flags = 0) {
  return printed(
      [&](base::TextSink& sink) { print_short_name(sink, short_entry(name11, case_flags)); });
}

std::string long_name(const std::u16string& units) {
  LongName name;
  name.add(long_entry(0x41, units, 0));
  return printed([&](base::TextSink& sink) { name.print(sink); });
}

TEST(ShortName, LosesItsPaddingAndGainsADot) {
  EXPECT_EQ(short_name("KERNEL  IMG"), "KERNEL.IMG");
  EXPECT_EQ(short_name("STARTELFBIN"), "STARTELF.BIN");
  EXPECT_EQ(short_name("FOLDER     "), "FOLDER");
  EXPECT_EQ(short_name("A B     C  "), "A B.C");
}

TEST(ShortName, FollowsTheLowerCaseFlagsOfWindowsNt) {
  EXPECT_EQ(short_name("KERNEL7 IMG", 0x08), "kernel7.IMG");
  EXPECT_EQ(short_name("KERNEL7 IMG", 0x10), "KERNEL7.img");
  EXPECT_EQ(short_name("KERNEL7 IMG", 0x18), "kernel7.img");
}

TEST(ShortName, ShowsBytesOfUnknownCodePagesAsReplacements) {
  EXPECT_EQ(short_name("\x8e\x05X     TXT"), "\uFFFD\uFFFDX.TXT");
}

TEST(LongName, BecomesUtf8) {
  EXPECT_EQ(long_name(u"story.blm"), "story.blm");
  EXPECT_EQ(long_name(u"grüße.txt"), "grüße.txt");
  EXPECT_EQ(long_name(u"日本語.bin"), "日本語.bin");
  EXPECT_EQ(long_name(u"fox \U0001F98A.txt"), "fox \U0001F98A.txt");
}

TEST(LongName, ReplacesWhatIsNoText) {
  EXPECT_EQ(long_name({0xd83d, u'a'}), "\uFFFDa") << "a first half alone";
  EXPECT_EQ(long_name({u'a', 0xdc00}), "a\uFFFD") << "a second half alone";
  EXPECT_EQ(long_name({u'a', 0xd83d}), "a\uFFFD") << "a first half at the end";
  EXPECT_EQ(long_name({u'\x1b', u'[', u'/'}), "\uFFFD[\uFFFD") << "what would steer a terminal";
}

TEST(LongName, IsPutTogetherFromItsLastPieceBackwards) {
  const Entry short_one = short_entry("THEQUI~1TXT");
  const uint8_t checksum = checksum_of(short_one);
  LongName name;
  name.add(long_entry(0x42, u"wn fox.txt", checksum));
  EXPECT_FALSE(name.belongs_to(short_one)) << "a piece is missing";
  name.add(long_entry(0x01, u"the quick bro", checksum));
  ASSERT_TRUE(name.belongs_to(short_one));
  EXPECT_EQ(printed([&](base::TextSink& sink) { name.print(sink); }), "the quick brown fox.txt");
  EXPECT_FALSE(name.belongs_to(short_entry("OTHER   TXT")));
  name.clear();
  EXPECT_FALSE(name.belongs_to(short_one));
}

TEST(LongName, OfTheGreatestLengthFits) {
  const Entry short_one = short_entry("A          ");
  const uint8_t checksum = checksum_of(short_one);
  LongName name;
  for (uint8_t piece = 20; piece > 0; --piece) {
    const uint8_t order = static_cast<uint8_t>(piece | (piece == 20 ? 0x40 : 0));
    name.add(long_entry(order, std::u16string(13, u'日'), checksum));
  }
  ASSERT_TRUE(name.belongs_to(short_one));
  EXPECT_EQ(printed([&](base::TextSink& sink) { name.print(sink); }).size(), kMaxNameBytes);
}

TEST(LongName, InDisorderBelongsToNobody) {
  const Entry short_one = short_entry("THEQUI~1TXT");
  const uint8_t checksum = checksum_of(short_one);
  const auto belongs = [&](std::initializer_list<Entry> entries) {
    LongName name;
    for (const Entry& entry : entries) name.add(entry);
    return name.belongs_to(short_one);
  };
  const Entry last = long_entry(0x42, u"wn fox.txt", checksum);
  const Entry first = long_entry(0x01, u"the quick bro", checksum);
  EXPECT_TRUE(belongs({last, first}));
  EXPECT_TRUE(belongs({first, last, first})) << "an orphan in front does no harm";
  EXPECT_FALSE(belongs({first}));
  EXPECT_FALSE(belongs({last, last}));
  EXPECT_FALSE(belongs({first, last}));
  EXPECT_FALSE(belongs({last, long_entry(0x01, u"x", static_cast<uint8_t>(checksum + 1))}));
  EXPECT_FALSE(belongs({long_entry(0x40, u"x", checksum)})) << "piece 0";
  EXPECT_FALSE(belongs({long_entry(0x41, u"", checksum)})) << "an empty name is none";
}

TEST(LongName, OfMorePiecesThanThereCanBeBelongsToNobody) {
  const Entry short_one = short_entry("A          ");
  for (const uint8_t pieces : {uint8_t{21}, uint8_t{63}}) {
    LongName name;
    for (uint8_t piece = pieces; piece > 0; --piece) {
      const uint8_t order = static_cast<uint8_t>(piece | (piece == pieces ? 0x40 : 0));
      name.add(long_entry(order, std::u16string(13, u'x'), checksum_of(short_one)));
    }
    EXPECT_FALSE(name.belongs_to(short_one)) << unsigned{pieces};
  }
}

TEST(Names, AreTheSameInEitherCaseOfAscii) {
  EXPECT_TRUE(is_same_name("KERNEL.img", "kernel.IMG"));
  EXPECT_TRUE(is_same_name("grüße", "GRüßE"));
  EXPECT_FALSE(is_same_name("grüße", "GRÜßE"));
  EXPECT_FALSE(is_same_name("a", "ab"));
  EXPECT_FALSE(is_same_name("[", "{")) << "a letter's neighbour is not a letter";
  EXPECT_FALSE(is_same_name("@", "`"));
}

}  // namespace
}  // namespace pi
