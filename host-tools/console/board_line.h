// The line to a board as a console needs it: text and records told apart, all of it kept in files,
// and the port opened again when it comes back.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/console/console_text.h"
#include "host-tools/serial/console_files.h"
#include "host-tools/serial/port.h"
#include "host-tools/serial/records.h"

namespace host {

class BoardLine {
 public:
  using Clock = PromptWatch::Clock;
  using Milliseconds = Port::Milliseconds;

  struct Settings {
    // Text as it came, records and all.
    bool raw = false;
    // Sends a Return when nothing comes for a second after the port was opened: a board that waits
    // shows its prompt again.
    bool knocks = true;
    // Asks the board for records when it sends none, and for none when the line is given up.
    bool wants_records = false;
    // Without a byte for so long, a notice says what may be wrong with the wires to a board; once.
    Milliseconds hints_after = kSilenceBeforeHint;
  };

  // Both outlive it.
  BoardLine(Port& port, ConsoleFiles& files, const Settings& settings);

  // Waits until text comes, the board may have become ready, `also` is readable, or `deadline`:
  // whichever is first. Returns the text, which may be none.
  std::string read(Clock::time_point deadline, int also = -1);
  // The board waits at its prompt.
  bool is_ready();
  // A line, without an echo of it from the board: the caller shows it.
  void send_line(std::string_view line);
  // Bytes as they are.
  void send(std::string_view bytes);
  // Undoes what was set on the board.
  void give_up();

  // The port was closed and won't come back.
  bool is_over() const { return !port_.is_open() && !port_.may_return(); }
  // When there is something to do even if no byte arrives.
  Clock::time_point next_event() const;
  const PromptWatch& prompt() const { return prompt_; }
  // What a person has to know, since the last call: "/dev/ttyUSB0 is gone; ...".
  std::vector<std::string> take_notices();

 private:
  // Whether the board sends records.
  enum class Records : unsigned char { kUnknown, kAsked, kAskedInVain, kSent };

  std::string text_of(std::vector<ConsoleEvent> events);
  std::string seen(std::string_view bytes);
  std::string take(std::string_view bytes);
  std::string take_end();
  void try_to_return();
  void knock_if_silent();
  void hint_if_silent();

  Port& port_;
  ConsoleFiles& files_;
  Settings settings_;
  RecordParser parser_;
  ScreenText screen_;
  PromptWatch prompt_;
  std::vector<std::string> notices_;
  bool within_story_ = false;  // between the records "begin" and "end"
  Records records_ = Records::kUnknown;
  bool records_asked_ = false;  // ever: to be undone
  // The answer to what was sent without being asked for is not shown, up to the prompt or this
  // time.
  Clock::time_point hidden_until_{};
  std::optional<Clock::time_point> knocks_at_;
  std::optional<Clock::time_point> hints_at_;
  std::optional<Clock::time_point> returns_at_;  // the next attempt to open it
};

}  // namespace host
