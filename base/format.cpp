#include "base/format.h"

#include <algorithm>

namespace base {
namespace {

struct Place {
  bool hexadecimal = false;
  bool left_aligned = false;
  char padding = ' ';
  size_t width = 0;
  int decimals = -1;
};

constexpr size_t kLongestNumber = 32;

// Writes digits backwards from `end`; returns where they begin.
char* digits_before(char* end, uint64_t value, unsigned radix) {
  constexpr char kDigits[] = "0123456789abcdef";
  do {
    *--end = kDigits[value % radix];
    value /= radix;
  } while (value != 0);
  return end;
}

void write_padded(TextSink& sink, std::string_view text, const Place& place) {
  const size_t missing = place.width > text.size() ? place.width - text.size() : 0;
  if (place.left_aligned) {
    sink.write(text);
  }
  for (size_t i = 0; i < missing; ++i) {
    sink.write(std::string_view(&place.padding, 1));
  }
  if (!place.left_aligned) {
    sink.write(text);
  }
}

void write_fraction(TextSink& sink, double value, const Place& place) {
  const int decimals = place.decimals < 0 ? 3 : place.decimals;
  uint64_t scale = 1;
  for (int i = 0; i < decimals; ++i) {
    scale *= 10;
  }
  char buffer[2 * kLongestNumber];
  char* const end = buffer + sizeof(buffer);
  char* begin = end;
  const double magnitude = value < 0 ? -value : value;
  // Above 2^63 the conversion would be undefined, and NaN compares false with everything.
  if (!(magnitude * static_cast<double>(scale) < 9.2e18)) {
    write_padded(sink, magnitude > 0 ? "huge" : "nan", place);
    return;
  }
  const uint64_t scaled = static_cast<uint64_t>(magnitude * static_cast<double>(scale) + 0.5);
  if (decimals > 0) {
    uint64_t rest = scaled % scale;
    for (int i = 0; i < decimals; ++i) {
      *--begin = static_cast<char>('0' + rest % 10);
      rest /= 10;
    }
    *--begin = '.';
  }
  begin = digits_before(begin, scaled / scale, 10);
  if (value < 0 && scaled != 0) {
    *--begin = '-';
  }
  write_padded(sink, {begin, static_cast<size_t>(end - begin)}, place);
}

void write_argument(TextSink& sink, const FormatArgument& argument, const Place& place) {
  if (argument.kind == FormatArgument::Kind::kText) {
    write_padded(sink, argument.text, place);
    return;
  }
  if (argument.kind == FormatArgument::Kind::kFraction) {
    write_fraction(sink, argument.fraction, place);
    return;
  }
  char buffer[kLongestNumber];
  char* const end = buffer + sizeof(buffer);
  const bool negative = argument.kind == FormatArgument::Kind::kSigned && !place.hexadecimal &&
                        static_cast<int64_t>(argument.number) < 0;
  const uint64_t magnitude = negative ? 0 - argument.number : argument.number;
  char* begin = digits_before(end, magnitude, place.hexadecimal ? 16 : 10);
  if (negative) {
    *--begin = '-';
  }
  write_padded(sink, {begin, static_cast<size_t>(end - begin)}, place);
}

// Parses what is between `{` and `}`: [:][-][0][width][.decimals][x]
Place parse_place(std::string_view specification) {
  Place place;
  size_t i = 0;
  const auto at = [&](char c) { return i < specification.size() && specification[i] == c; };
  const auto number = [&] {
    size_t value = 0;
    while (i < specification.size() && specification[i] >= '0' && specification[i] <= '9') {
      value = 10 * value + static_cast<size_t>(specification[i++] - '0');
    }
    return value;
  };
  if (at(':')) ++i;
  if (at('-')) {
    place.left_aligned = true;
    ++i;
  }
  if (at('0')) {
    place.padding = '0';
    ++i;
  }
  place.width = number();
  if (at('.')) {
    ++i;
    place.decimals = static_cast<int>(number());
  }
  if (at('x')) place.hexadecimal = true;
  return place;
}

}  // namespace

void TextBuffer::write(std::string_view text) {
  const size_t room = buffer_.size() - size_;
  const size_t taken = text.size() < room ? text.size() : room;
  for (size_t i = 0; i < taken; ++i) {
    buffer_[size_ + i] = text[i];
  }
  size_ += taken;
}

void print_arguments(TextSink& sink, std::string_view format,
                     std::span<const FormatArgument> arguments) {
  size_t next_argument = 0;
  while (!format.empty()) {
    const size_t brace = format.find('{');
    if (brace != 0) {
      sink.write(format.substr(0, brace));
      if (brace == std::string_view::npos) return;
      format.remove_prefix(brace);
    }
    if (format.size() >= 2 && format[1] == '{') {
      sink.write("{");
      format.remove_prefix(2);
      continue;
    }
    const size_t close = format.find('}');
    if (close == std::string_view::npos) {
      sink.write(format);
      return;
    }
    if (next_argument < arguments.size()) {
      write_argument(sink, arguments[next_argument++], parse_place(format.substr(1, close - 1)));
    } else {
      sink.write("{?}");
    }
    format.remove_prefix(close + 1);
  }
}

void print(TextSink& sink, const Status& status) {
  constexpr int kArguments = Status::kNumbers + 1;
  FormatArgument arguments[kArguments] = {status.number(0), status.number(1), status.number(2),
                                          status.number(3), status.name()};
  if (!status.name().empty()) {
    // The name goes to its place, the numbers after it make room.
    std::rotate(arguments + status.name_place(), arguments + Status::kNumbers,
                arguments + kArguments);
  }
  print_arguments(sink, status.text(), arguments);
}

}  // namespace base
