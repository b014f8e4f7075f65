#include "host-tools/console/console_text.h"

namespace host {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

struct Character {
  size_t bytes = 0;  // those that belong together
  enum class State { kWhole, kBegun, kInvalid } state = State::kInvalid;
};

// Unicode 15, table 3-7: well-formed byte sequences. The length of a wrong one is that of its
// longest correct beginning, as section 3.9 recommends.
Character first_character(std::string_view text) {
  using State = Character::State;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return {1, State::kWhole};
  if (lead < 0xc2 || lead > 0xf4) return {1, State::kInvalid};
  const size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  unsigned lowest = lead == 0xe0 ? 0xa0u : lead == 0xf0 ? 0x90u : 0x80u;
  unsigned highest = lead == 0xed ? 0x9fu : lead == 0xf4 ? 0x8fu : 0xbfu;
  for (size_t i = 1; i < bytes; ++i) {
    if (i == text.size()) return {i, State::kBegun};
    if (at(i) < lowest || at(i) > highest) return {i, State::kInvalid};
    lowest = 0x80;
    highest = 0xbf;
  }
  return {bytes, State::kWhole};
}

}  // namespace

// Returns how much of held_ it took.
size_t ScreenText::take(std::string& text) const {
  size_t done = 0;
  while (done < held_.size()) {
    const std::string_view rest = std::string_view(held_).substr(done);
    if (rest[0] == '\r' && rest.size() == 1) break;
    const Character character = first_character(rest);
    if (character.state == Character::State::kBegun) break;
    if (character.state == Character::State::kInvalid) {
      text += kReplacement;
    } else if (!rest.starts_with("\r\n")) {
      text += rest.substr(0, character.bytes);
    }
    done += character.bytes;
  }
  return done;
}

std::string ScreenText::feed(std::string_view bytes) {
  held_ += bytes;
  std::string text;
  held_.erase(0, take(text));
  return text;
}

std::string ScreenText::finish() {
  std::string text = feed({});
  if (!held_.empty()) text += held_ == "\r" ? std::string_view("\r") : kReplacement;
  held_.clear();
  return text;
}

void PromptWatch::feed(std::string_view text, Clock::time_point now) {
  // More than a prompt, which is all that has to be known of longer lines.
  constexpr size_t kEnough = 3;
  for (const char byte : text) {
    if (is_part_of_escape(byte)) continue;
    if (byte == '\n' || byte == '\r') {
      line_.clear();
    } else if (line_.size() < kEnough) {
      line_ += byte;
    }
  }
  if (!text.empty()) last_ = now;
  // It was of an earlier prompt.
  if (!line_.empty() && !std::string_view("> ").starts_with(line_)) announced_ = false;
}

// Such as ESC [ K, which clears a line that is written again (ECMA-48, 5.4).
bool PromptWatch::is_part_of_escape(char byte) {
  if (escape_ == Escape::kSequence) {
    if (byte >= '@') escape_ = Escape::kNone;
    return true;
  }
  if (escape_ == Escape::kEscape) {
    escape_ = byte == '[' ? Escape::kSequence : Escape::kNone;
    return true;
  }
  if (byte == '\x1b') escape_ = Escape::kEscape;
  return byte == '\x1b';
}

void PromptWatch::answer() {
  line_.clear();
  announced_ = false;
}

PromptWatch::Clock::time_point PromptWatch::ready_at() const {
  if (!is_prompt()) return Clock::time_point::max();
  return announced_ ? last_ : last_ + kQuiet;
}

}  // namespace host
