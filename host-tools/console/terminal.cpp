#include "host-tools/console/terminal.h"

#include <unistd.h>

#include "host-tools/support/failure.h"

namespace host {

RawTerminal::RawTerminal(Output output) {
  if (::tcgetattr(STDIN_FILENO, &before_) != 0) fail("the terminal: {}", system_error());
  termios raw = before_;
  ::cfmakeraw(&raw);
  if (output == Output::kText) raw.c_oflag |= OPOST | ONLCR;
  if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) != 0) fail("the terminal: {}", system_error());
}

RawTerminal::~RawTerminal() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

}  // namespace host
