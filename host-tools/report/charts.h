// Pictures as inline SVG. They stretch with the page: places along x are percent, those along y
// pixels, so that text keeps its size on a phone. Colours are CSS classes of page.css.
//
// All texts that come in are plain; they are escaped here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace host {

struct Segment {
  double value = 0;  // at least 0
  std::string css_class;
  std::string hint;  // shown by a pointer that rests on it
};

// One bar of segments, left to right, in a space for values from 0 to `full`. For a cell of a
// table: what it shows stands beside it in numbers, so readers of the page's text skip it.
std::string bar(const std::vector<Segment>& segments, double full);

// The same, tall and with a title, as a picture of its own.
std::string strip(const std::string& title, const std::vector<Segment>& segments, double full);

// Segments at places of their own along a line from 0 to `full`, with an axis in `unit`.
struct PlacedSegment {
  double start = 0, length = 0;
  std::string css_class;
  std::string hint;
};
std::string time_line(const std::string& title, const std::string& description,
                      const std::vector<PlacedSegment>& segments, double full,
                      const std::string& unit);

// Upright bars of stacked segments side by side, each as wide as `width` says; the y axis is in
// `unit` and begins at 0, its numbers in the margin to the left; the x
// axis is labelled with `label` where there is room.
struct Column {
  double width = 1;
  std::string label;
  std::vector<Segment> segments;  // bottom to top
};
struct ColumnChart {
  std::string title, description;
  std::string unit;
  std::string x_title;
  std::vector<Column> columns;
};
std::string column_chart(const ColumnChart& chart);

// The next value above that makes a good end of an axis: 1, 2, 4, 6 or 8 times a power of ten. 1
// for what is not above 0.
double rounded_up(double value);

}  // namespace host
