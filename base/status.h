// What can go wrong in the world outside the program: a card, a file, a user, a board.
//
// A Status is a value: a code to decide by, and a message to show. The message is a literal with
// `{}` places (base/format.h), up to four numbers, and one name, so that it says what, where and
// what to do without any memory:
//
//   Status::error(ErrorCode::kCorrupt, "segment {} has CRC {:08x}", 3, crc)
//   Status::error(ErrorCode::kNotFound, "there is no {} among the {} files", name, count)
//
// The arguments fill the places in their order. The name, any std::string_view (of a file, a
// setting, a tensor), is copied; one longer than kNameBytes loses its middle to "...". What is
// always a literal belongs in the message itself.
// Our own bugs are no Status but a CHECK (base/check.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace base {

enum class ErrorCode : uint8_t {
  kOk,
  kInvalidArgument,  // the caller, or the user, asked for what cannot be done
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
  // Without numbers and a name, which errors alone have: a pass of a model returns a hundred such.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  constexpr Status() {}

  static constexpr size_t kNameBytes = 33;

  // `text` lives forever (a literal). `arguments`: up to four integers, and at most one text.
  template <typename... Arguments>
  static constexpr Status error(ErrorCode code, const char* text, const Arguments&... arguments) {
    constexpr int kNames = (0 + ... + (std::is_convertible_v<Arguments, std::string_view> ? 1 : 0));
    static_assert(kNames <= 1 && sizeof...(Arguments) <= kNames + kNumbers);
    Status status;
    for (uint64_t& number : status.numbers_) number = 0;
    status.code_ = code;
    status.text_ = text;
    [[maybe_unused]] int place = 0;
    [[maybe_unused]] int numbers = 0;
    (status.put(place++, numbers, arguments), ...);
    return status;
  }

  constexpr bool ok() const { return code_ == ErrorCode::kOk; }
  constexpr ErrorCode code() const { return code_; }
  constexpr const char* text() const { return text_; }
  // The numbers in their order, without the name; 0 for those that were not given.
  constexpr uint64_t number(int index) const { return ok() ? 0 : numbers_[index]; }
  // As the message shows it; empty without one.
  std::string_view name() const { return {name_, name_size_}; }
  // Which of the arguments the name is; meaningless without one.
  constexpr int name_place() const { return name_place_; }

  static constexpr int kNumbers = 4;

 private:
  template <typename Argument>
  constexpr void put(int place, int& numbers, const Argument& argument) {
    if constexpr (std::is_convertible_v<Argument, std::string_view>) {
      put_name(place, argument);
    } else {
      static_assert(std::is_integral_v<Argument>);
      numbers_[numbers++] = static_cast<uint64_t>(argument);
    }
  }
  void put_name(int place, std::string_view name);

  uint64_t numbers_[kNumbers];  // of an error
  const char* text_ = "ok";
  ErrorCode code_ = ErrorCode::kOk;
  uint8_t name_place_ = 0;
  uint8_t name_size_ = 0;
  char name_[kNameBytes];  // the first name_size_ of them
};
static_assert(std::is_trivially_copyable_v<Status> && sizeof(Status) <= 80);

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

inline constexpr Status to_status(const Status& status) { return status; }
template <typename T>
constexpr Status to_status(const Result<T>& result) {
  return result.status();
}

}  // namespace base

#define BASE_JOIN_INNER(a, b) a##b
#define BASE_JOIN(a, b) BASE_JOIN_INNER(a, b)

// The only macros that return. TRY(card.select());  TRY_ASSIGN(auto block, card.read(lba));
#define TRY(expression)                                            \
  do {                                                             \
    if (const auto& try_result = (expression); !try_result.ok()) { \
      return ::base::to_status(try_result);                        \
    }                                                              \
  } while (false)

#define TRY_ASSIGN(target, expression) \
  TRY_ASSIGN_INNER(BASE_JOIN(try_result_, __LINE__), target, expression)
#define TRY_ASSIGN_INNER(result, target, expression) \
  auto result = (expression);                        \
  if (!result.ok()) {                                \
    return result.status();                          \
  }                                                  \
  target = std::move(result.value())
