#include "host-tools/support/text_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/failure_of.h"

namespace host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

TEST(TextInput, HasNeitherCarriageReturnsNorByteOrderMarks) {
  EXPECT_EQ(clean_text("\xef\xbb\xbfone\r\ntwo\r\n", "x"), "one\ntwo\n");
  EXPECT_EQ(clean_text("old\rMac\r", "x"), "old\nMac\n");
  EXPECT_EQ(clean_text("a\r\r\nb", "x"), "a\n\nb");
  // Of files that were put together; within a line it is what it was once, a space of no width.
  EXPECT_EQ(clean_text("a\n\xef\xbb\xbf"
                       "b\xef\xbb\xbf"
                       "c",
                       "x"),
            "a\nb\xef\xbb\xbf"
            "c");
  EXPECT_EQ(clean_text("caf\xc3\xa9 \xff", "x"), "caf\xc3\xa9 \xff");
  EXPECT_EQ(clean_text("", "x"), "");
}

TEST(TextInput, RefusesUtf16ByName) {
  for (const std::string& bytes : {"\xff\xfeh\0i\0"s, "\xfe\xff\0h\0i"s, "h\0i\0 \0y\0o\0u\0"s}) {
    EXPECT_THAT(failure_of([&] { clean_text(bytes, "notes.txt"); }),
                HasSubstr("notes.txt: is UTF-16"));
  }
}

TEST(TextInput, ComesInLinesThatAreNotEmpty) {
  std::istringstream input("\xef\xbb\xbf/mem\r\n\r\nHello\r\nlast");
  EXPECT_THAT(read_lines(input, "x"), ElementsAre("/mem", "Hello", "last"));
  std::istringstream old_mac("one\rtwo\r");
  EXPECT_THAT(read_lines(old_mac, "x"), ElementsAre("one", "two"));
}

TEST(TextInput, IsAPromptWithoutItsLastLineEnd) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "prompt.txt";
  write_file(path, "\xef\xbb\xbfOnce\r\nupon\r\n");
  EXPECT_EQ(read_prompt(path), "Once\nupon");
  write_file(path, "GGUF....");
  EXPECT_THAT(failure_of([&] { read_prompt(path); }), HasSubstr("is a GGUF model, not text"));
}

}  // namespace
}  // namespace host
