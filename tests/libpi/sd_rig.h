// The drivers between a simulated board and a test, in memory that stays where it is (the fake bus
// addresses are per object, tests/fakes/backend_trace/core_backend.h).
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/align.h"
#include "base/format.h"
#include "libpi/bcm2835/dma.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/boards/pi_zero.h"
#include "libpi/sd_card.h"
#include "tests/fakes/fake_sd_host.h"

namespace pi {

struct SdRig {
  explicit SdRig(const FakeSdCard::Kind& kind = {}, bool with_dma = true)
      : host(kind),
        dma(host, kPiZero.dma.registers, kPiZero.bus, 4),
        emmc(host, kPiZero.card.registers, kPiZero.bus),
        card(emmc, host, with_dma ? &dma : nullptr, host) {
    dma.reset();
  }

  // A fresh rig, at the same address as the one before.
  static SdRig& make(const FakeSdCard::Kind& kind = {}, bool with_dma = true) {
    static std::optional<SdRig> rig;
    rig.reset();
    return rig.emplace(kind, with_dma);
  }

  // Memory for `blocks` blocks, filled with what no card holds.
  static std::span<std::byte> target(size_t blocks) {
    alignas(base::kCacheLineBytes) static std::array<std::byte, 4096 * 512> memory;
    const std::span<std::byte> whole = std::span(memory).first(blocks * 512);
    for (std::byte& byte : whole) byte = std::byte{0xee};
    return whole;
  }

  static bool holds(std::span<const std::byte> target, uint64_t first_block) {
    std::vector<std::byte> expected(512);
    for (size_t at = 0; at < target.size(); at += 512) {
      FakeSdCard::fill(first_block + at / 512, expected);
      if (!std::equal(expected.begin(), expected.end(), target.begin() + static_cast<long>(at))) {
        return false;
      }
    }
    return true;
  }

  std::string description() const {
    std::array<char, 128> memory;
    base::TextBuffer text(memory);
    describe(card.report(), text);
    return std::string(text.view());
  }

  FakeSdHost host;
  Dma dma;
  Emmc emmc;
  SdCard card;
};

inline std::string text_of(const base::Status& status) {
  std::array<char, 160> memory;
  base::TextBuffer text(memory);
  base::print(text, status);
  return std::string(text.view());
}

}  // namespace pi
