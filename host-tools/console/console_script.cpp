#include "host-tools/console/console_script.h"

#include "host-tools/support/failure.h"

namespace host {

namespace {

// The library's matcher goes one call deeper with each character of a match, and with some patterns
// through all that is left from each character on.
constexpr size_t kWindowBytes = 2048;

std::regex compile(const ScriptStep& step) {
  if (step.kind == ScriptStep::Kind::kSend) return {};
  try {
    return std::regex(step.text, std::regex::ECMAScript | std::regex::multiline);
  } catch (const std::regex_error& error) {
    throw Failure(text("--until {}: is not a pattern: {}", step.text, error.what()), 2);
  }
}

}  // namespace

bool is_control_key(std::string_view text) {
  return text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x20;
}

Script::Script(std::vector<ScriptStep> steps) : steps_(std::move(steps)) {
  for (const ScriptStep& step : steps_) patterns_.push_back(compile(step));
}

void Script::feed(std::string_view text) {
  text_ += text;
  match();
  if (text_.size() <= 2 * kWindowBytes) return;
  // One byte more, so that `^` can see what stands before.
  const size_t dropped = text_.size() - kWindowBytes - 1;
  text_.erase(0, dropped);
  searched_from_ = searched_from_ > dropped ? searched_from_ - dropped : 1;
}

void Script::match() {
  while (!is_done() && steps_[next_].kind == ScriptStep::Kind::kUntil) {
    if (text_.size() - searched_from_ > kWindowBytes) searched_from_ = text_.size() - kWindowBytes;
    auto flags = std::regex_constants::match_default;
    // The line may go on.
    if (!text_.ends_with('\n')) flags |= std::regex_constants::match_not_eol;
    if (searched_from_ > 0) flags |= std::regex_constants::match_prev_avail;
    std::cmatch found;
    const char* begin = text_.data();
    if (!std::regex_search(begin + searched_from_, begin + text_.size(), found, patterns_[next_],
                           flags)) {
      return;
    }
    searched_from_ = static_cast<size_t>(found[0].second - begin);
    ++next_;
  }
}

const std::string* Script::to_send() const {
  if (is_done() || steps_[next_].kind != ScriptStep::Kind::kSend) return nullptr;
  return &steps_[next_].text;
}

void Script::sent() {
  // The board does not echo it, and yet what it answers begins a line.
  if (!is_control_key(steps_[next_].text)) text_ += '\n';
  ++next_;
  searched_from_ = text_.size();
}

bool Script::ends_with_send() const {
  return !steps_.empty() && steps_.back().kind == ScriptStep::Kind::kSend;
}

std::string Script::awaited() const {
  if (is_done()) return "the end of the last answer";
  if (steps_[next_].kind == ScriptStep::Kind::kUntil) {
    return text("\"{}\"", steps_[next_].text);
  }
  return text("the prompt to send \"{}\"", steps_[next_].text);
}

}  // namespace host
