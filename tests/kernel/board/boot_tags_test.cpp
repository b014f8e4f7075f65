#include "kernel/board/boot_tags.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace kernel {
namespace {

constexpr uint32_t kCore = 0x54410001;
constexpr uint32_t kMemory = 0x54410002;
constexpr uint32_t kInitrd2 = 0x54420005;
constexpr uint32_t kCommandLine = 0x54410009;

using Words = std::vector<uint32_t>;

void add(Words& list, uint32_t id, const Words& payload) {
  list.push_back(static_cast<uint32_t>(2 + payload.size()));
  list.push_back(id);
  list.insert(list.end(), payload.begin(), payload.end());
}

void add_command_line(Words& list, const std::string& text) {
  Words payload(text.size() / 4 + 1);
  std::memcpy(payload.data(), text.c_str(), text.size() + 1);
  add(list, kCommandLine, payload);
}

Words begun() {
  Words list;
  add(list, kCore, {0, 0, 0});
  return list;
}

void end(Words& list) { list.insert(list.end(), {0, 0, 0xdeadbeef, 0xdeadbeef}); }

TEST(BootTags, FindsWhatQemuAndFirmwareWrite) {
  Words list = begun();
  add(list, kMemory, {0x1c000000, 0});
  add(list, kInitrd2, {0x2000000, 12345});
  add_command_line(list, "console=ttyAMA0 x");
  end(list);
  const BootTags tags = read_boot_tags(list);
  EXPECT_EQ(tags.command_line, "console=ttyAMA0 x");
  EXPECT_EQ(tags.memory_bytes, 0x1c000000u);
  ASSERT_TRUE(tags.ram_disk.has_value());
  EXPECT_EQ(tags.ram_disk->address, 0x2000000u);
  EXPECT_EQ(tags.ram_disk->size, 12345u);
}

TEST(BootTags, TakesACoreTagWithoutContent) {
  Words list = {2, kCore};
  add_command_line(list, "a");
  end(list);
  EXPECT_EQ(read_boot_tags(list).command_line, "a");
}

TEST(BootTags, FindsNothingWhereNoListIs) {
  EXPECT_TRUE(read_boot_tags({}).command_line.empty());
  EXPECT_TRUE(read_boot_tags(Words(100, 0)).command_line.empty());
  Words tree = {0xedfe0dd0, 0x1000};  // a device tree
  add_command_line(tree, "a");
  EXPECT_TRUE(read_boot_tags(tree).command_line.empty());
}

TEST(BootTags, StopsAtBrokenSizes) {
  for (const uint32_t size : {0u, 1u, 1000u, 0xffffffffu}) {
    Words list = begun();
    add(list, kMemory, {1, 2});
    list[5] = size;
    add_command_line(list, "lost");
    end(list);
    EXPECT_TRUE(read_boot_tags(list).command_line.empty()) << size;
  }
}

TEST(BootTags, StaysWithinMemoryWhereverItEnds) {
  Words list = begun();
  add(list, kInitrd2, {0x2000000, 1});
  add_command_line(list, "abcdefg");
  for (size_t size = 0; size <= list.size(); ++size) {
    const Words cut(list.begin(), list.begin() + static_cast<long>(size));
    const BootTags tags = read_boot_tags(cut);
    EXPECT_EQ(tags.command_line, size == list.size() ? "abcdefg" : "") << size;
  }
}

TEST(BootTags, EndsTextThatIsNotTerminatedWithItsTag) {
  Words list = begun();
  add(list, kCommandLine, {0x64636261});
  add(list, kMemory, {0x41414141, 0});
  end(list);
  EXPECT_EQ(read_boot_tags(list).command_line, "abcd");
}

TEST(BootTags, IgnoresEmptyRamDisksAndShortTags) {
  Words list = begun();
  add(list, kInitrd2, {0x2000000, 0});
  add(list, kInitrd2, {0x2000000});
  add(list, kMemory, {1});
  end(list);
  const BootTags tags = read_boot_tags(list);
  EXPECT_FALSE(tags.ram_disk.has_value());
  EXPECT_FALSE(tags.memory_bytes.has_value());
}

TEST(BootTags, ReadsWhatItWrote) {
  std::array<uint32_t, 64> room;
  room.fill(0xffffffff);
  // A text of each length modulo 4, since its end is padded.
  for (const std::string text : {"", "a", "ab", "abc", "abcd", "barellama.seed=7 x=y"}) {
    BootTags written;
    written.command_line = text;
    written.memory_bytes = 0x1f000000;
    written.ram_disk = RamDiskRange{0x1e000000, 12345};
    const auto list = write_boot_tags(written, room);
    ASSERT_TRUE(list.ok());
    const BootTags tags = read_boot_tags(*list);
    EXPECT_EQ(tags.command_line, text);
    EXPECT_EQ(tags.memory_bytes, 0x1f000000u);
    ASSERT_TRUE(tags.ram_disk.has_value());
    EXPECT_EQ(tags.ram_disk->address, 0x1e000000u);
    EXPECT_EQ(tags.ram_disk->size, 12345u);
  }
}

TEST(BootTags, WritesOnlyWhatThereIs) {
  std::array<uint32_t, 64> room;
  const auto list = write_boot_tags({}, room);
  ASSERT_TRUE(list.ok());
  const BootTags tags = read_boot_tags(*list);
  EXPECT_EQ(tags.command_line, "");
  EXPECT_FALSE(tags.memory_bytes.has_value());
  EXPECT_FALSE(tags.ram_disk.has_value());
  EXPECT_EQ(list->size(), 5u + 2u);
}

TEST(BootTags, RefusesACommandLineThatDoesNotFit) {
  std::array<uint32_t, 64> room;
  BootTags tags;
  const std::string text(4 * room.size(), 'x');
  size_t longest = 0;
  for (size_t size = 1; size <= text.size(); ++size) {
    tags.command_line = std::string_view(text).substr(0, size);
    const auto list = write_boot_tags(tags, room);
    if (!list.ok()) {
      EXPECT_EQ(list.status().code(), base::ErrorCode::kOutOfRange);
      continue;
    }
    longest = size;
    EXPECT_EQ(read_boot_tags(*list).command_line.size(), size);
  }
  // All words but 5 of CORE, 4 of MEM, 4 of INITRD2, 2 of the end and 2 of CMDLINE; a zero byte.
  EXPECT_EQ(longest, 4 * (room.size() - 17) - 1);
}

}  // namespace
}  // namespace kernel
