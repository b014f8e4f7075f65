#include "host-tools/support/files.h"

#include <gtest/gtest.h>

#include "host-tools/support/failure.h"

namespace host {
namespace {

namespace fs = std::filesystem;

TEST(PendingFile, AppearsOnlyWhenCommitted) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "result";
  {
    const PendingFile file(target);
    write_file(file.path(), "half");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  PendingFile file(target);
  write_file(file.path(), "whole");
  EXPECT_FALSE(fs::exists(target));
  file.commit();
  EXPECT_EQ(read_file(target), "whole");
}

TEST(PendingFile, RefusesWhatIsNoFile) {
  EXPECT_THROW(PendingFile("/dev/null"), Failure);
  EXPECT_THROW(PendingFile("/no/such/folder/file"), Failure);
}

TEST(TemporaryFolder, IsRemovedWithItsContent) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    fs::create_directory(path / "inner");
    write_file(path / "inner" / "file", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(ReadAt, SaysWhereAFileEnds) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "short";
  write_file(path, "abc");
  std::byte buffer[4];
  try {
    read_at(open_to_read(path), 1, buffer, path);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("ends at byte 3"), std::string::npos);
  }
}

}  // namespace
}  // namespace host
