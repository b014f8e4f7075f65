// Names as they are on cards.
#include <algorithm>

#include "base/bytes.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

const CardImage::Shape kSmall{.fat_bits = 12, .volume_bytes = 800 << 10, .options = {}};

std::vector<std::string> names_in(FatVolume& volume, std::string_view path) {
  std::vector<std::string> names;
  auto folder = volume.find(path);
  EXPECT_OK(folder);
  if (!folder.ok()) return names;
  auto reader = volume.open_folder(*folder);
  EXPECT_OK(reader);
  FileInfo info;
  for (;;) {
    auto is_there = reader->next(info);
    EXPECT_OK(is_there);
    if (!is_there.ok() || !*is_there) return names;
    names.emplace_back(info.name());
  }
}

// Where `pattern` is in the image; it must be there once.
size_t place_of(const Bytes& image, std::string_view pattern) {
  const auto bytes = std::as_bytes(std::span(pattern.data(), pattern.size()));
  const auto at = std::search(image.begin(), image.end(), bytes.begin(), bytes.end());
  EXPECT_NE(at, image.end()) << pattern;
  return static_cast<size_t>(at - image.begin());
}

TEST(FatNames, OfManyScriptsAreFound) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  const std::vector<std::string> names = {"grüße aus köln.txt",
                                          "рассказ о лисе.txt",
                                          "ιστορία.md",
                                          "日本語の物語.bin",
                                          "קצר.txt",
                                          "a name with 'single' dots... and more.text"};
  for (size_t i = 0; i < names.size(); ++i) {
    std::string quoted = names[i];
    for (size_t at = 0; (at = quoted.find('\'', at)) != std::string::npos; at += 4) {
      quoted.replace(at, 1, "'\\''");
    }
    image.put(quoted, make_bytes(i + 1, 1));
  }
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, "/"), names);
  for (size_t i = 0; i < names.size(); ++i) {
    auto file = volume->find(names[i]);
    ASSERT_OK(file);
    EXPECT_EQ(file->size, i + 1) << names[i];
    EXPECT_EQ(file->name(), names[i]);
  }
}

TEST(FatNames, WithCharactersBeyondTheBasicPlaneAreFound) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  // The copying tool cannot write such a name; the two units of a fox replace two squares.
  image.put("□■.txt", make_bytes(5, 1));
  const size_t place = place_of(image.whole(), std::string_view("A\xa1\x25\xa0\x25", 5));
  image.write(place + 1, {std::byte{0x3e}, std::byte{0xd8}, std::byte{0x8a}, std::byte{0xdd}});
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), std::vector<std::string>{"\U0001F98A.txt"});
  EXPECT_OK(volume->find("\U0001F98A.TXT"));
}

TEST(FatNames, MatchInEitherCaseByLongAndByShortName) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.put("Barellama.ini", make_bytes(3, 1));
  image.put("lower.txt", make_bytes(4, 1));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  for (const char* name : {"Barellama.ini", "BARELLAMA.INI", "barell~1.ini", "/BARELL~1.INI"}) {
    auto file = volume->find(name);
    ASSERT_OK(file);
    EXPECT_EQ(file->name(), "Barellama.ini");
    EXPECT_EQ(file->size, 3u);
  }
  auto lower = volume->find("LOWER.TXT");
  ASSERT_OK(lower);
  EXPECT_EQ(lower->name(), "lower.txt");
  EXPECT_EQ(volume->find("STORIES").status().code(), base::ErrorCode::kNotFound)
      << "the label is not a file";
}

TEST(FatNames, OfDeletedFilesAreGone) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.put("first long name.txt", make_bytes(1, 1));
  image.put("second long name.txt", make_bytes(2, 1));
  image.put("third long name.txt", make_bytes(3, 1));
  image.mtools("mdel {image} '::/second long name.txt'");
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""),
            (std::vector<std::string>{"first long name.txt", "third long name.txt"}));
}

TEST(FatNames, FallBackToTheShortOneWhenTheLongOneIsAnOrphan) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.put("a long name.txt", make_bytes(1, 1));
  // What a system without long names does when it renames.
  const size_t place = place_of(image.whole(), "ALONGN~1TXT");
  image.write(place, {std::byte{'B'}});
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), std::vector<std::string>{"BLONGN~1.TXT"});
  EXPECT_EQ(volume->find("a long name.txt").status().code(), base::ErrorCode::kNotFound);
}

TEST(FatNames, BelongToOneEntryOnly) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.put("a long name.txt", make_bytes(1, 1));
  image.put("B.TXT", make_bytes(1, 1));
  // A second entry with the first one's short name, and so its checksum.
  const size_t place = place_of(image.whole(), "B       TXT");
  image.write(place, image.read(place_of(image.whole(), "ALONGN~1TXT"), 11));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), (std::vector<std::string>{"a long name.txt", "ALONGN~1.TXT"}));
}

TEST(FatNames, BehindTheEndMarkAreNone) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.put("A.TXT", make_bytes(1, 1));
  image.put("B.TXT", make_bytes(1, 1));
  image.put("C.TXT", make_bytes(1, 1));
  image.write(place_of(image.whole(), "B       TXT"), {std::byte{0}});
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), std::vector<std::string>{"A.TXT"});
}

TEST(FatNames, InDeepFoldersAreFound) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  std::string path;
  for (int depth = 1; depth <= 20; ++depth) {
    path += "folder " + std::to_string(depth);
    image.make_folder(path);
    path += "/";
  }
  image.put(path + "bottom.txt", make_bytes(700, 1));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("//" + path + "/bottom.txt");
  ASSERT_OK(file);
  EXPECT_EQ(read_by_extents(device, *volume, *file), make_bytes(700, 1));
  EXPECT_EQ(names_in(*volume, path), std::vector<std::string>{"bottom.txt"});
  EXPECT_EQ(volume->find("folder 1/..").status().code(), base::ErrorCode::kNotFound);
}

TEST(FatNames, OfTheGreatestLengthAreFound) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  const std::string name(251, 'n');
  // The host's own limit is 255 bytes, so that only ASCII reaches FAT's.
  image.put(name + ".txt", make_bytes(2, 1));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), std::vector<std::string>{name + ".txt"});
  EXPECT_OK(volume->find(name + ".TXT"));
  EXPECT_EQ(volume->find(name + "n.txt").status().code(), base::ErrorCode::kNotFound);
}

TEST(FatLabel, IsNoFile) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(kSmall);
  image.mtools("mlabel {image} ::tales");
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(names_in(*volume, ""), std::vector<std::string>());
  EXPECT_EQ(volume->find("TALES").status().code(), base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pi::testing
