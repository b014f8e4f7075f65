#include "host-tools/serial/serial_port.h"

#include <fcntl.h>
#include <libserialport.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "host-tools/support/failure.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// The name that libserialport and /proc know: behind links such as those in /dev/serial/by-id.
std::string device_path(const std::string& name) {
  std::error_code error;
  const fs::path path = fs::canonical(name, error);
  if (error) fail("{}", why_not_opened(name, error.value()));
  return path.string();
}

[[noreturn]] void fail_taken(const std::string& name, const std::string& path) {
  const std::string users = users_of_device(path);
  fail("{}: is taken by {}; end that first", name, users.empty() ? "another program" : users);
}

// Others get EBUSY or no lock from now on, and so do we when they were first. Terminal programs use
// either.
void make_ours(int descriptor, const std::string& name, const std::string& path) {
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) fail_taken(name, path);
  ::ioctl(descriptor, TIOCEXCL);
}

void set_raw(int descriptor, const std::string& name) {
  termios settings{};
  if (::tcgetattr(descriptor, &settings) != 0) fail("{}: {}", name, system_error());
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  if (::tcsetattr(descriptor, TCSANOW, &settings) != 0) fail("{}: {}", name, system_error());
}

class SerialPort final : public Port {
 public:
  SerialPort(const std::string& name, uint32_t baud, Interrupts* interrupts)
      : Port(name, interrupts), baud_(baud) {
    SerialPort::open();
  }
  ~SerialPort() override { SerialPort::close(); }

  bool is_wired() const override { return true; }
  bool set_baud(uint32_t baud) override {
    if (sp_set_baudrate(port_, static_cast<int>(baud)) != SP_OK) return false;
    baud_ = baud;
    return true;
  }
  void drain() override { sp_drain(port_); }

 private:
  void open() override {
    const std::string path = device_path(name());
    if (sp_get_port_by_name(path.c_str(), &port_) != SP_OK)
      fail("{}: is not a serial port", name());
    try {
      if (sp_open(port_, SP_MODE_READ_WRITE) != SP_OK) fail_opening(path);
      sp_get_port_handle(port_, &descriptor_);
      // Two readers would each get a part of what comes, whether the other one locks or not.
      if (!users_of_device(path).empty()) fail_taken(name(), path);
      make_ours(descriptor_, name(), path);
      configure();
    } catch (...) {
      SerialPort::close();
      throw;
    }
  }
  [[noreturn]] void fail_opening(const std::string& path) {
    const int error = sp_last_error_code();
    if (error == EBUSY) fail_taken(name(), path);
    fail("{}", why_not_opened(name(), error));
  }
  void configure() {
    if (sp_set_bits(port_, 8) != SP_OK || sp_set_parity(port_, SP_PARITY_NONE) != SP_OK ||
        sp_set_stopbits(port_, 1) != SP_OK ||
        sp_set_flowcontrol(port_, SP_FLOWCONTROL_NONE) != SP_OK) {
      fail("{}: does not take 8 bits, no parity, 1 stop bit: {}", name(), system_error());
    }
    if (!set_baud(baud_)) fail("{}: does not take {} baud; try --baud 115200", name(), baud_);
  }
  void close() override {
    if (descriptor_ >= 0) {
      ::ioctl(descriptor_, TIOCNXCL);
      sp_close(port_);
    }
    if (port_ != nullptr) sp_free_port(port_);
    port_ = nullptr;
    descriptor_ = -1;
  }
  int input_descriptor() const override { return descriptor_; }
  int output_descriptor() const override { return descriptor_; }
  ssize_t read_now(std::span<char> buffer) override {
    const int count = sp_nonblocking_read(port_, buffer.data(), buffer.size());
    if (count < 0) return kClosed;
    if (count > 0) return count;
    // It says the same of a port without news and of one that was pulled out.
    pollfd state = {descriptor_, 0, 0};
    return ::poll(&state, 1, 0) > 0 ? kClosed : kNothing;
  }
  ssize_t write_now(std::string_view bytes) override {
    const int count = sp_nonblocking_write(port_, bytes.data(), bytes.size());
    return count < 0 ? kClosed : count;
  }

  uint32_t baud_;
  sp_port* port_ = nullptr;
  int descriptor_ = -1;
};

// The slave of a pseudo-terminal, such as QEMU makes: /sys knows nothing of it, and so neither does
// libserialport. It has no rate.
class TerminalPort final : public Port {
 public:
  TerminalPort(const std::string& name, Interrupts* interrupts) : Port(name, interrupts) {
    TerminalPort::open();
  }
  ~TerminalPort() override { TerminalPort::close(); }

  // The next one with this number may be another program's window. A link to it is another matter.
  bool may_return() const override { return !name().starts_with("/dev/pts/"); }
  bool is_wired() const override { return may_return(); }

 private:
  void open() override {
    const std::string path = device_path(name());
    Descriptor opened(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!opened.is_open() && errno == EBUSY) fail_taken(name(), path);
    if (!opened.is_open()) fail("{}", why_not_opened(name(), errno));
    if (::isatty(opened.get()) != 1) fail("{}: is not a serial port", name());
    make_ours(opened.get(), name(), path);
    set_raw(opened.get(), name());
    descriptor_ = std::move(opened);
  }
  void close() override {
    if (descriptor_.is_open()) ::ioctl(descriptor_.get(), TIOCNXCL);
    descriptor_.close();
  }
  int input_descriptor() const override { return descriptor_.get(); }
  int output_descriptor() const override { return descriptor_.get(); }
  ssize_t read_now(std::span<char> buffer) override {
    const ssize_t count = ::read(descriptor_.get(), buffer.data(), buffer.size());
    if (count > 0) return count;
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? kNothing : kClosed;
  }
  ssize_t write_now(std::string_view bytes) override {
    const ssize_t count = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (count >= 0) return count;
    return errno == EAGAIN || errno == EINTR ? kNothing : kClosed;
  }

  Descriptor descriptor_;
};

std::vector<FoundPort> list_ports() {
  sp_port** list = nullptr;
  std::vector<FoundPort> ports;
  if (sp_list_ports(&list) != SP_OK) return ports;
  for (sp_port** port = list; *port != nullptr; ++port) {
    const char* description = sp_get_port_description(*port);
    ports.push_back({sp_get_port_name(*port), description == nullptr ? "" : description,
                     sp_get_port_transport(*port) == SP_TRANSPORT_USB});
  }
  sp_free_port_list(list);
  return ports;
}

}  // namespace

std::unique_ptr<Port> open_serial_port(const std::string& name, uint32_t baud,
                                       Interrupts* interrupts) {
  if (device_path(name).starts_with("/dev/pts/")) {
    return std::make_unique<TerminalPort>(name, interrupts);
  }
  return std::make_unique<SerialPort>(name, baud, interrupts);
}

std::string choose_port(const std::vector<FoundPort>& ports) {
  std::vector<FoundPort> usb;
  std::string list;
  for (const FoundPort& port : ports) {
    if (port.is_usb) usb.push_back(port);
    list += text("\n  {}  {}", port.name, port.description);
  }
  if (usb.size() == 1) return usb[0].name;
  // Most machines have a /dev/ttyS0, and hardly any a plug for it.
  if (usb.empty()) {
    fail("there is no USB-serial adapter; plug one in, or name another port with --port{}{}",
         ports.empty() ? "" : ":", list);
  }
  fail("there are several serial ports; say which one with --port:{}", list);
}

std::string find_port() { return choose_port(list_ports()); }

}  // namespace host
