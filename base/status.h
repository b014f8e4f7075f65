// What can go wrong in the world outside the program: a card, a file, a user, a board.
//
// A Status is a value: a code to decide by, and a message to show. The message is a literal with
// `{}` places (base/format.h) and up to four numbers, so that it says what, where and what to do
// without any memory: Status::error(ErrorCode::kCorrupt, "segment {} has CRC {:08x}", 3, crc).
// Our own bugs are no Status but a CHECK (base/check.h).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace base {

enum class ErrorCode : uint8_t {
  kOk,
  kInvalidArgument,  // the caller, or the user behind it, asked for what cannot be
  kNotFound,         // no such file, partition, card, model
  kTimeout,          // a device did not answer before its deadline
  kIo,               // a device answered that it failed
  kCorrupt,          // bytes that are not what they must be: magic, CRC, structure
  kUnsupported,      // well formed, but of a kind that we do not handle
  kOutOfMemory,      // the arena is too small; the message carries the shortfall in bytes
  kOutOfRange,       // beyond the end of a file, card or context
  kCancelled,        // the user stopped it
};

class [[nodiscard]] Status {
 public:
  constexpr Status() = default;

  // `text` must live for ever (a literal). Numbers are printed where it has `{}`.
  static constexpr Status error(ErrorCode code, const char* text, uint64_t a = 0, uint64_t b = 0,
                                uint64_t c = 0, uint64_t d = 0) {
    Status status;
    status.code_ = code;
    status.text_ = text;
    status.numbers_[0] = a;
    status.numbers_[1] = b;
    status.numbers_[2] = c;
    status.numbers_[3] = d;
    return status;
  }

  constexpr bool ok() const { return code_ == ErrorCode::kOk; }
  constexpr ErrorCode code() const { return code_; }
  constexpr const char* text() const { return text_; }
  constexpr uint64_t number(int index) const { return numbers_[index]; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  const char* text_ = "ok";
  uint64_t numbers_[4] = {};
};

constexpr Status ok_status() { return Status(); }

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return Status::error(...)` both read naturally.
  constexpr Result(T value) : value_(std::move(value)) {}
  constexpr Result(Status status) : status_(status) {}

  constexpr bool ok() const { return value_.has_value(); }
  constexpr Status status() const { return status_; }
  constexpr T& value() { return *value_; }
  constexpr const T& value() const { return *value_; }
  constexpr T& operator*() { return *value_; }
  constexpr const T& operator*() const { return *value_; }
  constexpr T* operator->() { return &*value_; }
  constexpr const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

inline constexpr Status to_status(Status status) { return status; }
template <typename T>
constexpr Status to_status(const Result<T>& result) {
  return result.status();
}

}  // namespace base

#define BASE_JOIN_INNER(a, b) a##b
#define BASE_JOIN(a, b) BASE_JOIN_INNER(a, b)

// The only macros that return. TRY(card.select());  TRY_ASSIGN(auto block, card.read(lba));
#define TRY(expression)                                                                \
  do {                                                                                 \
    if (::base::Status try_status = ::base::to_status(expression); !try_status.ok()) { \
      return try_status;                                                               \
    }                                                                                  \
  } while (false)

#define TRY_ASSIGN(target, expression) \
  TRY_ASSIGN_INNER(BASE_JOIN(try_result_, __LINE__), target, expression)
#define TRY_ASSIGN_INNER(result, target, expression) \
  auto result = (expression);                        \
  if (!result.ok()) {                                \
    return result.status();                          \
  }                                                  \
  target = std::move(result.value())
