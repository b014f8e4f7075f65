#include "libpi/fs/file_name.h"

#include "base/bytes.h"

namespace pi {
namespace {

constexpr uint32_t kReplacement = 0xfffd;
constexpr size_t kUnitsPerPiece = 13;

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void print_code_point(base::TextSink& sink, uint32_t code) {
  if (code < 0x20 || code == 0x7f || code == '/') code = kReplacement;
  char text[4];
  size_t size = 0;
  const auto put = [&](uint32_t byte) { text[size++] = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  sink.write({text, size});
}

void print_padded(base::TextSink& sink, std::span<const std::byte> field, bool lower_case) {
  size_t size = field.size();
  while (size > 0 && field[size - 1] == std::byte{' '}) --size;
  for (const std::byte byte : field.first(size)) {
    const auto code = std::to_integer<uint32_t>(byte);
    const bool is_letter = code >= 'A' && code <= 'Z';
    print_code_point(sink, code >= 0x80              ? kReplacement
                           : lower_case && is_letter ? code - 'A' + 'a'
                                                     : code);
  }
}

// The specification, ChkSum(): rotate right, then add.
uint32_t short_name_checksum(std::span<const std::byte> entry) {
  uint32_t sum = 0;
  for (const std::byte byte : entry.first(11)) {
    sum = ((sum & 1) << 7) + (sum >> 1) + std::to_integer<uint32_t>(byte);
    sum &= 0xff;
  }
  return sum;
}

bool is_high_surrogate(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

}  // namespace

bool is_same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

void print_short_name(base::TextSink& sink, std::span<const std::byte> entry) {
  constexpr uint32_t kLowerBase = 0x08;
  constexpr uint32_t kLowerExtension = 0x10;
  const auto flags = std::to_integer<uint32_t>(entry[12]);
  print_padded(sink, entry.first(8), (flags & kLowerBase) != 0);
  if (entry[8] == std::byte{' '}) return;
  sink.write(".");
  print_padded(sink, entry.subspan(8, 3), (flags & kLowerExtension) != 0);
}

void LongName::add(std::span<const std::byte> entry) {
  constexpr uint32_t kLastPiece = 0x40;
  constexpr size_t kUnitPlaces[kUnitsPerPiece] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
  const auto order = std::to_integer<uint32_t>(entry[0]);
  const auto checksum = std::to_integer<uint32_t>(entry[13]);
  const uint32_t piece = order & 0x3f;
  if ((order & kLastPiece) != 0) {
    missing_ = piece;
    checksum_ = checksum;
    unit_count_ = piece * kUnitsPerPiece;
  }
  if (piece == 0 || piece != missing_ || unit_count_ > units_.size() || checksum != checksum_) {
    clear();
    return;
  }
  missing_ = piece - 1;
  for (size_t i = 0; i < kUnitsPerPiece; ++i) {
    units_[missing_ * kUnitsPerPiece + i] = base::load_le16(entry, kUnitPlaces[i]);
  }
}

bool LongName::belongs_to(std::span<const std::byte> short_entry) const {
  return missing_ == 0 && units_[0] != 0 && checksum_ == short_name_checksum(short_entry);
}

void LongName::print(base::TextSink& sink) const {
  for (size_t i = 0; i < unit_count_ && units_[i] != 0; ++i) {
    const uint32_t unit = units_[i];
    const uint32_t next = i + 1 < unit_count_ ? units_[i + 1] : 0;
    if (is_high_surrogate(unit) && is_low_surrogate(next)) {
      print_code_point(sink, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
      ++i;
    } else {
      print_code_point(sink,
                       is_high_surrogate(unit) || is_low_surrogate(unit) ? kReplacement : unit);
    }
  }
}

}  // namespace pi
