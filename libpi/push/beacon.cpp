#include "libpi/push/beacon.h"

#include <charconv>

#include "base/crc32c.h"
#include "base/format.h"

namespace pi::push {

namespace {

constexpr std::string_view kBegin = "barellama loader waits for a push [";
constexpr char kEnd = '\r';

uint32_t checksum(std::string_view text) {
  return base::crc32c(std::as_bytes(std::span(text.data(), text.size())));
}

// Takes a number and the letter after it off the beginning of `text`; false when they are not
// there.
bool take_number(std::string_view& text, int base, char letter, uint32_t& number) {
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || after == end || *after != letter) return false;
  text.remove_prefix(static_cast<size_t>(after - text.data()) + 1);
  return true;
}

std::optional<Beacon> parse(std::string_view line) {
  const size_t begin = line.find(kBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  line.remove_prefix(begin);
  std::string_view rest = line.substr(kBegin.size());
  Beacon beacon;
  if (!take_number(rest, 10, ' ', beacon.version) ||
      !take_number(rest, 16, ' ', beacon.board_revision) ||
      !take_number(rest, 10, ' ', beacon.max_baud) ||
      !take_number(rest, 16, '-', beacon.free_begin) ||
      !take_number(rest, 16, ' ', beacon.free_end)) {
    return std::nullopt;
  }
  const std::string_view checked = line.substr(0, line.size() - rest.size() - 1);
  uint32_t crc = 0;
  if (!take_number(rest, 16, ']', crc) || !rest.empty() || crc != checksum(checked)) {
    return std::nullopt;
  }
  return beacon;
}

}  // namespace

void write_beacon(ByteSink& sink, const Beacon& beacon) {
  std::array<char, 96> line;
  base::TextBuffer text(line);
  base::print(text, "{}{} {:x} {} {:x}-{:x}", kBegin, beacon.version, beacon.board_revision,
              beacon.max_baud, beacon.free_begin, beacon.free_end);
  base::print(text, " {:08x}]\r", checksum(text.view()));
  sink.write(std::as_bytes(std::span(text.view().data(), text.view().size())));
}

std::optional<Beacon> BeaconScanner::take(std::byte byte) {
  const char letter = static_cast<char>(byte);
  if (letter == kEnd || letter == '\n') {
    const std::string_view line(line_.data(), size_);
    size_ = 0;
    return letter == kEnd ? parse(line) : std::nullopt;
  }
  // Of a line that is too long, its end counts: the last program may have left its line open.
  if (size_ == line_.size()) {
    for (size_t i = 1; i < size_; ++i) line_[i - 1] = line_[i];
    --size_;
  }
  line_[size_++] = letter;
  return std::nullopt;
}

}  // namespace pi::push
