// Runs the program `barellama` as a user does, and sees what a user sees.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "host-tools/support/subprocess.h"

namespace host {

struct Outcome {
  int exit_code = -1;
  std::string output;
  std::string errors;
};

inline std::string read_to_end(const Descriptor& from) {
  std::string bytes;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(from.get(), buffer, sizeof buffer)) > 0;) {
    bytes.append(buffer, static_cast<size_t>(count));
  }
  return bytes;
}

// Messages stay below the 64 KiB of a pipe, so that one stream can be read after the other.
inline Outcome outcome_of(const std::vector<std::string>& command, const std::string& input = "",
                          const std::vector<std::string>& environment = {}) {
  Subprocess program(command, environment);
  program.write(input);
  program.close_input();
  Outcome outcome;
  outcome.output = read_to_end(program.output());
  outcome.errors = read_to_end(program.errors());
  outcome.exit_code = program.wait();
  return outcome;
}

inline Outcome barellama(std::vector<std::string> arguments, const std::string& input = "",
                         const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.begin(), BARELLAMA_PROGRAM);
  return outcome_of(arguments, input, environment);
}

// It failed with this message, and told nothing on standard output.
inline void expect_failure(const Outcome& outcome, int exit_code, const std::string& message) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.errors;
  EXPECT_THAT(outcome.errors, testing::HasSubstr(message));
  EXPECT_EQ(outcome.output, "");
}

}  // namespace host
