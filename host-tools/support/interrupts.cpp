#include "host-tools/support/interrupts.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "host-tools/support/failure.h"

namespace host {

Interrupts::Interrupts() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ending, number);
  sigprocmask(SIG_BLOCK, &ending, &before_);
  signals_ = Descriptor(::signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_.is_open()) fail("signalfd: {}", system_error());
}

Interrupts::~Interrupts() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

void Interrupts::check() {
  signalfd_siginfo info;
  if (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    throw Failure("interrupted", 128 + static_cast<int>(info.ssi_signo));
  }
}

void Interrupts::restore_in_child() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace host
