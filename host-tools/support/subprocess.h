// Other programs, started and watched. None of them outlives this one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"

namespace host {

// Throws unless `program` is found on the PATH or in the sbin folders, where Debian keeps mkfs.fat
// and which a user's PATH does not name; returns its full path. `package` is what to install.
std::string find_program(const std::string& program, const std::string& package);

// A running program whose standard streams lead to us.
class Subprocess {
 public:
  // command[0] is the path of the program. `environment` is added to ours, as NAME=VALUE.
  explicit Subprocess(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment = {});
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  // Kills it, if it still runs.
  ~Subprocess();

  const Descriptor& input() const { return input_; }
  const Descriptor& output() const { return output_; }
  const Descriptor& errors() const { return errors_; }
  // To its standard input; waits while the program does not read. False when it reads no more.
  bool write(std::string_view bytes);
  void close_input() { input_.close(); }

  // Waits for its end. 0 to 255 as it exits, 128 + signal if it was killed.
  int wait();
  void signal(int number);
  void kill();

 private:
  Descriptor input_, output_, errors_;
  pid_t process_ = -1;
  int exit_code_ = -1;
};

// Runs a program to its end and returns what it wrote to standard output. Throws Failure with its
// messages when it fails, and when interrupted. `meanwhile` is called about ten times a second.
std::string run(const std::vector<std::string>& command, Interrupts& interrupts,
                const std::vector<std::string>& environment = {},
                const std::function<void()>& meanwhile = {});

}  // namespace host
