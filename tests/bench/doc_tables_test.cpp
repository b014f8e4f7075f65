#include "tests/bench/doc_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/bench/markdown.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = BENCH_SOURCE_FOLDER;

std::string document(const char* name) { return host::read_file(kSource / "docs" / name); }

// After a change of figures or tables: `./dev bench --write-docs --stored`.
TEST(DocTables, AreThoseOfTheStoredFigures) {
  const StoredFigures figures(kSource / "tests/bench");
  for (const char* name : kDocumentsWithTables) {
    EXPECT_EQ(document(name), with_tables(document(name), figures)) << name;
  }
}

TEST(DocTables, HaveOnePlaceEach) {
  std::vector<std::string> places;
  for (const char* name : kDocumentsWithTables) {
    for (const std::string& place : places_in(document(name))) places.push_back(place);
  }
  EXPECT_THAT(places, testing::UnorderedElementsAreArray(table_names()));
}

TEST(DocTables, KeepTheTextAroundThem) {
  const host::TemporaryFolder folder;
  StoredFigures figures(folder.path());
  figures.take({{"loops", {{{"loop", "chain_add"}, {"manual_cycles", 18}, {"cycles", 18.45}}}}},
               "");
  EXPECT_EQ(with_tables("before\n<!-- bench: loops -->\nold\n<!-- end -->\nafter\n", figures),
            "before\n<!-- bench: loops -->\n"
            "| loop | by the manual | model, per round | error |\n"
            "| --- | ---: | ---: | ---: |\n"
            "| `chain_add` | 18 | 18.45 | +2.5 % |\n"
            "<!-- end -->\nafter\n");
}

TEST(DocTables, RefuseAPlaceWithoutEndAndAnUnknownName) {
  const host::TemporaryFolder folder;
  const StoredFigures figures(folder.path());
  EXPECT_THROW(with_tables("<!-- bench: loops -->\n| a |\n", figures), host::Failure);
  EXPECT_THROW(with_tables("<!-- bench: loops -->\n<!-- bench: rows -->\n<!-- end -->\n", figures),
               host::Failure);
  EXPECT_THROW(with_tables("<!-- bench: nonsense -->\n<!-- end -->\n", figures), host::Failure);
}

TEST(Markdown, WritesNumbersForPeople) {
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1234567.4), "1,234,567");
  EXPECT_EQ(with_commas(-123456), "-123,456");
  EXPECT_EQ(three_digits(4.051), "4.05");
  EXPECT_EQ(three_digits(19.5), "19.5");
  EXPECT_EQ(three_digits(196.3), "196");
  EXPECT_EQ(signed_percent(0.1234), "+12.3 %");
}

}  // namespace
}  // namespace bench
