#include "host-tools/console/line_input.h"

#include <histedit.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "host-tools/console/character_columns.h"
#include "host-tools/support/failure.h"

namespace host {

namespace fs = std::filesystem;

namespace {

constexpr int kHistoryLines = 1000;

}  // namespace

struct LineInput::State {
  std::string prompt;
  fs::path history_file;
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::wstring keys;  // for read_key()
  bool active = false;
  bool hidden = false;
  size_t columns = 0;

  static State& of(EditLine* editor) {
    void* state = nullptr;
    el_get(editor, EL_CLIENTDATA, &state);
    return *static_cast<State*>(state);
  }
  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }
  // libedit asks for more than it was given only within a command of several keys, such as a search
  // in the history.
  static int read_key(EditLine* editor, wchar_t* key) {
    std::wstring& keys = of(editor).keys;
    std::string bytes;
    while (keys.empty()) {
      char byte;
      if (::read(STDIN_FILENO, &byte, 1) != 1) return 0;
      bytes += byte;
      keys = wide(bytes);
      if (bytes.size() > 4) bytes.clear();
    }
    *key = keys[0];
    keys.erase(0, 1);
    return 1;
  }

  void fit_window() {
    const size_t now = terminal_columns();
    if (now != columns) el_resize(editor);
    columns = now;
  }
  void finish() {
    active = hidden = false;
    el_set(editor, EL_UNBUFFERED, 0);
  }
};

LineInput::LineInput(std::string prompt, fs::path history) : state_(std::make_unique<State>()) {
  use_utf8();
  state_->prompt = std::move(prompt);
  state_->history_file = std::move(history);
  state_->columns = terminal_columns();
  HistEvent event;
  state_->history = history_init();
  state_->editor = el_init("barellama", stdin, stdout, stderr);
  if (state_->editor == nullptr || state_->history == nullptr) fail("the terminal: no line editor");
  EditLine* editor = state_->editor;
  el_set(editor, EL_CLIENTDATA, state_.get());
  el_set(editor, EL_PROMPT, &State::show_prompt);
  el_set(editor, EL_GETCFN, &State::read_key);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, ::history, state_->history);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(editor, EL_BIND, "^W", "ed-delete-prev-word", nullptr);
  el_set(editor, EL_BIND, "^U", "vi-kill-line-prev", nullptr);
  el_set(editor, EL_BIND, "\\e[3~", "ed-delete-next-char", nullptr);
  el_set(editor, EL_BIND, "\\e[1;5C", "em-next-word", nullptr);
  el_set(editor, EL_BIND, "\\e[1;5D", "ed-prev-word", nullptr);
  // Keys never become signals or echoes: not while a line is edited, nor in between.
  el_set(editor, EL_SETTY, "-d", "-isig", nullptr);
  el_set(editor, EL_SETTY, "-x", "-isig", "-icanon", "-echo", nullptr);
  ::history(state_->history, &event, H_SETSIZE, kHistoryLines);
  ::history(state_->history, &event, H_SETUNIQUE, 1);
  if (!state_->history_file.empty()) {
    ::history(state_->history, &event, H_LOAD, state_->history_file.c_str());
  }
}

LineInput::~LineInput() {
  if (state_->active) state_->finish();
  history_end(state_->history);
  el_end(state_->editor);
}

bool LineInput::is_active() const { return state_->active; }
bool LineInput::is_hidden() const { return state_->hidden; }

void LineInput::begin() {
  state_->fit_window();
  state_->active = true;
  el_set(state_->editor, EL_UNBUFFERED, 1);
}

std::optional<std::string> LineInput::type(std::string_view key) {
  state_->fit_window();
  state_->keys = wide(key);
  std::string line;
  while (!state_->keys.empty()) {
    int count = 0;
    const char* bytes = el_gets(state_->editor, &count);
    if (bytes == nullptr || count <= 0) continue;
    line.assign(bytes, static_cast<size_t>(count));
    if (!line.ends_with('\n')) continue;
    line.pop_back();
    state_->finish();
    if (line.empty()) return line;
    HistEvent event;
    ::history(state_->history, &event, H_ENTER, line.c_str());
    std::error_code error;
    fs::create_directories(state_->history_file.parent_path(), error);
    // Where nothing can be written, the session goes on.
    if (!error) ::history(state_->history, &event, H_SAVE, state_->history_file.c_str());
    return line;
  }
  return std::nullopt;
}

bool LineInput::is_empty() const {
  const LineInfo* info = el_line(state_->editor);
  return info->lastchar == info->buffer;
}

void LineInput::hide() {
  const LineInfo* info = el_line(state_->editor);
  const size_t before =
      columns_of(state_->prompt) +
      columns_of({info->buffer, static_cast<size_t>(info->cursor - info->buffer)});
  const size_t rows = before / terminal_columns();
  std::fputs("\r", stdout);
  if (rows > 0) std::fputs(text("\x1b[{}A", rows).c_str(), stdout);
  std::fputs("\x1b[J", stdout);
  state_->hidden = true;
}

void LineInput::show() {
  std::fflush(stdout);
  state_->hidden = false;
  state_->fit_window();
  el_set(state_->editor, EL_REFRESH);
}

void LineInput::drop() {
  constexpr char kEndOfLine = 0x05;
  if (!state_->hidden) type({&kEndOfLine, 1});
  state_->finish();
}

fs::path history_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state != nullptr && *state == '/') return fs::path(state) / "barellama" / "history";
  if (home == nullptr || *home == '\0') return {};
  return fs::path(home) / ".local" / "state" / "barellama" / "history";
}

}  // namespace host
