#include "kernel/reports/memory_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/random_model.h"

namespace kernel {
namespace {

using testing::HasSubstr;

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

TEST(MemoryTable, AddsUpWithAnArena) {
  tests::AlignedMemory memory(4096);
  base::Arena arena(memory.span());
  ASSERT_TRUE(arena.allocate<float>(100, "kv cache").ok());
  const base::Arena::Mark mark = arena.mark();
  ASSERT_TRUE(arena.allocate<float>(200, "prompt").ok());
  arena.rewind(mark);
  MemoryTable table;
  table.add("text", MemoryTable::Kind::kImage, 1000);
  table.add("RAM disk", MemoryTable::Kind::kRamDisk, 0);
  table.add_arena(arena);
  EXPECT_EQ(table.total(), 5096u);
  ASSERT_EQ(table.parts().size(), 3u);
  EXPECT_EQ(table.parts()[1].name, "kv cache");
  EXPECT_EQ(table.parts()[1].bytes, 416u);  // whole lines of 32
  ASSERT_EQ(table.high().size(), 1u);
  EXPECT_EQ(table.high()[0].bytes, 4096u);
  EXPECT_EQ(table.high()[0].used, 416u + 800);
}

TEST(MemoryTable, LosesNothingWithMorePartsThanRows) {
  MemoryTable table;
  for (size_t i = 0; i < MemoryTable::kMaxParts + 5; ++i) {
    table.add("a part", MemoryTable::Kind::kOther, 10);
  }
  EXPECT_EQ(table.parts().size(), MemoryTable::kMaxParts);
  EXPECT_EQ(table.total(), 10 * (MemoryTable::kMaxParts + 5));
}

TEST(MemoryTable, ShowsSharesAndTheSum) {
  MemoryTable table;
  table.add("text", MemoryTable::Kind::kImage, 256);
  table.add("free", MemoryTable::Kind::kFree, 768);
  table.add_high("main", 500, 123);
  Sink out;
  print(out, table);
  EXPECT_THAT(out.text,
              HasSubstr("  text                 image              256 bytes  25.00 %\n"));
  EXPECT_THAT(out.text, HasSubstr("  in all                                 1024 bytes\n"));
  EXPECT_THAT(out.text, HasSubstr("  main                 at most            123 bytes of 500\n"));
}

}  // namespace
}  // namespace kernel
