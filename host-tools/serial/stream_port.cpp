// Ports that are not serial ports: sockets and other programs.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "host-tools/serial/port.h"
#include "host-tools/serial/serial_port.h"
#include "host-tools/support/failure.h"

namespace host {

namespace {

constexpr std::string_view kSocketPrefix = "unix:";

void make_nonblocking(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

bool would_block() { return errno == EAGAIN || errno == EINTR; }

// send(), because write() to a socket whose reader is gone raises a signal.
ssize_t send_now(int descriptor, std::string_view bytes) {
  const ssize_t count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count >= 0 ? count : would_block() ? 0 : -1;
}

ssize_t receive_now(int descriptor, std::span<char> buffer) {
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  return count > 0 ? count : count < 0 && would_block() ? 0 : -1;
}

class SocketPort final : public Port {
 public:
  SocketPort(const std::string& name, Interrupts* interrupts) : Port(name, interrupts) {
    SocketPort::open();
  }

 private:
  void open() override {
    const std::string path = name().substr(kSocketPrefix.size());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
      fail("{}: a socket's path has 1 to {} bytes", name(), sizeof address.sun_path - 1);
    }
    path.copy(address.sun_path, path.size());
    Descriptor opened(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!opened.is_open()) fail("socket: {}", system_error());
    if (::connect(opened.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      fail("{}: can't be connected to: {}; is the other program running?", name(), system_error());
    }
    make_nonblocking(opened.get());
    socket_ = std::move(opened);
  }
  void close() override { socket_.close(); }
  int input_descriptor() const override { return socket_.get(); }
  int output_descriptor() const override { return socket_.get(); }
  ssize_t read_now(std::span<char> buffer) override { return receive_now(socket_.get(), buffer); }
  ssize_t write_now(std::string_view bytes) override { return send_now(socket_.get(), bytes); }

  Descriptor socket_;
};

class ProcessPort final : public Port {
 public:
  ProcessPort(std::string name, Subprocess& process, Interrupts* interrupts)
      : Port(std::move(name), interrupts), process_(&process) {
    make_nonblocking(process.output().get());
  }

  bool may_return() const override { return false; }

 private:
  void open() override { fail("{}: has ended", name()); }
  void close() override { process_ = nullptr; }
  int input_descriptor() const override {
    return process_ == nullptr ? -1 : process_->output().get();
  }
  int output_descriptor() const override {
    return process_ == nullptr ? -1 : process_->input().get();
  }
  ssize_t read_now(std::span<char> buffer) override {
    return receive_now(process_->output().get(), buffer);
  }
  // What the program says at its end is still to be read when it takes no more.
  ssize_t write_now(std::string_view bytes) override {
    const ssize_t count = send_now(process_->input().get(), bytes);
    return count >= 0 ? count : static_cast<ssize_t>(bytes.size());
  }

  Subprocess* process_;
};

}  // namespace

std::unique_ptr<Port> open_port(const std::string& name, uint32_t baud, Interrupts* interrupts) {
  if (name.starts_with(kSocketPrefix)) return std::make_unique<SocketPort>(name, interrupts);
  return open_serial_port(name.empty() ? find_port() : name, baud, interrupts);
}

std::unique_ptr<Port> process_port(std::string name, Subprocess& process, Interrupts* interrupts) {
  return std::make_unique<ProcessPort>(std::move(name), process, interrupts);
}

}  // namespace host
