// Typed device registers. A wrong field, a write to a read-only register or a mixed-up address does
// not compile.
//
//   struct Fr : Register<Fr, 0x18, Access::kRead> {          // PL011 TRM 3.3.3
//     using TxFull = Field<Fr, 5, 1, bool>;
//     using RxEmpty = Field<Fr, 4, 1, bool>;
//   };
//   if (Fr::read(base).get<Fr::TxFull>()) ...
//   Lcrh::set(base, Lcrh::WordLength{3}, Lcrh::EnableFifos{true});
//
// `set` writes the whole register: fields that are not named are 0. A change of one field is a
// visible read and write: `update`. Accesses go through mmio_backend.h, which the include path
// chooses: libpi/backend_device for the Pi, tests/fakes/backend_trace for the host.
#pragma once

#include <cstdint>

#include "mmio_backend.h"

namespace pi {

// Where a block of registers begins, as the ARM sees it (0x20nnnnnn on the BCM2835).
struct MmioBase {
  uint32_t address;
};

enum class Access : uint8_t { kRead, kWrite, kReadWrite };

// Bits [kShift, kShift + kBits) of register R, holding a T.
template <typename R, unsigned kShift, unsigned kBits, typename T = uint32_t>
struct Field {
  static_assert(kBits >= 1 && kShift + kBits <= 32);
  using Owner = R;
  using Type = T;
  static constexpr uint32_t kMask = (kBits == 32 ? ~uint32_t{0} : (uint32_t{1} << kBits) - 1)
                                    << kShift;

  constexpr explicit Field(T field_value) : value(field_value) {}
  constexpr uint32_t bits() const { return static_cast<uint32_t>(value) << kShift & kMask; }
  static constexpr T from_bits(uint32_t raw) { return static_cast<T>((raw & kMask) >> kShift); }

  T value;
};

// What was read from register R, or will be written to it.
template <typename R>
struct Value {
  uint32_t raw;

  template <typename F>
  constexpr typename F::Type get() const {
    static_assert(__is_same(typename F::Owner, R), "this field belongs to another register");
    return F::from_bits(raw);
  }
};

template <typename Self, uint32_t kOffset, Access kAccess>
struct Register {
  static Value<Self> read(MmioBase base) {
    static_assert(kAccess != Access::kWrite, "this register cannot be read");
    return {mmio::read32(base.address + kOffset)};
  }

  template <typename... Fields>
  static void set(MmioBase base, Fields... fields) {
    static_assert((__is_same(typename Fields::Owner, Self) && ...),
                  "a field belongs to another register");
    write(base, {(uint32_t{0} | ... | fields.bits())});
  }

  template <typename... Fields>
  static void update(MmioBase base, Fields... fields) {
    static_assert((__is_same(typename Fields::Owner, Self) && ...),
                  "a field belongs to another register");
    constexpr uint32_t kChanged = (uint32_t{0} | ... | Fields::kMask);
    write(base, {(read(base).raw & ~kChanged) | (uint32_t{0} | ... | fields.bits())});
  }

  static void write(MmioBase base, Value<Self> value) {
    static_assert(kAccess != Access::kRead, "this register cannot be written");
    mmio::write32(base.address + kOffset, value.raw);
  }
};

}  // namespace pi
