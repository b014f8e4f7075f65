// How a host tool gives up: one exception with the message that its user reads. It is thrown by
// anything in host-tools and caught in main() alone, so that destructors clean up on the way.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/format.h"
#include "base/status.h"

namespace host {

class StringSink final : public base::TextSink {
 public:
  void write(std::string_view text) override { text_ += text; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// base::print() into a string: text("{} of {}", 3, name).
template <typename... Arguments>
std::string text(std::string_view format, const Arguments&... arguments) {
  StringSink sink;
  base::print(sink, format, arguments...);
  return sink.text();
}

std::string text(const base::Status& status);

class Failure : public std::runtime_error {
 public:
  // The message says what, where, and what to do. `exit_code` is the program's.
  explicit Failure(const std::string& message, int exit_code = 1)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

template <typename... Arguments>
[[noreturn]] void fail(std::string_view format, const Arguments&... arguments) {
  throw Failure(text(format, arguments...));
}

// Throws a Failure "CONTEXT: the status's message" unless the status is ok.
void require_ok(const base::Status& status, std::string_view context);

// The value of a Result, or the same Failure.
template <typename T>
T require_value(base::Result<T> result, std::string_view context) {
  require_ok(result.status(), context);
  return std::move(result.value());
}

// What errno says now.
std::string system_error();

}  // namespace host
