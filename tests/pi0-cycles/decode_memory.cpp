#include "tests/pi0-cycles/decode_parts.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {
namespace {

struct AddressBits {
  bool pre_indexed, up, writes_back;
};
AddressBits address_bits(uint32_t code) {
  const bool pre_indexed = bit(code, 24);
  return {pre_indexed, bit(code, 23), !pre_indexed || bit(code, 21)};
}

// Negative register offsets, and shifts other than LSL #2, take a cycle more to add (TRM table
// 16-13); then only the offset is needed early, which this leaves out: the base is, too.
void decode_register_offset(uint32_t code, bool is_shifted, Instruction& out) {
  out.base |= register_at(code, 0);
  if (bit(code, 23) && !is_shifted) return;
  out.issue = static_cast<uint8_t>(out.issue + kSlowAddressExtra);
  out.memory_extra = kSlowAddressExtra;
  out.latency = static_cast<uint8_t>(out.latency + kSlowAddressExtra);
}

void decode_base(uint32_t code, Instruction& out) {
  out.base |= register_at(code, 16);
  if (address_bits(code).writes_back) out.updated_base |= register_at(code, 16);
}

void load_into(Registers registers, uint8_t latency, Instruction& out) {
  out.memory = Memory::kLoad;
  out.results |= registers;
  out.latency = latency;
  out.cause = Cause::kLoad;
}

void store_from(Registers registers, Instruction& out) {
  out.memory = Memory::kStore;
  out.late |= registers;
}

}  // namespace

void decode_load_store(uint32_t code, Instruction& out) {
  const bool loads = bit(code, 20), is_byte = bit(code, 22);
  if (loads) {
    load_into(register_at(code, 12), kLoadLatency, out);
    if (bits(code, 15, 12) == kPc) {
      out.flow = bits(code, 19, 16) == kSp ? Flow::kPop : Flow::kLoadToPc;
    }
  } else {
    store_from(register_at(code, 12), out);
  }
  out.is_unaligned_word = !is_byte;
  decode_base(code, out);
  if (bit(code, 25)) {
    const bool is_plain = bits(code, 11, 4) == 0, is_lsl_2 = bits(code, 11, 4) == 0x10;
    decode_register_offset(code, !is_plain && !is_lsl_2, out);
  }
}

void decode_extra_load_store(uint32_t code, Instruction& out) {
  const bool loads = bit(code, 20), is_signed = bit(code, 6), is_half = bit(code, 5);
  const uint32_t rd = bits(code, 15, 12);
  if (loads) {
    load_into(register_at(code, 12), is_signed ? kSignedLoadLatency : kLoadLatency, out);
    out.is_unaligned_word = is_half;
  } else if (is_signed) {  // LDRD, STRD
    const Registers pair = register_bit(rd) | register_bit(rd | 1);
    is_half ? store_from(pair, out) : load_into(pair, kLoadLatency, out);
    out.is_multiple = true;
  } else {
    store_from(register_at(code, 12), out);
    out.is_unaligned_word = true;
  }
  decode_base(code, out);
  if (!bit(code, 22)) decode_register_offset(code, false, out);
}

void decode_load_store_multiple(uint32_t code, Instruction& out) {
  const Registers list = bits(code, 15, 0) & ~register_bit(kPc);
  const bool has_pc = bit(code, 15);
  out.is_multiple = true;
  out.base |= register_at(code, 16);
  if (bit(code, 21)) out.updated_base |= register_at(code, 16);
  if (!bit(code, 20)) return store_from(list, out);
  load_into(list, kLoadLatency, out);
  if (has_pc) out.flow = bits(code, 19, 16) == kSp ? Flow::kPop : Flow::kLoadToPc;
}

void decode_exclusive(uint32_t code, Instruction& out) {
  const bool is_swap = !bit(code, 23), loads = bit(code, 20);
  out.base |= register_at(code, 16);
  if (is_swap) {
    out.memory = Memory::kSwap;
    out.normal |= register_at(code, 0);
    out.results |= register_at(code, 12);
    out.issue = kSwapIssue;
    out.latency = kSwapLatency;
    out.memory_extra = 1;
    out.cause = Cause::kLoad;
  } else if (loads) {  // LDREX
    load_into(register_at(code, 12), kLoadLatency, out);
    out.is_multiple = bits(code, 22, 21) == 1;  // LDREXD
    if (out.is_multiple) out.results |= register_bit(bits(code, 15, 12) | 1);
  } else {
    store_from(register_at(code, 0), out);
    out.results |= register_at(code, 12);
    out.latency = kLoadLatency;
    out.cause = Cause::kLoad;
  }
}

void decode_preload(uint32_t code, Instruction& out) {
  out.memory = Memory::kPreload;
  out.base |= register_at(code, 16);
  if (bit(code, 25)) {
    decode_register_offset(code, bits(code, 11, 4) != 0 && bits(code, 11, 4) != 0x10, out);
  }
}

}  // namespace pi0
