#include "libpi/board_revision.h"

#include "libpi/mmio.h"

namespace pi {
namespace {

// The fields of a new-style code, which is not a register but is taken apart like one.
struct Code {
  using Revision = Field<Code, 0, 4>;
  using Type = Field<Code, 4, 8>;
  using Memory = Field<Code, 20, 3>;
  using NewStyle = Field<Code, 23, 1, bool>;
};

constexpr uint32_t kZero = 0x9;
constexpr uint32_t kZeroW = 0xc;

std::string_view model_name(uint32_t type) {
  switch (type) {
    case 0x0:
      return "A";
    case 0x1:
      return "B";
    case 0x2:
      return "A+";
    case 0x3:
      return "B+";
    case 0x4:
      return "2B";
    case 0x6:
      return "Compute Module 1";
    case 0x8:
      return "3B";
    case kZero:
      return "Zero";
    case 0xa:
      return "Compute Module 3";
    case kZeroW:
      return "Zero W";
    case 0xd:
      return "3B+";
    case 0xe:
      return "3A+";
    case 0x10:
      return "Compute Module 3+";
    case 0x12:
      return "Zero 2 W";
    default:
      return "(unknown model)";
  }
}

}  // namespace

BoardRevision decode_board_revision(uint32_t code) {
  const Value<Code> value{code};
  if (!value.get<Code::NewStyle>()) {
    // Codes up to 0x15 number the boards of 2012 to 2014, none of which is a Zero.
    return {code, "(model of before 2015)", 0, 0, false};
  }
  const uint32_t type = value.get<Code::Type>();
  return {code, model_name(type), value.get<Code::Revision>(),
          uint32_t{256} << value.get<Code::Memory>(), type == kZero || type == kZeroW};
}

}  // namespace pi
