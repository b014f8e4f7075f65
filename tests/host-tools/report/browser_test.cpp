// Looks at the report's page in a headless Chromium, as people will.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host-tools/report/page.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/subprocess.h"
#include "tests/host-tools/report/png_image.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

// Says where the pictures are, how many shapes of theirs can be seen, and what leaves its place.
constexpr std::string_view kMeasure = R"html(<script>
addEventListener("load", () => {
  const box = element => element.getBoundingClientRect();
  const seen = element => {
    const { width, height } = box(element);
    return width > 0 && height > 0 && getComputedStyle(element).fill !== "none";
  };
  const pictures = [...document.querySelectorAll("svg[role=img], svg.bar")].map(svg => {
    const { left, top, right, bottom } = box(svg);
    const strays = [...svg.querySelectorAll("text")].filter(
        text => box(text).left < 0 || box(text).right > right + 1).length;
    return { title: svg.querySelector("title")?.textContent ?? "", left, top, right, bottom,
             shapes: [...svg.querySelectorAll("rect")].filter(seen).length, strays };
  });
  const page = document.documentElement;
  document.body.dataset.measured =
      JSON.stringify({ width: page.clientWidth, needed: page.scrollWidth, pictures });
});
</script></body>)html";

// The page forbids scripts to itself, so the ruler needs a page without that.
std::string with_ruler(std::string page) {
  const size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\"");
  page.erase(policy, page.find('\n', policy) - policy);
  return page.replace(page.rfind("</body>"), 7, kMeasure);
}

class ReportInABrowser : public testing::Test {
 protected:
  static std::string golden_page() {
    return report_page(parse_recording(read_file(BARELLAMA_GOLDEN "/run.jsonl")), "run.jsonl");
  }

  std::string path(const std::string& name) const { return folder_.path() / name; }

  // What Chromium prints for `page` in a window of this size; log() then has its messages.
  std::string browse(const std::string& page, int width, int height,
                     const std::vector<std::string>& options) {
    write_file(path("page.html"), page);
    std::vector<std::string> command = {
        "/bin/sh",
        "-c",
        "exec \"$0\" \"$@\" 2>'" + path("log") + "'",
        find_program("chromium", "chromium"),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--enable-logging=stderr",
        "--user-data-dir=" + path("profile"),
        "--window-size=" + std::to_string(width) + "," + std::to_string(height)};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back("file://" + path("page.html"));
    Interrupts interrupts;
    return run(command, interrupts);
  }

  std::string log() const { return read_file(path("log")); }

  Json measure(const std::string& page, int width) {
    const std::string dom = browse(with_ruler(page), width, 900, {"--dump-dom"});
    const std::string name = "data-measured=\"";
    const size_t begin = dom.find(name);
    if (begin == std::string::npos) throw Failure("the page was not measured:\n" + log());
    std::string text =
        dom.substr(begin + name.size(), dom.find('"', begin + name.size()) - begin - name.size());
    for (size_t at = 0; (at = text.find("&quot;", at)) != std::string::npos;) {
      text.replace(at, 6, "\"");
    }
    return Json::parse(text);
  }

  PngImage screenshot(const std::string& page, int width, int height,
                      const std::vector<std::string>& more = {}) {
    std::vector<std::string> options = {"--screenshot=" + path("page.png")};
    options.insert(options.end(), more.begin(), more.end());
    browse(page, width, height, options);
    return PngImage(read_file(path("page.png")));
  }

  TemporaryFolder folder_;
};

TEST_F(ReportInABrowser, HasPicturesWithContentAndNoErrors) {
  const Json measured = measure(golden_page(), 1200);
  EXPECT_THAT(log(), Not(HasSubstr("CONSOLE")));
  EXPECT_GE(measured["pictures"].size(), 60u);
  for (const Json& picture : measured["pictures"]) {
    EXPECT_GT(picture["right"].get<double>() - picture["left"].get<double>(), 100) << picture;
    EXPECT_GT(picture["shapes"].get<int>(), 0) << picture;
    EXPECT_EQ(picture["strays"], 0) << picture;
  }
}

TEST_F(ReportInABrowser, FitsATelephone) {
  const Json measured = measure(golden_page(), 500);
  EXPECT_LE(measured["width"].get<int>(), 500);
  EXPECT_LE(measured["needed"], measured["width"]);
  for (const Json& picture : measured["pictures"]) {
    EXPECT_GT(picture["right"].get<double>() - picture["left"].get<double>(), 60) << picture;
    EXPECT_EQ(picture["strays"], 0) << picture;
  }
}

TEST_F(ReportInABrowser, ReportsWhatGoesWrong) {
  std::string page = golden_page();
  page.replace(page.rfind("</body>"), 7, "<script>nothing()</script></body>");
  browse(page, 1200, 900, {"--dump-dom"});
  EXPECT_THAT(log(), HasSubstr("CONSOLE"));
}

TEST_F(ReportInABrowser, PaintsItsPicturesAndEachScheme) {
  constexpr int kWidth = 1200, kHeight = 3000;
  const std::string page = golden_page();
  const Json measured = measure(page, kWidth);
  const PngImage light = screenshot(page, kWidth, kHeight);
  EXPECT_THAT(log(), Not(HasSubstr("CONSOLE")));
  ASSERT_EQ(light.width(), static_cast<size_t>(kWidth));
  int looked_at = 0;
  for (const Json& picture : measured["pictures"]) {
    const auto side = [&](const char* name) {
      return static_cast<size_t>(std::max(0.0, picture[name].get<double>()));
    };
    if (side("bottom") > light.height()) continue;
    // With a little of the page on both sides: the longest bar fills its picture with one color.
    constexpr size_t kBeside = 3;
    const auto colors = light.colors_in(side("left") - kBeside, side("top"),
                                        side("right") + kBeside, side("bottom"));
    EXPECT_GE(colors.size(), 2u) << picture;
    ++looked_at;
  }
  EXPECT_GE(looked_at, 20);
  const PngImage dark = screenshot(page, kWidth, 900, {"--blink-settings=preferredColorScheme=0"});
  EXPECT_EQ(light.color(2, 2), 0xfbfbf9u);
  EXPECT_EQ(dark.color(2, 2), 0x14181cu);
}

}  // namespace
}  // namespace host
