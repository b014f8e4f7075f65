#include "host-tools/report/charts.h"

#include <algorithm>
#include <cmath>

#include "host-tools/report/markup.h"

namespace host {
namespace {

constexpr double kPlotTop = 18;      // room for the axis's unit
constexpr double kPlotHeight = 180;  // pixels
constexpr double kLineHeight = 34;
constexpr int kGridLines = 4;

std::string percent(double part, double whole) {
  return decimal(whole > 0 ? 100 * part / whole : 0, 3) + "%";
}

std::string pixels(double value) { return decimal(value, 1); }

std::string rectangle(const std::string& x, const std::string& width, double y, double height,
                      const std::string& css_class, const std::string& hint) {
  std::string rect = "<rect class=\"" + escaped(css_class) + "\" x=\"" + x + "\" width=\"" + width +
                     "\" y=\"" + pixels(y) + "\" height=\"" + pixels(height) + "\"";
  if (hint.empty()) return rect + "/>";
  return rect + "><title>" + escaped(hint) + "</title></rect>";
}

std::string label(const std::string& x, double y, const std::string& anchor,
                  const std::string& text) {
  return "<text x=\"" + x + "\" y=\"" + pixels(y) + "\" text-anchor=\"" + anchor + "\">" +
         escaped(text) + "</text>";
}

std::string segments_in_row(const std::vector<Segment>& segments, double full, double height) {
  std::string shapes;
  double start = 0;
  for (const Segment& segment : segments) {
    if (segment.value <= 0) continue;
    shapes += rectangle(percent(start, full), percent(segment.value, full), 0, height,
                        segment.css_class, segment.hint);
    start += segment.value;
  }
  return shapes;
}

std::string picture(const std::string& title, const std::string& description, double height,
                    const std::string& css_class, const std::string& content) {
  std::string svg = "<svg role=\"img\" class=\"" + css_class + "\" width=\"100%\" height=\"" +
                    pixels(height) + "\"><title>" + escaped(title) + "</title>";
  if (!description.empty()) svg += "<desc>" + escaped(description) + "</desc>";
  return svg + content + "</svg>";
}

// As many decimals as multiples of `step` need.
int decimals_of(double step) {
  int decimals = 0;
  for (; decimals < 9; ++decimals, step *= 10) {
    if (std::abs(step - std::round(step)) < 1e-6) break;
  }
  return decimals;
}

// Three digits of the largest number on an axis.
int decimals_up_to(double largest) {
  return largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 1 ? 2 : 4;
}

double height_of(const Column& column) {
  double sum = 0;
  for (const Segment& segment : column.segments) sum += segment.value;
  return sum;
}

std::string grid(double top_value, const std::string& unit) {
  std::string lines;
  const double step = top_value / kGridLines;
  for (int i = 0; i <= kGridLines; ++i) {
    const double y = kPlotTop + kPlotHeight * (kGridLines - i) / kGridLines;
    lines += "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"" + pixels(y) + "\" y2=\"" +
             pixels(y) + "\"/>" + label("-6", y + 4, "end", decimal(step * i, decimals_of(step)));
  }
  lines += label("0", kPlotTop - 8, "start", unit);
  return lines;
}

}  // namespace

double rounded_up(double value) {
  if (!(value > 0)) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 4.0, 6.0, 8.0}) {
    if (value <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string bar(const std::vector<Segment>& segments, double full) {
  return "<svg class=\"bar\" aria-hidden=\"true\" width=\"100%\" height=\"16\">" +
         segments_in_row(segments, full, 16) + "</svg>";
}

std::string strip(const std::string& title, const std::vector<Segment>& segments, double full) {
  return picture(title, {}, kLineHeight, "strip", segments_in_row(segments, full, kLineHeight));
}

std::string time_line(const std::string& title, const std::string& description,
                      const std::vector<PlacedSegment>& segments, double full,
                      const std::string& unit) {
  std::string shapes = rectangle("0%", "100%", 0, kLineHeight, "empty", {});
  for (const PlacedSegment& segment : segments) {
    shapes += rectangle(percent(segment.start, full), percent(segment.length, full), 0, kLineHeight,
                        segment.css_class, segment.hint);
  }
  const double base = kLineHeight + 15;
  const double step = full / kGridLines;
  for (int i = 0; i <= kGridLines; ++i) {
    const std::string anchor = i == 0 ? "start" : i == kGridLines ? "end" : "middle";
    shapes += label(percent(i, kGridLines), base, anchor,
                    decimal(step * i, decimals_up_to(full)) + (i == kGridLines ? " " + unit : ""));
  }
  return picture(title, description, base + 5, "line", shapes);
}

std::string column_chart(const ColumnChart& chart) {
  double total_width = 0, highest = 0;
  for (const Column& column : chart.columns) {
    total_width += column.width;
    highest = std::max(highest, height_of(column));
  }
  const double top_value = rounded_up(highest);
  const double base = kPlotTop + kPlotHeight;
  std::string shapes, labels;
  double start = 0, next_label = 0;
  for (const Column& column : chart.columns) {
    double y = base;
    for (const Segment& segment : column.segments) {
      const double height = kPlotHeight * segment.value / top_value;
      if (height <= 0) continue;
      y -= height;
      shapes += rectangle(percent(start, total_width), percent(column.width, total_width), y,
                          height, segment.css_class, segment.hint);
    }
    // About eight labels have room on a phone.
    if (start >= next_label && start < 0.95 * total_width) {
      labels += label(percent(start, total_width), base + 15, "start", column.label);
      next_label = start + total_width / 8;
    }
    start += column.width;
  }
  labels += label("100%", base + 30, "end", chart.x_title);
  // Gaps would eat columns of a few pixels.
  const std::string css_class = chart.columns.size() <= 100 ? "columns few" : "columns";
  return picture(chart.title, chart.description, base + 36, css_class,
                 shapes + grid(top_value, chart.unit) + labels);
}

}  // namespace host
