// Serial ports of this machine, and who may use them. What a user of ports needs is in port.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host-tools/serial/port.h"

namespace host {

struct FoundPort {
  std::string name;         // "/dev/ttyUSB0"
  std::string description;  // "FT232R USB UART", may be empty
  bool is_usb = false;
};

// find_port() among these.
std::string choose_port(const std::vector<FoundPort>& ports);

// A port that libserialport knows, or a pseudo-terminal, which it does not.
std::unique_ptr<Port> open_serial_port(const std::string& name, uint32_t baud,
                                       Interrupts* interrupts);

// Why a device file could not be opened, and what to do; `error` is errno's value.
std::string why_not_opened(const std::string& name, int error);

// "minicom (4711)" for each other process that has the device open, as far as we may see that.
std::string users_of_device(const std::string& path);

}  // namespace host
