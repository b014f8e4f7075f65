#include "tests/bench/stored_figures.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace bench {
namespace {

using nlohmann::ordered_json;

ordered_json rows(const char* type, int columns, double cycles) {
  return {{"rows", {{{"type", type}, {"columns", columns}, {"cycles_per_mac", cycles}}}}};
}

TEST(StoredFigures, TakeAnEntryInThePlaceOfThatOfTheSameKind) {
  const host::TemporaryFolder folder;
  StoredFigures figures(folder.path());
  figures.take(rows("q8_0", 288, 3), "first");
  figures.take(rows("q4_0", 288, 2), "first");
  figures.take(rows("q8_0", 288, 2.5), "second");
  ASSERT_EQ(figures.of("rows").size(), 2u);
  EXPECT_EQ(figures.of("rows")[0].at("cycles_per_mac"), 2.5);
  EXPECT_EQ(figures.of("rows")[0].at("from"), "second");
  EXPECT_EQ(figures.of("rows")[1].at("from"), "first");
}

TEST(StoredFigures, AreReadAsTheyWereSaved) {
  const host::TemporaryFolder folder;
  StoredFigures figures(folder.path());
  figures.take(rows("q8_0", 288, 3), "./dev bench --rows");
  figures.take({{"plain", {{{"shape", "stories15m"}, {"cycles_per_token", 7}}}}}, "./dev bench");
  figures.save();
  const StoredFigures read(folder.path());
  EXPECT_EQ(read.of("rows"), figures.of("rows"));
  EXPECT_EQ(read.of("plain"), figures.of("plain"));
  EXPECT_TRUE(read.of("seven_b").empty());
  // What --compare takes.
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "baseline.json"));
}

TEST(StoredFigures, RefuseAPartThatTheBenchLacks) {
  const host::TemporaryFolder folder;
  StoredFigures figures(folder.path());
  EXPECT_THROW(figures.take({{"nonsense", ordered_json::array()}}, ""), host::Failure);
}

TEST(StoredFigures, NameAFileThatIsNoJson) {
  const host::TemporaryFolder folder;
  host::write_file(folder.path() / "baseline.json", "{");
  try {
    const StoredFigures figures(folder.path());
    ADD_FAILURE() << "was read";
  } catch (const host::Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("baseline.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace bench
