#include "host-tools/support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sstream>

#include "host-tools/support/failure.h"

namespace host {

namespace {

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe: {}", system_error());
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// A socket, because only a socket can be written to without SIGPIPE when its reader is gone.
Pipe make_input() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    fail("socketpair: {}", system_error());
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Runs in the new process.
[[noreturn]] void execute(pid_t parent, const std::vector<char*>& arguments, int input, int output,
                          int errors) {
  // The kernel kills it when we die, however we die; the check is for a death before this line.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  Interrupts::restore_in_child();
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

// Adds what can be read now; false at the end.
bool read_some(const Descriptor& from, std::string& to) {
  char buffer[4096];
  const ssize_t count = ::read(from.get(), buffer, sizeof buffer);
  if (count > 0) to.append(buffer, static_cast<size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

std::string find_program(const std::string& program, const std::string& package) {
  const char* path = std::getenv("PATH");
  std::stringstream folders(std::string(path == nullptr ? "" : path) +
                            ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin");
  std::string folder;
  while (std::getline(folders, folder, ':')) {
    const std::string candidate = folder + "/" + program;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  fail("{} is not installed; it is in the package {}", program, package);
}

Subprocess::Subprocess(const std::vector<std::string>& command,
                       const std::vector<std::string>& environment) {
  Pipe input = make_input();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  if (process_ < 0) fail("{}: can't be started: {}", command[0], system_error());
  if (process_ == 0) {
    for (const std::string& entry : environment) {
      const size_t equals = entry.find('=');
      ::setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
    }
    execute(parent, arguments, input.read_end.get(), output.write_end.get(),
            errors.write_end.get());
  }
  input_ = std::move(input.write_end);
  output_ = std::move(output.read_end);
  errors_ = std::move(errors.read_end);
}

Subprocess::~Subprocess() { kill(); }

int Subprocess::wait() {
  if (process_ < 0) return exit_code_;
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

bool Subprocess::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(input_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void Subprocess::signal(int number) {
  if (process_ >= 0) ::kill(process_, number);
}

void Subprocess::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  wait();
}

std::string run(const std::vector<std::string>& command, Interrupts& interrupts,
                const std::vector<std::string>& environment,
                const std::function<void()>& meanwhile) {
  Subprocess process(command, environment);
  process.close_input();
  std::string output;
  std::string errors;
  bool output_open = true;
  bool errors_open = true;
  while (output_open || errors_open) {
    pollfd waits[] = {{output_open ? process.output().get() : -1, POLLIN, 0},
                      {errors_open ? process.errors().get() : -1, POLLIN, 0},
                      {interrupts.descriptor(), POLLIN, 0}};
    const int ready = ::poll(waits, 3, meanwhile ? 100 : -1);
    if (ready < 0 && errno != EINTR) fail("poll: {}", system_error());
    if (ready == 0) meanwhile();
    if (waits[2].revents != 0) interrupts.check();
    if (waits[0].revents != 0) output_open = read_some(process.output(), output);
    if (waits[1].revents != 0) errors_open = read_some(process.errors(), errors);
  }
  const int exit_code = process.wait();
  interrupts.check();
  if (exit_code != 0) {
    while (!errors.empty() && errors.back() == '\n') errors.pop_back();
    fail("{} failed ({}): {}", command[0], exit_code, errors.empty() ? output : errors);
  }
  return output;
}

}  // namespace host
