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

TEST(PendingFile, LeavesAReadOnlyFileAlone) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "result";
  write_file(target, "precious");
  fs::permissions(target, fs::perms::owner_read);
  try {
    const PendingFile file(target);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("result: is read-only"), std::string::npos);
  }
  EXPECT_EQ(read_file(target), "precious");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator{}), 1);
}

TEST(PendingFile, LeavesTheOldContentToThoseWhoHaveItOpen) {
  const TemporaryFolder folder;
  const fs::path target = folder.path() / "result";
  write_file(target, "old");
  const Descriptor open = open_to_read(target);
  PendingFile file(target);
  write_file(file.path(), "new");
  file.commit();
  std::byte bytes[3];
  read_at(open, 0, bytes, target);
  EXPECT_EQ(bytes[0], std::byte{'o'});
  EXPECT_EQ(read_file(target), "new");
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
