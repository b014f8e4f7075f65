// A line editor at a terminal of 80 columns.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernel/console/character_width.h"
#include "kernel/console/line_editor.h"

namespace kernel {

// A terminal that knows nothing but characters, backspaces and line ends.
class Screen {
 public:
  void take(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
      const size_t next = next_character(text, at);
      const std::string_view character = text.substr(at, next - at);
      at = next;
      if (character == "\b") {
        ASSERT_GT(column_, 0u) << "left of the prompt's end";
        --column_;
      } else if (character == "\n") {
        rows_.emplace_back();
        column_ = 0;
      } else if (character != "\a") {
        write(character);
      }
    }
  }
  size_t column() const { return column_; }
  // Without blanks at the ends of rows.
  std::string row(size_t number) const {
    std::string text;
    for (const std::string& cell : rows_.at(number)) text += cell;
    const size_t last = text.find_last_not_of(' ');
    return text.substr(0, last == std::string::npos ? 0 : last + 1);
  }
  std::string text() const {
    std::string all = row(0);
    for (size_t i = 1; i < rows_.size(); ++i) all += "\n" + row(i);
    return all;
  }
  size_t widest() const {
    size_t most = 0;
    for (const auto& cells : rows_) most = std::max(most, cells.size());
    return most;
  }

 private:
  // A wide character has its bytes in its first cell, and nothing in the second.
  void write(std::string_view character) {
    auto& row = rows_.back();
    for (unsigned i = 0; i < std::max(1u, columns_of(character)); ++i, ++column_) {
      if (row.size() <= column_) row.resize(column_ + 1, " ");
      row[column_] = i == 0 ? std::string(character) : "";
    }
  }

  std::vector<std::vector<std::string>> rows_ = std::vector<std::vector<std::string>>(1);
  size_t column_ = 0;
};

class Echo final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

class LineEditorTest : public testing::Test {
 protected:
  // The lines that these keys end.
  std::vector<std::string> lines_of(std::string_view keys) {
    std::vector<std::string> lines;
    for (const char c : keys) {
      if (editor_.feed(c)) lines.emplace_back(editor_.line());
    }
    return lines;
  }
  using Lines = std::vector<std::string>;

  // What a terminal shows now.
  Screen screen() const {
    Screen result;
    result.take(echo_.text);
    return result;
  }
  std::string shown() const { return screen().text(); }

  Echo echo_;
  LineEditor editor_{echo_};
};

}  // namespace kernel
