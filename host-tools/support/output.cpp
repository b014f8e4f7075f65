#include "host-tools/support/output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "host-tools/support/failure.h"

namespace host {

void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest number that is free: this one.
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

void write_output(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size() ||
      std::fflush(stdout) != 0) {
    fail("standard output: {}", system_error());
  }
}

void finish_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0) fail("standard output: {}", system_error());
  // Whatever wrote did not look; why it failed is forgotten by now.
  if (std::ferror(stdout) != 0 || !std::cout) {
    fail("standard output: not all of it could be written; is it closed, or the disk full?");
  }
}

}  // namespace host
