#include "tests/system/qemu_monitor.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "host-tools/support/failure.h"

namespace host {

namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

std::vector<std::string> QemuMonitor::arguments(const std::filesystem::path& socket) {
  return {"-chardev", "socket,id=monitor,server=on,wait=off,path=" + socket.string(), "-mon",
          "chardev=monitor,mode=readline"};
}

QemuMonitor::QemuMonitor(const std::filesystem::path& socket)
    : connection_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (!connection_.is_open()) fail("socket: {}", system_error());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) fail("{}: too long for a socket", path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (::connect(connection_.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address) != 0) {
    if (std::chrono::steady_clock::now() > deadline) fail("{}: {}", path, system_error());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  read_up_to_prompt();
}

std::string QemuMonitor::command(std::string_view line) {
  const std::string bytes = std::string(line) + "\n";
  if (::write(connection_.get(), bytes.data(), bytes.size()) !=
      static_cast<ssize_t>(bytes.size())) {
    fail("QEMU's monitor: {}", system_error());
  }
  return read_up_to_prompt();
}

std::string QemuMonitor::read_up_to_prompt() {
  std::string answer;
  while (!answer.ends_with("(qemu) ")) {
    pollfd wait = {connection_.get(), POLLIN, 0};
    const int milliseconds =
        static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kPatience).count());
    char buffer[1024];
    const ssize_t count =
        ::poll(&wait, 1, milliseconds) > 0 ? ::read(connection_.get(), buffer, sizeof buffer) : 0;
    if (count <= 0) fail("QEMU's monitor says no more than \"{}\"", answer);
    answer.append(buffer, static_cast<size_t>(count));
  }
  return answer;
}

}  // namespace host
