// Kinds of settings: how a value is read and shown. parse() leaves `target` alone when the value is
// not possible; its message says what is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/format.h"
#include "base/status.h"
#include "kernel/settings/settings.h"
#include "llama/pace/pace.h"

namespace kernel::kinds {

// What all kinds of numbers, switches and choices share; each message says what the value can be.
base::Result<uint64_t> parse_whole(std::string_view value, uint64_t least, uint64_t most,
                                   const char* message);
base::Result<double> parse_number(std::string_view value, double least, double most,
                                  const char* message);
base::Result<bool> parse_switch(std::string_view value);
// Which of `words` it is.
base::Result<size_t> parse_choice(std::string_view value, std::span<const std::string_view> words,
                                  const char* message);

// Numbers and what is shown as one.
struct Shown {
  template <typename T>
  static void print(const T& value, base::TextSink& out) {
    base::print(out, "{}", value);
  }
};

// A whole number from kLeast to kMost.
template <uint64_t kLeast, uint64_t kMost>
struct Whole : Shown {
  template <typename T>
  static base::Status parse(T& target, std::string_view value, const char* message) {
    TRY_ASSIGN(const uint64_t number, parse_whole(value, kLeast, kMost, message));
    target = static_cast<T>(number);
    return base::ok_status();
  }
};

struct Count : Whole<0, UINT32_MAX> {
  static base::Status parse(uint32_t& target, std::string_view value) {
    return Whole::parse(target, value, "it must be a whole number, 0 or more");
  }
};

struct Seed : Whole<0, UINT64_MAX> {
  static base::Status parse(uint64_t& target, std::string_view value) {
    return Whole::parse(target, value, "it must be a whole number; 0 takes another seed each time");
  }
};

struct Baud : Whole<300, 3'000'000> {
  static base::Status parse(uint32_t& target, std::string_view value) {
    return Whole::parse(target, value, "it must be a speed between 300 and 3000000");
  }
};

template <typename T>
base::Status parse_between(T& target, std::string_view value, double least, double most,
                           const char* message) {
  TRY_ASSIGN(const double number, parse_number(value, least, most, message));
  target = static_cast<T>(number);
  return base::ok_status();
}

struct Temperature : Shown {
  static base::Status parse(float& target, std::string_view value) {
    return parse_between(target, value, 0, 100, "it must be a number from 0 to 100");
  }
};

struct Share : Shown {
  static base::Status parse(float& target, std::string_view value) {
    return parse_between(target, value, 0, 1, "it must be a number from 0 to 1");
  }
};

struct Penalty : Shown {
  static base::Status parse(float& target, std::string_view value) {
    return parse_between(target, value, 0.01, 100,
                         "it must be a number from 0.01 to 100; 1 is no penalty");
  }
};

struct Mib : Shown {
  static base::Status parse(double& target, std::string_view value) {
    return parse_between(target, value, 0, 4096, "it must be a number of MiB");
  }
};

struct Wait {
  static base::Status parse(double& target, std::string_view value) {
    if (value != "forever") {
      return parse_between(target, value, 0, 86400, "it must be a number of seconds, or forever");
    }
    target = Settings::kForever;
    return base::ok_status();
  }
  static void print(double value, base::TextSink& out) {
    if (value == Settings::kForever) return out.write("forever");
    base::print(out, "{}", value);
  }
};

struct Switch {
  static base::Status parse(bool& target, std::string_view value) {
    TRY_ASSIGN(target, parse_switch(value));
    return base::ok_status();
  }
  static void print(bool value, base::TextSink& out) { out.write(value ? "1" : "0"); }
};

// One of a few words, which stand for an enumeration's values in their order. Words has kWords and
// kMessage.
template <typename Words>
struct Choice {
  template <typename T>
  requires std::is_enum_v<T>
  static base::Status parse(T& target, std::string_view value) {
    TRY_ASSIGN(const size_t word, parse_choice(value, Words::kWords, Words::kMessage));
    target = static_cast<T>(word);
    return base::ok_status();
  }
  template <typename T>
  requires std::is_enum_v<T>
  static void print(T value, base::TextSink& out) {
    out.write(Words::kWords[static_cast<size_t>(value)]);
  }
};

struct ProfileWords {
  static constexpr std::string_view kWords[] = {"off", "on", "trace"};
  static constexpr const char* kMessage = "it must be off, on or trace";
};

struct SerialWords {
  static constexpr std::string_view kWords[] = {"pl011", "mini"};
  static constexpr const char* kMessage = "it must be pl011 or mini";
};

struct ChatWords {
  static constexpr std::string_view kWords[] = {"auto", "on", "off"};
  static constexpr const char* kMessage = "it must be auto, on or off";
};

struct Kv {
  static base::Status parse(llama::KvType& target, std::string_view value) {
    const auto type = llama::kv_type_of(value);
    if (!type) {
      return base::Status::error(base::ErrorCode::kInvalidArgument, "it must be f32, f16 or q8_0");
    }
    target = *type;
    return base::ok_status();
  }
  static void print(llama::KvType value, base::TextSink& out) { out.write(llama::name_of(value)); }
};

struct Text {
  template <size_t N>
  static base::Status parse(SettingText<N>& target, std::string_view value) {
    if (target.set(value)) return base::ok_status();
    return base::Status::error(base::ErrorCode::kInvalidArgument, "it has at most {} bytes", N);
  }
  template <size_t N>
  static void print(const SettingText<N>& value, base::TextSink& out) {
    out.write(value.view());
  }
};

struct Pace : Text {
  template <size_t N>
  static base::Status parse(SettingText<N>& target, std::string_view value) {
    TRY(llama::Pace().apply(value));
    return Text::parse(target, value);
  }
};

}  // namespace kernel::kinds
