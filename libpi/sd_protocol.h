// What SD cards say: commands, responses and the registers OCR, CID, CSD, SCR, and the answer of
// CMD6. Numbers of sections are those of the SD Physical Layer Simplified Specification, 3.01.
// Nothing in here touches a device.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace pi {

// 4.9: forms of response. R6 and R7 have the shape of R1; R3 carries no CRC.
enum class SdResponse : uint8_t { kNone, kR1, kR1b, kR2, kR3, kR6, kR7 };

struct SdCommand {
  uint8_t index;
  SdResponse response;
  uint32_t argument;
};

namespace sd {

// 4.7.4: the commands that we use. ACMDs follow a CMD55.
constexpr SdCommand go_idle_state() { return {0, SdResponse::kNone, 0}; }
constexpr SdCommand all_send_cid() { return {2, SdResponse::kR2, 0}; }
constexpr SdCommand send_relative_address() { return {3, SdResponse::kR6, 0}; }
constexpr SdCommand switch_function(uint32_t argument) { return {6, SdResponse::kR1, argument}; }
constexpr SdCommand select_card(uint16_t rca) { return {7, SdResponse::kR1b, uint32_t{rca} << 16}; }
constexpr SdCommand send_interface_condition(uint32_t argument) {
  return {8, SdResponse::kR7, argument};
}
constexpr SdCommand send_csd(uint16_t rca) { return {9, SdResponse::kR2, uint32_t{rca} << 16}; }
constexpr SdCommand stop_transmission() { return {12, SdResponse::kR1b, 0}; }
constexpr SdCommand send_status(uint16_t rca) { return {13, SdResponse::kR1, uint32_t{rca} << 16}; }
constexpr SdCommand set_block_length(uint32_t bytes) { return {16, SdResponse::kR1, bytes}; }
constexpr SdCommand read_single_block(uint32_t address) { return {17, SdResponse::kR1, address}; }
constexpr SdCommand read_multiple_block(uint32_t address) { return {18, SdResponse::kR1, address}; }
constexpr SdCommand application_command(uint16_t rca) {
  return {55, SdResponse::kR1, uint32_t{rca} << 16};
}
constexpr SdCommand set_bus_width_4() { return {6, SdResponse::kR1, 2}; }
constexpr SdCommand send_operating_condition(uint32_t argument) {
  return {41, SdResponse::kR3, argument};
}
constexpr SdCommand send_scr() { return {51, SdResponse::kR1, 0}; }

// CMD8 (4.3.13): 2.7-3.6 V, and a pattern that the card must repeat.
inline constexpr uint32_t kInterfaceCondition = 0x1aa;

// ACMD41 and OCR (5.1): all voltages from 2.7 to 3.6 V; HCS asks for high capacity.
inline constexpr uint32_t kOcrVoltages = 0x00ff8000;
inline constexpr uint32_t kOcrHighCapacity = uint32_t{1} << 30;
inline constexpr uint32_t kOcrPoweredUp = uint32_t{1} << 31;

// R1 (4.10.1). COM_CRC_ERROR and ILLEGAL_COMMAND speak of the command before and are not here.
inline constexpr uint32_t kR1OutOfRange = uint32_t{1} << 31;
inline constexpr uint32_t kR1AddressError = uint32_t{1} << 30;
inline constexpr uint32_t kR1BlockLengthError = uint32_t{1} << 29;
inline constexpr uint32_t kR1CardEccFailed = uint32_t{1} << 21;
inline constexpr uint32_t kR1ControllerError = uint32_t{1} << 20;
inline constexpr uint32_t kR1GeneralError = uint32_t{1} << 19;
inline constexpr uint32_t kR1AppCommand = uint32_t{1} << 5;
inline constexpr uint32_t kR1MediaErrors = kR1CardEccFailed | kR1ControllerError | kR1GeneralError;
inline constexpr uint32_t kR1ReadErrors =
    kR1OutOfRange | kR1AddressError | kR1BlockLengthError | kR1MediaErrors;

enum class CardState : uint8_t { kIdle, kReady, kIdent, kStby, kTran, kData, kRcv, kPrg, kDis };
constexpr CardState card_state(uint32_t r1) { return static_cast<CardState>(r1 >> 9 & 0xf); }

// CMD6 (4.3.10): mode in bit 31, function 1 (high speed, 50 MHz) of group 1, 0xf leaves the other
// groups as they are. The answer has 64 bytes, most significant first.
inline constexpr uint32_t kSwitchCheckHighSpeed = 0x00fffff1;
inline constexpr uint32_t kSwitchSetHighSpeed = 0x80fffff1;
inline constexpr size_t kSwitchStatusSize = 64;
bool switch_supports_high_speed(std::span<const std::byte, kSwitchStatusSize> status);
bool switch_selected_high_speed(std::span<const std::byte, kSwitchStatusSize> status);

}  // namespace sd

// CID or CSD: 128 bits, word 0 holding bits 31 to 0, numbered as the specification does.
struct SdLongRegister {
  std::array<uint32_t, 4> words{};

  // Bits high..low, at most 32 of them.
  uint32_t bits(unsigned high, unsigned low) const;
  bool operator==(const SdLongRegister&) const = default;
};

// 5.2: who made the card.
struct SdCid {
  explicit SdCid(const SdLongRegister& cid);

  uint8_t manufacturer;
  std::array<char, 5> product;  // printable; others are shown as '?'
  uint8_t revision;             // two BCD digits
  uint32_t serial;
  uint16_t year;
  uint8_t month;

  std::string_view product_name() const;  // without trailing spaces
  // The company with that number, as far as it is commonly known, or "unknown make". The SD
  // Association does not publish the list.
  std::string_view manufacturer_name() const;
};

// 5.3: how much the card holds.
struct SdCsd {
  // kUnsupported for an unknown structure or SDUC (32 bits of address no longer suffice);
  // kCorrupt for a READ_BL_LEN outside of 9..11.
  static base::Result<SdCsd> parse(const SdLongRegister& csd);

  uint64_t block_count;     // of 512 bytes
  bool has_switch_command;  // command class 10: CMD6
};

// 5.6: what the card can do.
struct SdScr {
  // `bytes` as they come over the wire, most significant first.
  explicit SdScr(std::span<const std::byte, 8> bytes);

  bool four_bit_bus;
};

}  // namespace pi
