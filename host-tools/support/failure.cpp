#include "host-tools/support/failure.h"

#include <cerrno>
#include <cstring>

namespace host {

std::string text(const base::Status& status) {
  StringSink sink;
  base::print(sink, status);
  return sink.text();
}

void require_ok(const base::Status& status, std::string_view context) {
  if (!status.ok()) fail("{}: {}", context, text(status));
}

std::string system_error() { return std::strerror(errno); }

}  // namespace host
