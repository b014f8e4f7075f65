#include "host-tools/console/console.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <iostream>
#include <utility>

#include "host-tools/console/character_columns.h"
#include "host-tools/console/keys.h"
#include "host-tools/console/line_input.h"
#include "host-tools/console/terminal.h"
#include "host-tools/console/word_wrap.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/output.h"
#include "host-tools/support/text_input.h"

namespace host {

namespace {

using Clock = BoardLine::Clock;

// Of a script without --timeout, without a byte.
constexpr std::chrono::minutes kSilence{5};

void show(std::string_view bytes) { write_output(bytes); }

void say(const PromptWatch& screen, std::string_view notice) {
  std::fprintf(stderr, "%s[%.*s]\n", screen.is_empty_line() ? "" : "\n",
               static_cast<int>(notice.size()), notice.data());
}

bool is_readable(int descriptor) {
  pollfd wait = {descriptor, POLLIN, 0};
  return ::poll(&wait, 1, 0) > 0;
}

// False at the end.
bool read_keys(Keys& keys) {
  char buffer[1024];
  const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (count > 0) keys.feed({buffer, static_cast<size_t>(count)});
  return count > 0;
}

Clock::time_point deadline_of(const ConsoleOptions& options) {
  if (!options.timeout_s) return Clock::time_point::max();
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(*options.timeout_s));
}

// ---- Without a person

class ScriptRun {
 public:
  ScriptRun(BoardLine& board, const ConsoleOptions& options)
      : board_(board),
        script_(options.steps),
        timeout_s_(options.timeout_s),
        records_(!options.record.empty()),
        deadline_(deadline_of(options)) {}

  // Why it was given up; empty: all of it came.
  std::string run() {
    auto last = Clock::now();
    while (!advance()) {
      const std::string text = board_.read(std::min(deadline_, last + kSilence));
      for (const std::string& notice : board_.take_notices()) say(board_.prompt(), notice);
      show(text);
      script_.feed(text);
      if (!text.empty()) last = Clock::now();
      if (script_.is_done() && !script_.ends_with_send()) break;
      if (board_.is_over()) return gave_up("the other side is gone");
      if (Clock::now() >= deadline_) return gave_up(text_of_timeout());
      if (Clock::now() >= last + kSilence) return gave_up("nothing came for 300 s");
    }
    if (records_) take_records();
    return {};
  }

 private:
  // Those of an answer come after its text, which was all that was waited for.
  void take_records() {
    constexpr std::chrono::seconds kPatience(10);
    const auto end = std::min(deadline_, Clock::now() + kPatience);
    while (!board_.is_ready() && !board_.is_over() && Clock::now() < end) show(board_.read(end));
  }
  std::string text_of_timeout() const { return text("not within the {:.3} s", *timeout_s_); }

  // Sends what can be sent. True when all is done.
  bool advance() {
    while (const std::string* line = script_.to_send()) {
      if (is_control_key(*line)) {
        board_.send(*line);
      } else {
        if (!board_.is_ready()) return false;
        board_.send_line(*line);
        show(*line + "\n");
      }
      script_.sent();
    }
    if (!script_.is_done()) return false;
    return !script_.ends_with_send() || board_.is_ready();
  }
  std::string gave_up(std::string_view why) const {
    return text("{} did not come: {}", script_.awaited(), why);
  }

  BoardLine& board_;
  Script script_;
  std::optional<double> timeout_s_;
  bool records_;
  Clock::time_point deadline_;
};

void listen(BoardLine& board, const ConsoleOptions& options) {
  const auto deadline = deadline_of(options);
  while (Clock::now() < deadline && !board.is_over()) {
    show(board.read(deadline));
    for (const std::string& notice : board.take_notices()) say(board.prompt(), notice);
    board.is_ready();  // asks for records
  }
}

std::vector<ScriptStep> lines_of_standard_input() {
  std::vector<ScriptStep> steps;
  for (std::string& line : read_lines(std::cin, "standard input")) {
    steps.push_back({ScriptStep::Kind::kSend, std::move(line)});
  }
  return steps;
}

// ---- Every key to the board

void pass_keys(BoardLine& board, const ConsoleOptions& options) {
  const auto deadline = deadline_of(options);
  while (Clock::now() < deadline && !board.is_over()) {
    show(board.read(deadline, STDIN_FILENO));
    for (const std::string& notice : board.take_notices()) say(board.prompt(), notice);
    if (!options.raw) board.is_ready();  // asks for records
    if (!is_readable(STDIN_FILENO)) continue;
    char bytes[256];
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) return;
    const std::string_view typed(bytes, static_cast<size_t>(count));
    board.send(typed.substr(0, typed.find(kLeaveKey)));
    if (typed.find(kLeaveKey) != std::string_view::npos) return;
  }
}

// ---- Lines

class Conversation {
 public:
  Conversation(BoardLine& board, const ConsoleOptions& options)
      : board_(board), deadline_(deadline_of(options)) {}

  void run() {
    while (!has_left_ && Clock::now() < deadline_ && !board_.is_over()) {
      if (board_.is_ready()) offer_line();
      const auto wait = keys_.has_begun_key() ? Clock::now() + Keys::kPatience : deadline_;
      show_text(board_.read(wait, STDIN_FILENO));
      const bool has_keys = is_readable(STDIN_FILENO);
      if (has_keys && !read_keys(keys_)) return;
      while (const auto key = keys_.next(!has_keys)) take(*key);
    }
    show(wrap_.finish());
    if (input_.is_active() && !input_.is_hidden()) {
      input_.drop();
      show("\n");
    }
  }

 private:
  void offer_line() {
    if (input_.is_active() && !input_.is_hidden()) return;
    show("\r");  // libedit writes the prompt, too
    if (input_.is_active()) {
      input_.show();
    } else {
      input_.begin();
    }
    while (!early_.empty() && input_.is_active()) {
      const std::string key = early_.front();
      early_.pop_front();
      type(key);
    }
  }

  void show_text(std::string_view text) {
    const auto notices = board_.take_notices();
    if (text.empty() && notices.empty()) return;
    if (input_.is_active() && !input_.is_hidden()) {
      input_.hide();
      wrap_.begin_line();
      show_wrapped("> ");  // the board's
    }
    show_wrapped(text);
    for (const std::string& notice : notices) {
      say(board_.prompt(), notice);
      wrap_.begin_line();
    }
  }

  void show_wrapped(std::string_view text) { show(wrap_.feed(text, terminal_columns())); }

  void take(const std::string& key) {
    const bool is_edited = input_.is_active() && !input_.is_hidden();
    if (key[0] == kLeaveKey || (key[0] == kControlD && is_edited && input_.is_empty())) {
      has_left_ = true;
    } else if (key[0] == kControlC || (!is_edited && key.size() == 1 && key[0] == kEscapeKey)) {
      if (input_.is_active()) input_.drop();
      board_.send({&kControlC, 1});
    } else if (is_edited) {
      type(key);
    } else if (key == "\r" && early_.empty()) {
      board_.send(key);
    } else {
      early_.push_back(key);
    }
  }

  void type(const std::string& key) {
    if (key.size() == 1 && key[0] == kEscapeKey) return;
    if (const auto line = input_.type(key)) {
      board_.send_line(*line);
      wrap_.begin_line();
    }
  }

  BoardLine& board_;
  Clock::time_point deadline_;
  Keys keys_;
  LineInput input_{"> ", history_path()};
  WordWrap wrap_;
  std::deque<std::string> early_;  // keys that came while the board was busy
  bool has_left_ = false;
};

void talk(BoardLine& board, const ConsoleOptions& options, const Port& port) {
  // Before anything is printed: Ctrl-C from a user who types at once would end the program, and
  // take the keys before it along. libedit changes the terminal as well; this puts it back,
  // whatever happens.
  const RawTerminal terminal(options.raw ? RawTerminal::Output::kBytes
                                         : RawTerminal::Output::kText);
  std::fprintf(stderr, "console of %s; Ctrl-] leaves, Ctrl-C stops a story%s\n",
               port.name().c_str(), options.raw ? "\r" : "");
  if (options.raw || ::isatty(STDOUT_FILENO) != 1) return pass_keys(board, options);
  Conversation(board, options).run();
}

}  // namespace

void run_console(Port& port, const ConsoleOptions& options) {
  const bool is_at_terminal = ::isatty(STDIN_FILENO) == 1;
  ConsoleOptions all = options;
  if (!all.is_script() && !is_at_terminal) {
    all.steps = with_console_exit_codes(lines_of_standard_input);
  }
  const std::string missing = with_console_exit_codes([&] {
    ConsoleFiles files(all.log, all.record);
    BoardLine board(port, files,
                    {.raw = all.raw,
                     .knocks = all.knocks && !all.raw,
                     .wants_records = all.asks_for_records && files.has_records()});
    std::string why;
    if (all.is_script()) {
      why = ScriptRun(board, all).run();
    } else if (is_at_terminal) {
      talk(board, all, port);
    } else {
      listen(board, all);
    }
    board.give_up();
    return why;
  });
  if (!missing.empty()) throw Failure(missing, kDidNotCome);
}

}  // namespace host
