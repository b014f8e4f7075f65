// Signals that ask the program to end, as events to wait for: so that long work is given up by an
// exception, and whatever is half done gets cleaned up.
#pragma once

#include <csignal>

#include "host-tools/support/files.h"

namespace host {

// While it lives, SIGINT, SIGTERM, SIGHUP and SIGQUIT no longer end the program. At most one at a
// time.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

  // Readable when a signal has come.
  int descriptor() const { return signals_.get(); }
  // Throws Failure with exit code 128 + signal if one has come.
  void check();

  // For a new process, before it executes another program: signals as they were.
  static void restore_in_child();

 private:
  Descriptor signals_;
  sigset_t before_;
};

}  // namespace host
