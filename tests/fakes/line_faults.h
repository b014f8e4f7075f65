// What a bad serial line does to bytes, in the same way for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace fakes {

// Chances for each byte.
struct LineFaults {
  double flip = 0;      // of one bit
  double drop = 0;      // of the byte
  double doubling = 0;  // the byte comes twice
  double delay = 0;     // this and what follows wait for delay_ms
  int delay_ms = 20;
  uint32_t seed = 1;

  static LineFaults all(double rate, uint32_t seed) {
    return {.flip = rate, .drop = rate, .doubling = rate, .delay = rate / 10, .seed = seed};
  }
};

// One direction of the line.
class FaultyDirection {
 public:
  explicit FaultyDirection(const LineFaults& faults) : faults_(faults), random_(faults.seed) {}

  // What comes out for one byte: none, one, or two. `delay_ms` is how long to wait before.
  std::string pass(char byte, int& delay_ms) {
    // One draw decides for almost all bytes.
    double chance = uniform_(random_);
    delay_ms = 0;
    const auto falls = [&](double rate) {
      const bool does = chance < rate;
      chance -= rate;
      return does && chance < 0;
    };
    if (falls(faults_.drop)) return "";
    if (falls(faults_.doubling)) return std::string(2, byte);
    if (falls(faults_.flip)) {
      return std::string(1, static_cast<char>(byte ^ (1 << (random_() % 8))));
    }
    if (falls(faults_.delay)) delay_ms = faults_.delay_ms;
    return std::string(1, byte);
  }

 private:
  LineFaults faults_;
  std::mt19937 random_;
  std::uniform_real_distribution<double> uniform_{0, 1};
};

}  // namespace fakes
