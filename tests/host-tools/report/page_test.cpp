#include "host-tools/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "host-tools/report/charts.h"
#include "host-tools/report/markup.h"
#include "host-tools/report/summary.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

Recording golden() { return parse_recording(read_file(BARELLAMA_GOLDEN "/run.jsonl")); }

std::string page_of(const std::string& records) {
  return report_page(parse_recording(records), "run.jsonl");
}

const std::string kPassLine =
    R"({"event":"pass","pass":0,"columns":1,"start_ns":10,"ns":7000000,"ops":{"wq":[4000000,3]},"layers":[4000000],"rest_ns":3000000})"
    "\n";

// The texts of a row's cells, markup left out.
std::vector<std::string> cells_after(const std::string& page, const std::string& row_begin) {
  const size_t begin = page.find(row_begin);
  if (begin == std::string::npos) return {};
  const std::string row = page.substr(begin, page.find("</tr>", begin) - begin);
  std::vector<std::string> cells;
  for (size_t at = 0; (at = row.find("<td class=\"n", at)) != std::string::npos;) {
    at = row.find('>', at) + 1;
    cells.push_back(row.substr(at, row.find('<', at) - at));
  }
  return cells;
}

TEST(ReportPage, ShowsTheSumsOfTheRecords) {
  Recording recording = golden();
  recording.answers.resize(1);
  const std::string page = report_page(recording, "run.jsonl");
  const Answer& answer = recording.answers[0];
  uint64_t wq = 0, calls = 0, tokens = 0;
  for (const OperationTime& time : answer.profile->operations) {
    if (time.name == "wq") wq += time.ns, calls += time.count;
  }
  for (const Pass& pass : answer.passes) tokens += pass.columns;
  ASSERT_GT(wq, 0u);
  EXPECT_THAT(cells_after(page, "<th scope=\"row\">wq <"),
              testing::ElementsAre(milliseconds(wq), share(wq, answer.profile->ns),
                                   std::to_string(calls), milliseconds(wq / tokens)));
  EXPECT_THAT(cells_after(page, "<th scope=\"row\">whole"),
              testing::ElementsAre(milliseconds(answer.profile->ns), "100.0 %", "",
                                   milliseconds(answer.profile->ns / tokens)));
  EXPECT_EQ(cells_after(page, "<th scope=\"row\">remainder")[0],
            milliseconds(answer.profile->rest_ns));
  EXPECT_THAT(page, Not(HasSubstr("does not add up")));
}

TEST(ReportPage, HasRowsOfMillisecondsThatAddUpToTheWhole) {
  for (const Answer& answer : golden().answers) {
    Recording one;
    one.answers = {answer};
    const std::string page = report_page(one, "run.jsonl");
    const size_t begin = page.find("<table class=\"operations\">");
    const std::string table = page.substr(begin, page.find("<tfoot>", begin) - begin);
    double sum = 0;
    int rows = 0;
    for (size_t at = 0; (at = table.find("</td><td class=\"n\">", at)) != std::string::npos;) {
      at += 19;
      const std::string text = table.substr(at, table.find('<', at) - at);
      // The first number of each row is the time; shares end with their sign.
      if (text.find('.') != std::string::npos && text.find('%') == std::string::npos &&
          table.rfind("</svg>", at) > table.rfind("<tr", at) &&
          table.substr(at - 25, 6) == "</svg>") {
        sum += std::stod(text);
        ++rows;
      }
    }
    EXPECT_GT(rows, 15);
    EXPECT_NEAR(sum, static_cast<double>(answer.profile->ns) / 1e6, 0.001 * rows);
  }
}

TEST(ReportPage, SaysWhenPartsDoNotAddUp) {
  const std::string page =
      page_of(kPassLine +
              R"({"event":"profile","ns":9000000,"rest_ns":1,"ops":[{"op":"wq","ns":8}]})" + "\n");
  EXPECT_THAT(page, HasSubstr("does not add up"));
  const std::string memory = page_of(
      kPassLine + R"({"event":"memory","ram":4096,"parts":[{"name":"a","bytes":4000}]})" + "\n");
  EXPECT_THAT(memory, HasSubstr("not accounted for"));
}

// A prompt of two tokens in one pass, then two passes of 100 ms each; each pass's record takes 400.
TEST(ReportPage, LeavesTheTimeOfTheRecordsOutOfTheSpeed) {
  const auto pass = [](int index, int position, int columns, int records_ms) {
    return R"({"event":"pass","ops":{},"layers":[],"rest_ns":100000000,"ns":100000000,"pass":)" +
           std::to_string(index) + ",\"position\":" + std::to_string(position) +
           ",\"columns\":" + std::to_string(columns) +
           ",\"start_ns\":0,\"records_ns\":" + std::to_string(records_ms * 1'000'000) + "}\n";
  };
  const auto end = [](const char* records) {
    return R"({"event":"end","reason":"length","tokens":3,"prompt_tokens":2,"first_us":500000,)" +
           std::string(records) + R"("total_us":1500000,"seed":1})" + "\n";
  };
  const std::string passes = pass(0, 0, 2, 0) + pass(1, 2, 1, 400) + pass(2, 3, 1, 800);
  const std::string page = page_of(passes + end(R"("records_us":1200000,)"));
  EXPECT_THAT(page, HasSubstr("10.0 tokens/s <small>after the first, without 800 ms that the "
                              "records took"));
  EXPECT_THAT(page, HasSubstr("100 ms <small>without 400 ms that the records took"));
  EXPECT_THAT(page, HasSubstr("in 1.50 s with 1.20 s for the records"));
  // Of a recording that doesn't say.
  EXPECT_THAT(page_of(passes + end("")), HasSubstr("2.00 tokens/s <small>after the first</small>"));
}

TEST(ReportPage, SaysWhenRecordsAreMissing) {
  EXPECT_THAT(page_of(kPassLine), HasSubstr("profile is missing"));
  EXPECT_THAT(page_of(kPassLine), HasSubstr("ends before this answer does"));
  EXPECT_THAT(
      page_of(kPassLine + R"({"event":"profile","part":0,"parts":3,"ns":1,"ops":[]})" + "\n"),
      HasSubstr("Of the profile's 3 records only 1 are present"));
  EXPECT_THAT(page_of(kPassLine + "{\"event\":"), HasSubstr("line 2: the line is cut"));
}

TEST(ReportPage, SaysThatTimesOfAnEmulatorAreNoBoards) {
  Recording recording = golden();
  const Recording board{{recording.answers[2]}, 60, 0, {}};
  EXPECT_THAT(report_page(board, "run.jsonl"), Not(HasSubstr("not a board’s")));
  const Recording emulated{{recording.answers[0]}, 60, 0, {}};
  EXPECT_THAT(report_page(emulated, "run.jsonl"),
              HasSubstr("These are an emulator’s times, not a board’s."));
}

TEST(ReportPage, EscapesHostileNames) {
  const std::string evil = R"(<script>alert('x')</script>\"onload=\"{{content}}&)";
  const std::string page = page_of(
      R"({"event":"machine","board":")" + evil + R"(","clock":")" + evil + "\"}\n" +
      R"({"event":"model","name":")" + evil + "\"}\n" +
      R"({"event":"memory","ram":2,"parts":[{"name":")" + evil + R"(","kind":")" + evil +
      R"(","bytes":2}],"high":[{"name":")" + evil + R"(","bytes":2,"used":1}]})" + "\n" +
      R"({"event":"pass","t":")" + evil + R"(","ns":5,"ops":{")" + evil + R"(":[5,1]}})" + "\n" +
      R"({"event":"profile","ns":5,"ops":[{"op":")" + evil + R"(","ns":5,"counters":{")" + evil +
      R"(":3}}]})" + "\n" + R"({"event":"end","reason":")" + evil + "\"}\n" +
      R"({"event":"pass","ops":{")" + evil + R"(":1}})" + "\n");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\"onload=")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
  EXPECT_THAT(page, HasSubstr("{{content}}&amp;"));
  EXPECT_THAT(report_page(golden(), "<b>run</b>.jsonl"), Not(HasSubstr("<b>")));
}

TEST(ReportPage, AsksTheNetworkForNothing) {
  const std::string page = report_page(golden(), "run.jsonl");
  for (const char* reference : {"http:", "https:", "//", "src=", "@import", "<script", "<link"}) {
    EXPECT_THAT(page, Not(HasSubstr(reference)));
  }
}

TEST(ReportPage, GivesEachPictureATitle) {
  const std::string page = report_page(golden(), "run.jsonl");
  size_t pictures = 0;
  for (size_t at = 0; (at = page.find("<svg role=\"img\"", at)) != std::string::npos; ++at) {
    const size_t inside = page.find('>', at) + 1;
    EXPECT_EQ(page.substr(inside, 7), "<title>");
    ++pictures;
  }
  // Groups, passes in time, time of tokens, two maps of memory; for a card rate, core and card.
  EXPECT_EQ(pictures, 3u * 5 + 3);
}

TEST(ReportPage, ManagesAnswersWithoutAnyLength) {
  const std::string page = page_of(
      R"({"event":"pass","ns":0,"start_ns":0,"columns":0})"
      "\n"
      R"({"event":"memory","ram":0,"parts":[{"name":"x","kind":"free","bytes":0}],"high":[{"name":"y"}]})"
      "\n"
      R"({"event":"card","bytes":1})"
      "\n");
  for (const char* word : {"nan", "inf", "NaN"}) EXPECT_THAT(page, Not(HasSubstr(word)));
}

TEST(ReportPage, KeepsThousandsOfPassesReadable) {
  std::string records;
  for (int i = 0; i < 4000; ++i) {
    records += R"({"event":"pass","pass":)" + std::to_string(i) + R"(,"position":)" +
               std::to_string(i) + R"(,"start_ns":)" + std::to_string(i * 1000) +
               R"(,"ns":900,"rest_ns":900})" + "\n";
  }
  const std::string page = page_of(records);
  const size_t chart = page.find("class=\"columns\"");
  const std::string svg = page.substr(chart, page.find("</svg>", chart) - chart);
  size_t columns = 0;
  for (size_t at = 0; (at = svg.find("<rect", at)) != std::string::npos; ++at) ++columns;
  EXPECT_EQ(columns, 400u);
  EXPECT_THAT(svg, HasSubstr("Pass 0 to 9, position 0"));
}

TEST(Charts, EndAxesAtRoundNumbers) {
  EXPECT_DOUBLE_EQ(rounded_up(0.7), 0.8);
  EXPECT_DOUBLE_EQ(rounded_up(1), 1);
  EXPECT_DOUBLE_EQ(rounded_up(17), 20);
  EXPECT_DOUBLE_EQ(rounded_up(81), 100);
  EXPECT_DOUBLE_EQ(rounded_up(0), 1);
}

TEST(Markup, WritesNumbersWithTheirUnits) {
  EXPECT_EQ(duration(999), "999 ns");
  EXPECT_EQ(duration(1234), "1.23 µs");
  EXPECT_EQ(duration(45600000), "45.6 ms");
  EXPECT_EQ(duration(123456789012), "123 s");
  EXPECT_EQ(bytes_moved(22500000), "22.5 MB");
  EXPECT_EQ(bytes_held(536870912), "512.0 MiB");
  EXPECT_EQ(bytes_held(1536), "1.5 KiB");
  EXPECT_EQ(grouped(536870912), "536\u202f870\u202f912");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(share(1, 3), "33.3 %");
  EXPECT_EQ(share(0, 0), "0.0 %");
}

}  // namespace
}  // namespace host
