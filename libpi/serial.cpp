#include "libpi/serial.h"

namespace pi {

void Serial::write(std::string_view text) {
  for (const char c : text) {
    if (c == '\n' && last_sent_ != '\r') do_send('\r');
    do_send(static_cast<uint8_t>(c));
    last_sent_ = c;
  }
}

void Serial::write_bytes(std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    do_send(std::to_integer<uint8_t>(byte));
  }
  last_sent_ = 0;
}

size_t Serial::read(std::span<char> out) {
  size_t count = 0;
  while (count < out.size() && do_try_read(out[count])) {
    ++count;
  }
  return count;
}

}  // namespace pi
