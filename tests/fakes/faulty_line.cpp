#include "tests/fakes/faulty_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "host-tools/support/failure.h"

namespace fakes {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) host::fail("{}: too long for a socket", path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

void make_raw(int terminal) {
  termios settings;
  if (::tcgetattr(terminal, &settings) != 0) host::fail("tcgetattr: {}", host::system_error());
  ::cfmakeraw(&settings);
  ::tcsetattr(terminal, TCSANOW, &settings);
}

host::Descriptor open_board(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) != 0) host::fail("{}: {}", path, host::system_error());
  if (S_ISSOCK(status.st_mode)) {
    host::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = address_of(path);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      host::fail("{}: {}", path, host::system_error());
    }
    return socket;
  }
  host::Descriptor terminal(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.is_open()) host::fail("{}: {}", path, host::system_error());
  make_raw(terminal.get());
  return terminal;
}

// A socket whose reader is gone must not end the program by a signal.
ssize_t write_some(int to, std::string_view bytes) {
  const ssize_t count = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return count < 0 && errno == ENOTSOCK ? ::write(to, bytes.data(), bytes.size()) : count;
}

}  // namespace

FaultyLine::FaultyLine(const std::string& board, const LineFaults& to_board,
                       const LineFaults& to_laptop, End end)
    : board_(open_board(board)), to_board_(to_board), to_laptop_(to_laptop) {
  if (end == End::kSocket) {
    open_socket();
  } else {
    open_terminal();
  }
  std::array<int, 2> stop;
  if (::pipe2(stop.data(), O_CLOEXEC) != 0) host::fail("pipe: {}", host::system_error());
  stop_read_ = host::Descriptor(stop[0]);
  stop_write_ = host::Descriptor(stop[1]);
  thread_ = std::thread([this] { run(); });
}

FaultyLine::~FaultyLine() {
  stop_write_.close();
  thread_.join();
}

void FaultyLine::open_socket() {
  const std::string path = (folder_.path() / "line").string();
  listener_ = host::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 1) != 0) {
    host::fail("{}: {}", path, host::system_error());
  }
  port_ = "unix:" + path;
}

void FaultyLine::open_terminal() {
  laptop_ = host::Descriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 64> name;
  if (!laptop_.is_open() || ::grantpt(laptop_.get()) != 0 || ::unlockpt(laptop_.get()) != 0 ||
      ::ptsname_r(laptop_.get(), name.data(), name.size()) != 0) {
    host::fail("no pseudo-terminal: {}", host::system_error());
  }
  port_ = name.data();
  terminal_ = host::Descriptor(::open(port_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  make_raw(terminal_.get());
}

void FaultyLine::run() {
  while (true) {
    const bool waits = !to_board_.pending.empty() || !to_laptop_.pending.empty();
    const int listener = laptop_.is_open() ? -1 : listener_.get();
    std::array<pollfd, 4> ready = {pollfd{stop_read_.get(), POLLIN, 0}, pollfd{listener, POLLIN, 0},
                                   pollfd{board_.get(), POLLIN, 0},
                                   pollfd{laptop_.get(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), waits ? 1 : -1) < 0 && errno != EINTR) return;
    if (ready[0].revents != 0) return;
    if (ready[1].revents != 0) {
      laptop_ = host::Descriptor(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
      continue;
    }
    if (ready[2].revents != 0 && !take(board_, to_laptop_)) board_.close();
    if (ready[3].revents != 0 && !take(laptop_, to_board_)) laptop_.close();
    pass(to_board_, board_);
    pass(to_laptop_, laptop_);
  }
}

bool FaultyLine::take(const host::Descriptor& from, Direction& direction) {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count <= 0) return count < 0 && errno == EINTR;
  direction.pending.append(buffer.data(), static_cast<size_t>(count));
  bytes_ += static_cast<uint64_t>(count);
  return true;
}

void FaultyLine::pass(Direction& direction, const host::Descriptor& to) {
  const auto now = std::chrono::steady_clock::now();
  if (now < direction.held_until) return;
  std::string out;
  size_t taken = 0;
  int delay_ms = 0;
  while (taken < direction.pending.size() && delay_ms == 0) {
    out += direction.line.pass(direction.pending[taken++], delay_ms);
  }
  direction.pending.erase(0, taken);
  direction.held_until = now + std::chrono::milliseconds(delay_ms);
  // Without a program at the other end, bytes are lost as on a wire.
  for (size_t sent = 0; to.is_open() && sent < out.size();) {
    const ssize_t count = write_some(to.get(), std::string_view(out).substr(sent));
    if (count <= 0) return;
    sent += static_cast<size_t>(count);
  }
}

}  // namespace fakes
