// A conversation with a board that is written down before it happens.
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace host {

struct ScriptStep {
  enum class Kind { kSend, kUntil };
  Kind kind;
  std::string text;  // to send; or a pattern: ECMAScript, `^` and `$` at lines
};

class Script {
 public:
  // Throws Failure (exit code 2) when a pattern is not valid.
  explicit Script(std::vector<ScriptStep> steps);

  // Text as it comes. A pattern matches what came after the last match or the last line that was
  // sent, within the newest 2 KiB.
  void feed(std::string_view text);
  // The text to be sent now, if it is the turn of one. Control characters alone (Ctrl-C, Esc) can
  // be sent at any time, lines only when the board is ready.
  const std::string* to_send() const;
  // It was.
  void sent();

  // Nothing is left to be waited for but the end of the last answer.
  bool is_done() const { return next_ == steps_.size(); }
  bool ends_with_send() const;
  // For messages: what it waits for.
  std::string awaited() const;

 private:
  void match();

  std::vector<ScriptStep> steps_;
  std::vector<std::regex> patterns_;  // one per step; of kSend unused
  size_t next_ = 0;
  std::string text_;
  size_t searched_from_ = 0;  // in text_
};

// Whether it is sent at once and without a Return.
bool is_control_key(std::string_view text);

}  // namespace host
