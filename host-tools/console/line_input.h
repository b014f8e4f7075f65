// A line that a person edits at the terminal, as in a shell: cursor keys, history, search (Ctrl-R).
//
// libedit does it, key by key, so that the caller's loop can look after a port meanwhile. What else
// has to be shown while a line is edited goes between hide() and show().
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace host {

class LineInput {
 public:
  // Standard input and output are a terminal. History is kept in `history`, folders are made; where
  // that can't be, for this session alone.
  LineInput(std::string prompt, std::filesystem::path history);
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;
  ~LineInput();

  // Begins an empty line, with its prompt, in the first column.
  void begin();
  bool is_active() const;
  // Takes a key, as Keys gives it. The line, once it is complete: it is in the history then, and no
  // longer active.
  std::optional<std::string> type(std::string_view key);
  bool is_empty() const;

  // Takes the prompt and what is typed from the screen, up to show() in the first column.
  void hide();
  void show();
  bool is_hidden() const;
  // Gives the line up, with the cursor after it.
  void drop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// $XDG_STATE_HOME/barellama/history, or ~/.local/state/barellama/history; empty without a home.
std::filesystem::path history_path();

}  // namespace host
