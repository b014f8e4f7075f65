// What a terminal sends, split into keys.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace host {

constexpr char kControlC = 0x03;
constexpr char kControlD = 0x04;
constexpr char kEscapeKey = 0x1b;
constexpr char kLeaveKey = 0x1d;  // Ctrl-]

class Keys {
 public:
  // A terminal sends the bytes of one key at once; an Esc that stays alone for this long was the
  // key.
  static constexpr std::chrono::milliseconds kPatience{50};

  void feed(std::string_view bytes) { bytes_ += bytes; }
  // The next key: a character of UTF-8, a control character, or the whole sequence of a cursor or
  // function key or of one with Alt (ECMA-48, 5.4; xterm). None when it is still incomplete; with
  // `is_quiet` what is there counts as it is.
  std::optional<std::string> next(bool is_quiet);
  bool has_begun_key() const { return !bytes_.empty(); }

 private:
  std::string bytes_;
};

}  // namespace host
