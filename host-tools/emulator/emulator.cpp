#include "host-tools/emulator/emulator.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>

#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// What QEMU's firmware gives to the ARM; the 64 MiB above are the GPU's (mailbox tag 0x00010005).
constexpr uint32_t kArmMemoryBytes = 448u << 20;
constexpr uint32_t kKernelAddress = 0x8000;

// QEMU's character device for EmulatorOptions::serial.
std::string console_device(const std::string& serial) {
  constexpr std::string_view kSocket = "unix:";
  if (serial.empty()) return "stdio,id=console,signal=off";
  if (serial == "pty") return "pty,id=console";
  if (serial.starts_with(kSocket) && serial.size() > kSocket.size()) {
    return text("socket,id=console,path={},server=on,wait=off",
                qemu_path(serial.substr(kSocket.size())));
  }
  fail("{}: a console leads to unix:PATH or to pty", serial);
}

// The emulated card takes only such sizes (and a message of its own that says little).
void require_card(const fs::path& path) {
  refuse_other_kinds(path, {FileKind::kCard});
  const uint64_t size = fs::file_size(path);
  if (!std::has_single_bit(size)) {
    fail(
        "{}: is {} bytes long; an emulated card must be a power of two (as `barellama card` makes "
        "them)",
        path.string(), size);
  }
}

}  // namespace

std::string qemu_path(const fs::path& path) {
  std::string result;
  for (const char letter : fs::absolute(path).string()) {
    result += letter;
    if (letter == ',') result += letter;
  }
  return result;
}

std::vector<std::string> Emulator::make_command(const EmulatorOptions& options,
                                                const fs::path& folder) {
  if (!options.card.empty()) require_card(options.card);
  refuse_other_kinds(options.kernel, {FileKind::kKernel, FileKind::kBootLoader});
  const fs::path atags = folder / "atags";
  write_file(atags, make_atags(kArmMemoryBytes, command_line(options.settings)));

  std::vector<std::string> command = {
      find_program("qemu-system-arm", "qemu-system-arm"),
      "-machine",
      "raspi0",
      "-nodefaults",
      "-display",
      "none",
      "-monitor",
      "none",
      "-chardev",
      console_device(options.serial),
      "-serial",
      "chardev:console",
      "-device",
      text("loader,file={},addr={},force-raw=on,cpu-num=0", qemu_path(options.kernel),
           kKernelAddress),
      "-device",
      text("loader,file={},addr={},force-raw=on", qemu_path(atags), kAtagAddress)};
  if (!options.reboots) command.emplace_back("-no-reboot");
  if (!options.card.empty()) {
    command.insert(command.end(), {"-drive", text("if=sd,format=raw,snapshot=on,file={}",
                                                  qemu_path(options.card))});
  }
  if (options.counts_instructions) {
    command.insert(command.end(), {"-icount", "shift=0,sleep=off"});
  }
  command.insert(command.end(), options.extra_arguments.begin(), options.extra_arguments.end());
  return command;
}

Emulator::Emulator(const EmulatorOptions& options, Interrupts* interrupts) {
  serial_ = options.serial;
  qemu_.emplace(make_command(options, folder_.path()));
  ::fcntl(qemu_->errors().get(), F_SETFL, O_NONBLOCK);
  port_ = process_port("the machine", *qemu_, interrupts);
}

std::string Emulator::read(Milliseconds timeout) {
  if (!is_running()) return {};
  std::string bytes = port_->read(timeout);
  if (bytes.empty() && !port_->is_open()) {
    qemu_messages();
    exit_code_ = qemu_->wait();
  }
  log_ += bytes;
  return bytes;
}

void Emulator::write(std::string_view bytes) {
  // When there is no reader any more, the next read() finds the end.
  if (is_running()) port_->write(bytes);
}

std::string Emulator::expect(std::string_view text_to_come, Milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const size_t found = log_.find(text_to_come, expected_up_to_);
    if (found != std::string::npos) {
      const size_t begin = expected_up_to_;
      expected_up_to_ = found + text_to_come.size();
      return log_.substr(begin, expected_up_to_ - begin);
    }
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (!is_running()) {
      fail("\"{}\" did not come: the machine ended ({}).\n{}--- console:\n{}", text_to_come,
           *exit_code_, qemu_messages(), log_);
    }
    if (left <= Milliseconds(0)) {
      fail("\"{}\" did not come within {} ms.\n{}--- console:\n{}", text_to_come, timeout.count(),
           qemu_messages(), log_);
    }
    read(left);
  }
}

std::string Emulator::serial_port() {
  constexpr Milliseconds kPatience(10'000);
  if (serial_ == "pty") {
    // "char device redirected to /dev/pts/5 (label console)"
    expect("redirected to ", kPatience);
    serial_ = expect(" ", kPatience);
    serial_.pop_back();
  } else {
    // It can't be opened before it exists.
    const fs::path socket = serial_.substr(serial_.find(':') + 1);
    for (int i = 0; i < 100 && !fs::exists(socket); ++i) read(Milliseconds(100));
    if (!fs::exists(socket)) fail("QEMU made no socket: {}", qemu_messages());
  }
  return serial_;
}

std::string Emulator::qemu_messages() {
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(qemu_->errors().get(), buffer, sizeof buffer)) > 0) {
    qemu_messages_.append(buffer, static_cast<size_t>(count));
  }
  return qemu_messages_;
}

}  // namespace host
