// How a build learns which version it is (cmake/version.cmake), in trees as users have them.
#include "base/version.h"

#include <gmock/gmock.h>

#include "host-tools/support/failure.h"
#include "host-tools/support/subprocess.h"

namespace host {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr char kTemplate[] = BARELLAMA_SOURCE "/base/version.cpp.in";
constexpr char kScript[] = BARELLAMA_SOURCE "/cmake/version.cmake";
constexpr char kCommitTime[] = "1700000000";  // 2023-11-14

class Version : public testing::Test {
 protected:
  Version() {
    fs::create_directories(tree() / "cmake");
    fs::copy_file(BARELLAMA_SOURCE "/cmake/commit.txt", tree() / "cmake/commit.txt");
    fs::copy_file(BARELLAMA_SOURCE "/.gitattributes", tree() / ".gitattributes");
    write_file(tree() / "a.cpp", "int a;\n");
  }

  fs::path tree() const { return folder_.path() / "tree with a blank"; }
  fs::path source() const { return folder_.path() / "version.cpp"; }

  std::string git(std::vector<std::string> words) {
    words.insert(words.begin(), {find_program("git", "git"), "-C", tree().string()});
    return run(words, interrupts_,
               {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a",
                "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b",
                std::string("GIT_AUTHOR_DATE=@") + kCommitTime + " +0000",
                std::string("GIT_COMMITTER_DATE=@") + kCommitTime + " +0000"});
  }
  // Its first twelve digits.
  std::string commit() {
    git({"init", "-q"});
    git({"add", "."});
    git({"commit", "-q", "-m", "First"});
    return git({"rev-parse", "HEAD"}).substr(0, 12);
  }
  // The source that a build of the tree writes.
  std::string build(const fs::path& tree, const std::string& epoch = "") {
    run({BARELLAMA_CMAKE, "-D", "SOURCE=" + tree.string(), "-D", "NUMBER=1.2.3", "-D",
         std::string("TEMPLATE=") + kTemplate, "-D", "OUTPUT=" + source().string(), "-P", kScript},
        interrupts_, {"SOURCE_DATE_EPOCH=" + epoch, "GIT_DIR=/a/hooks/repository"});
    return read_file(source());
  }
  std::string told_by(const fs::path& tree, const std::string& epoch = "") {
    const std::string text = build(tree, epoch);
    const size_t begin = text.find("1.2.3");
    return text.substr(begin, text.find('"', begin) - begin);
  }

  TemporaryFolder folder_;
  Interrupts interrupts_;
};

TEST_F(Version, IsToldByThisProgram) {
  EXPECT_THAT(std::string(base::version()),
              MatchesRegex("[0-9]+[.][0-9]+[.][0-9]+ "
                           "[(](unknown|[0-9a-f]{12}(-dirty)?)(, [0-9]{4}-[0-9]{2}-[0-9]{2})?[)]"));
  EXPECT_GE(base::version_epoch(), 315532800u);
}

TEST_F(Version, NamesTheCommitAndItsDay) {
  const std::string hash = commit();
  EXPECT_EQ(told_by(tree()), "1.2.3 (" + hash + ", 2023-11-14)");
  EXPECT_THAT(read_file(source()), HasSubstr(std::string("return ") + kCommitTime + ";"));
}

TEST_F(Version, SaysThatFilesWereChanged) {
  const std::string hash = commit();
  write_file(tree() / "new.cpp", "int b;\n");
  EXPECT_EQ(told_by(tree()), "1.2.3 (" + hash + ", 2023-11-14)") << "not a file of the commit's";
  write_file(tree() / "a.cpp", "int changed;\n");
  EXPECT_EQ(told_by(tree()), "1.2.3 (" + hash + "-dirty, 2023-11-14)");
  git({"add", "."});
  EXPECT_EQ(told_by(tree()), "1.2.3 (" + hash + "-dirty, 2023-11-14)");
  git({"reset", "-q", "--hard"});
  EXPECT_EQ(told_by(tree()), "1.2.3 (" + hash + ", 2023-11-14)");
}

TEST_F(Version, TakesTheDayThatIsGiven) {
  const std::string hash = commit();
  EXPECT_EQ(told_by(tree(), "1000000000"), "1.2.3 (" + hash + ", 2001-09-09)");
  for (const char* bad : {"yesterday", "-5", "012", "1e9", "999999999999"}) {
    EXPECT_THROW(build(tree(), bad), Failure) << bad;
  }
}

TEST_F(Version, IsKnownInATreeWithoutHistory) {
  const std::string hash = commit();
  const fs::path archive = folder_.path() / "tree.tar";
  git({"archive", "-o", archive.string(), "HEAD"});
  // Within a repository that has another commit.
  git({"commit", "-q", "--allow-empty", "-m", "Second"});
  const fs::path unpacked = tree() / "unpacked";
  fs::create_directory(unpacked);
  run({find_program("tar", "tar"), "-C", unpacked.string(), "-xf", archive.string()}, interrupts_);
  EXPECT_EQ(told_by(unpacked), "1.2.3 (" + hash + ", 2023-11-14)");
}

TEST_F(Version, IsUnknownWhereNothingTells) {
  EXPECT_EQ(told_by(tree()), "1.2.3 (unknown)");
  EXPECT_THAT(read_file(source()), HasSubstr("return 315532800;"));
  EXPECT_EQ(told_by(tree(), kCommitTime), "1.2.3 (unknown, 2023-11-14)");
}

TEST_F(Version, IsCompiledAgainOnlyWhenItChanges) {
  commit();
  build(tree());
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(source(), long_ago);
  build(tree());
  EXPECT_EQ(fs::last_write_time(source()), long_ago);
  write_file(tree() / "a.cpp", "int changed;\n");
  build(tree());
  EXPECT_GT(fs::last_write_time(source()), long_ago);
}

}  // namespace
}  // namespace host
