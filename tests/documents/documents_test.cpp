// Links and file names in all documents of the repository lead somewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "host-tools/support/files.h"

namespace {

namespace fs = std::filesystem;

const fs::path kSource = BARELLAMA_SOURCE;

// All *.md files that are not in a build folder or a hidden one.
std::vector<fs::path> documents() {
  std::vector<fs::path> found;
  for (auto at = fs::recursive_directory_iterator(kSource);
       at != fs::recursive_directory_iterator(); ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() && (name.starts_with('.') || name == "build")) {
      at.disable_recursion_pending();
    } else if (at->path().extension() == ".md") {
      found.push_back(at->path());
    }
  }
  return found;
}

// All matches of the expression's first group.
std::vector<std::string> matches(const std::string& text, const char* expression) {
  const std::regex regex(expression);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex); at != std::sregex_iterator();
       ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

// "## The model file (`.blm`)" -> "the-model-file-blm", as GitHub makes anchors.
std::set<std::string> anchors_of(const fs::path& document) {
  std::set<std::string> anchors;
  for (const std::string& heading : matches(host::read_file(document), "(?:^|\n)#+ +([^\n]+)")) {
    std::string anchor;
    for (const char c : heading) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || c == '-' || c == '_') {
        anchor += static_cast<char>(std::tolower(byte));
      } else if (c == ' ') {
        anchor += '-';
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

bool leads_somewhere(const fs::path& document, const std::string& link) {
  if (link.starts_with("https://") || link.starts_with("http://")) return true;
  const size_t hash = link.find('#');
  const fs::path target = hash == 0 ? document : document.parent_path() / link.substr(0, hash);
  if (!fs::exists(target)) return false;
  return hash == std::string::npos || anchors_of(target).contains(link.substr(hash + 1));
}

TEST(Documents, LinkToWhatIsThere) {
  ASSERT_THAT(documents(), testing::Contains(kSource / "README.md"));
  for (const fs::path& document : documents()) {
    for (const std::string& link :
         matches(host::read_file(document), "(?:\\]\\(|src=\")([^)\"\\s]+)[)\"]")) {
      EXPECT_TRUE(leads_somewhere(document, link)) << document << " links to " << link;
    }
  }
}

// README.md's pictures, which `./dev picture` makes: what GitHub shows without being asked.
TEST(Documents, HavePicturesThatAreSmallAndRunNoScript) {
  const std::string terminal = host::read_file(kSource / "docs/terminal.svg");
  EXPECT_LT(terminal.size(), 300'000u);
  EXPECT_EQ(terminal.find("<script"), std::string::npos);
  for (const std::string& link : matches(terminal, "(?:href|src)=\"([^\"]*)\"")) {
    EXPECT_TRUE(link.starts_with("#")) << link;
  }
  EXPECT_NE(terminal.find("@keyframes"), std::string::npos);
  EXPECT_NE(terminal.find("tokens/s"), std::string::npos);
  EXPECT_LT(host::read_file(kSource / "docs/report.png").size(), 150'000u);
}

// Of names in backquotes those that begin with one of the repository's folders.
TEST(Documents, NameFilesThatAreThere) {
  for (const fs::path& document : documents()) {
    for (const std::string& name : matches(host::read_file(document),
                                           "`((?:base|llama|libpi|kernel|host-tools|linker|cmake|"
                                           "tests|models|docs)/[\\w./-]+)`")) {
      EXPECT_TRUE(fs::exists(kSource / name)) << document << " names " << name;
    }
  }
}

}  // namespace
