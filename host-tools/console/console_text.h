// What a board prints, made fit for a screen and for patterns; and where in it the board waits.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace host {

// Bytes as they arrive into text: CR LF becomes LF, characters of UTF-8 come whole, and bytes that
// are not UTF-8 become U+FFFD. A CR alone stays, for lines that are rewritten in place.
class ScreenText {
 public:
  // Holds back only what is not clear yet: a CR, an incomplete character.
  std::string feed(std::string_view bytes);
  // At the end of the stream: what was held back.
  std::string finish();

 private:
  size_t take(std::string& text) const;

  std::string held_;
};

// Finds the kernel's prompt, "> " on a line of its own. The record `ready` announces it; without
// records it is one when nothing follows for a while.
class PromptWatch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kQuiet{150};

  // Text as ScreenText gives it.
  void feed(std::string_view text, Clock::time_point now);
  // The record `ready` has come: the prompt follows.
  void announce() { announced_ = true; }
  // The prompt has its answer, and the screen shows an empty line.
  void answer();

  // The last thing on the screen is "> ".
  bool is_prompt() const { return line_ == "> "; }
  bool is_empty_line() const { return line_.empty(); }
  // When the board is known to wait, if it says nothing until then; max() if there is no prompt.
  Clock::time_point ready_at() const;
  bool is_announced() const { return announced_; }

 private:
  enum class Escape : unsigned char { kNone, kEscape, kSequence };

  bool is_part_of_escape(char byte);

  std::string line_;  // the beginning of the last line
  Clock::time_point last_{};
  bool announced_ = false;
  Escape escape_ = Escape::kNone;
};

}  // namespace host
