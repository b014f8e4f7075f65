#include "host-tools/support/file_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

std::string image(uint32_t address) {
  std::string bytes(64, '\0');
  bytes.replace(4, 8, "barellam");
  std::memcpy(bytes.data() + 12, &address, 4);
  return bytes;
}

// dim, hidden_dim, layers, heads, kv_heads, vocabulary, context: of stories15M.
std::string old_checkpoint() {
  const int32_t header[] = {288, 768, 6, 6, 6, 32000, 256};
  std::string bytes(reinterpret_cast<const char*>(header), sizeof header);
  for (int i = 0; i < 100; ++i) bytes += "\x3d\x12\x93\xbc";
  return bytes;
}

std::string boot_sector() {
  std::string bytes(512, '\0');
  bytes.replace(510, 2, "\x55\xaa");
  return bytes;
}

TEST(FileKind, IsToldByTheFirstBytes) {
  const std::pair<std::string, FileKind> cases[] = {
      {"", FileKind::kEmpty},
      {"BLM1....", FileKind::kModel},
      {"BLMP....", FileKind::kModelPart},
      {"GGUF\x03\0\0\0"s, FileKind::kGguf},
      {"\x40\0\0\0\0\0\0\0{\"__metadata__\""s, FileKind::kSafetensors},
      {"24ka\x01\0\0\0"s, FileKind::kCheckpoint},
      {old_checkpoint(), FileKind::kCheckpoint},
      {"\xfd"
       "7zXZ\0\0"s,
       FileKind::kXz},
      {"\x1f\x8b\x08", FileKind::kGzip},
      {"PK\x03\x04..", FileKind::kZip},
      {"\x7f"
       "ELF\x01",
       FileKind::kElf},
      {image(0x8000), FileKind::kKernel},
      {image(0x1000000), FileKind::kBootLoader},
      {boot_sector(), FileKind::kCard},
      {"{\"t\":1,\"event\":\"ready\"}\n", FileKind::kRecords},
      {"{\"model_type\": \"llama\"}", FileKind::kJson},
      {"# barellama.ini\nseed = 7\n", FileKind::kSettings},
      {"seed = 7\n", FileKind::kSettings},
      {"\xef\xbb\xbfseed = 7\r\n", FileKind::kSettings},
      {"<!DOCTYPE html><html>", FileKind::kWebPage},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", FileKind::kLfsPointer},
      {"\xff\xfeh\0i\0"s, FileKind::kUtf16Text},
      {"h\0e\0l\0l\0o\0"s, FileKind::kUtf16Text},
      {"Once upon a time, 2 = 1 + 1.\n", FileKind::kText},
      {"Fran\xc3\xa7ois\n", FileKind::kText},
      {"\n\n", FileKind::kText},
      {std::string(4096, '\0'), FileKind::kUnknown},
      {"\x01\x02\x03\x04\x05", FileKind::kUnknown},
  };
  for (const auto& [bytes, kind] : cases) {
    EXPECT_EQ(static_cast<int>(kind_of(bytes)), static_cast<int>(kind)) << bytes;
  }
}

TEST(FileKind, HasTheCommandThatTakesIt) {
  EXPECT_EQ(
      what_to_do_with(FileKind::kGguf, "my models/a'b.gguf"),
      "is a GGUF model; `barellama convert 'my models/a'\\''b.gguf'` makes a .blm model of it");
  EXPECT_EQ(what_to_do_with(FileKind::kUnknown, "x"), "");
}

TEST(FileKind, IsRefusedUnlessItIsWanted) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "x";
  const auto refusal = [&](std::initializer_list<FileKind> wanted) -> std::string {
    try {
      refuse_other_kinds(path, wanted);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "";
  };
  write_file(path, "GGUF....");
  EXPECT_EQ(refusal({FileKind::kGguf}), "");
  EXPECT_EQ(refusal({FileKind::kKernel, FileKind::kGguf}), "");
  EXPECT_THAT(refusal({FileKind::kModel}),
              HasSubstr("x: is a GGUF model, not a .blm model; `barellama convert "));
  // What is of no kind that is known is for others to judge.
  write_file(path, std::string(100, '\0'));
  EXPECT_EQ(refusal({FileKind::kModel}), "");
}

}  // namespace
}  // namespace host
