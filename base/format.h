// Text without an allocator. A TextSink takes pieces of text; print() formats into one.
//
//   print(sink, "{} MB at {:08x}, {:.2} s\n", 496, address, seconds);
//
// Places: {} a number or text, {:x} hexadecimal, {:08x} the same padded with zeros, {:5} right
// aligned to a width, {:-12} left aligned, {:.2} a floating-point number with two
// decimals. `{{` prints a brace. A place without an
// argument prints `{?}`: a slip is visible, and reads no memory that is not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/status.h"

namespace base {

class TextSink {
 public:
  virtual void write(std::string_view text) = 0;

 protected:
  ~TextSink() = default;
};

// Collects text in the caller's buffer. What does not fit is dropped.
class TextBuffer final : public TextSink {
 public:
  explicit TextBuffer(std::span<char> buffer) : buffer_(buffer) {}
  void write(std::string_view text) override;

  std::string_view view() const { return {buffer_.data(), size_}; }
  void clear() { size_ = 0; }

 private:
  std::span<char> buffer_;
  size_t size_ = 0;
};

// Drops all text.
class NullSink final : public TextSink {
 public:
  void write(std::string_view) override {}
};

// One argument of print(): made implicitly from integers, floating point, text and bool.
class FormatArgument {
 public:
  enum class Kind : uint8_t { kUnsigned, kSigned, kFraction, kText };

  template <typename T>
  requires std::is_arithmetic_v<T>
  constexpr FormatArgument(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      kind = Kind::kFraction;
      fraction = static_cast<double>(value);
    } else if constexpr (std::is_signed_v<T>) {
      kind = Kind::kSigned;
      number = static_cast<uint64_t>(static_cast<int64_t>(value));
    } else {
      kind = Kind::kUnsigned;
      number = static_cast<uint64_t>(value);
    }
  }
  constexpr FormatArgument(std::string_view value) : kind(Kind::kText), text(value) {}
  constexpr FormatArgument(const char* value) : kind(Kind::kText), text(value) {}

  Kind kind = Kind::kUnsigned;
  uint64_t number = 0;
  double fraction = 0;
  std::string_view text;
};

void print_arguments(TextSink& sink, std::string_view format,
                     std::span<const FormatArgument> arguments);

template <typename... Arguments>
void print(TextSink& sink, std::string_view format, const Arguments&... arguments) {
  if constexpr (sizeof...(arguments) == 0) {
    print_arguments(sink, format, {});
  } else {
    const FormatArgument list[] = {FormatArgument(arguments)...};
    print_arguments(sink, format, list);
  }
}

// The message of a Status, with its numbers and name in place.
void print(TextSink& sink, const Status& status);

}  // namespace base
