// What the terminal shows of the line.
#include <algorithm>

#include "kernel/console/character_width.h"
#include "kernel/console/line_editor.h"

namespace kernel {

void LineEditor::move_to(size_t at) {
  cursor_ = at;
  if (follow_cursor()) return paint(first_);
  const unsigned wanted = column_of(at);
  if (wanted < column_) return step_back(column_ - wanted);
  // Forward by writing again what is shown there.
  size_t from = first_;
  while (column_of(from) < column_) from = next_character(line(), from);
  put(line().substr(from, at - from));
  column_ = wanted;
}

// After a change of the line at byte `changed` and after it.
void LineEditor::refresh(size_t changed) {
  // Bytes that were not characters may have become one together.
  changed = code_point_begin(line(), changed);
  cursor_ = code_point_end(line(), cursor_);
  first_ = code_point_begin(line(), std::min(first_, size_));
  if (follow_cursor()) return paint(first_);
  // A mark changes the character that it joins.
  paint(is_mark(changed) ? previous_character(line(), changed) : changed);
}

bool LineEditor::is_mark(size_t at) const {
  return at < size_ && columns_of(line().substr(at, next_character(line(), at) - at)) == 0;
}

// Moves the window when the cursor has left it (the cursor is then in its middle), and back to the
// beginning when the whole line fits. Returns whether it did.
bool LineEditor::follow_cursor() {
  const size_t before = first_;
  if (columns_of(line()) <= kColumns) {
    first_ = 0;
  } else if (cursor_ < first_ || column_of(cursor_) > kColumns) {
    first_ = cursor_;
    while (first_ > 0) {
      const size_t previous = previous_character(line(), first_);
      if (columns_of(line().substr(previous, cursor_ - previous)) > kColumns / 2) break;
      first_ = previous;
    }
  }
  // Nothing within the window could be joined by a mark at its beginning.
  if (is_mark(first_)) first_ = previous_character(line(), first_);
  return first_ != before;
}

// Shows the line from byte `from` to the end of the window, over what was there.
void LineEditor::paint(size_t from) {
  const unsigned from_column = column_of(from);
  if (from_column < column_) step_back(column_ - from_column);
  size_t end = from;
  while (end < size_) {
    const size_t next = next_character(line(), end);
    if (column_of(next) > kColumns) break;
    end = next;
  }
  put(line().substr(from, end - from));
  column_ = column_of(end);
  const unsigned filled = column_;
  for (; column_ < drawn_; ++column_) put(" ");
  drawn_ = filled;
  step_back(column_ - column_of(cursor_));
}

unsigned LineEditor::column_of(size_t at) const {
  return columns_of(line().substr(first_, at - first_));
}

void LineEditor::step_back(unsigned columns) {
  for (unsigned i = 0; i < columns; ++i) put("\b");
  column_ -= columns;
}

void LineEditor::put(std::string_view text) {
  if (!is_silent_) echo_.write(text);
}

}  // namespace kernel
