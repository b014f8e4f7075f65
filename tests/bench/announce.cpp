#include "tests/bench/announce.h"

#include <unistd.h>

#include <cstdio>

namespace bench {

void announce(const std::string& line) {
  if (::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace bench
