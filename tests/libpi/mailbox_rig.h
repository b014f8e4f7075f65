// The firmware behind the mailbox.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <new>
#include <vector>

#include "libpi/bcm2835/mailbox.h"
#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {

inline constexpr uint32_t kRead = 0x2000b880;
inline constexpr uint32_t kStatus0 = 0x2000b898;
inline constexpr uint32_t kWrite = 0x2000b8a0;
inline constexpr uint32_t kStatus1 = 0x2000b8b8;
inline constexpr uint32_t kEmpty = 1u << 30;
inline constexpr uint32_t kFull = 1u << 31;

// The firmware: answers the tags that it knows.
struct MailboxTest : testing::Test {
  MailboxTest() {
    bus.readers[kStatus0] = [this] { return letters.empty() ? kEmpty : 0; };
    bus.readers[kStatus1] = [this] { return full_polls-- > 0 ? kFull : 0; };
    bus.readers[kRead] = [this] {
      const uint32_t letter = letters.front();
      letters.pop_front();
      return letter;
    };
    bus.writers[kWrite] = [this](uint32_t letter) { answer(letter); };
  }

  void answer(uint32_t letter) {
    EXPECT_EQ(letter & 0xf, 8u);
    last_letter = letter;
    if (silent) return;
    auto* words = reinterpret_cast<uint32_t*>(core::memory_at(letter & ~0xfu));
    question.assign(words, words + words[0] / 4);
    asked.push_back(question[2]);
    if (before) before(question);
    words[1] = code;
    const auto known = answers.find(words[2]);
    if (known != answers.end()) {
      words[4] = 0x80000000 | static_cast<uint32_t>(4 * known->second.size());
      std::copy(known->second.begin(), known->second.end(), words + 5);
    }
    for (const uint32_t early : before_answer) letters.push_back(early);
    letters.push_back(letter);
  }

  FakeBus bus;
  FakeClock clock;
  // At one address for all tests: each address gets a window of the fake bus's.
  Mailbox& mailbox = [this]() -> Mailbox& {
    alignas(Mailbox) static std::byte storage[sizeof(Mailbox)];
    return *new (storage) Mailbox(kPiZero.mailbox, kPiZero.bus, clock);
  }();
  std::deque<uint32_t> letters;
  std::vector<uint32_t> before_answer;
  std::map<uint32_t, std::vector<uint32_t>> answers;
  std::vector<uint32_t> question;
  std::vector<uint32_t> asked;  // the tags of all questions
  // Called with each question before it is answered.
  std::function<void(const std::vector<uint32_t>&)> before;
  uint32_t code = 0x80000000;
  uint32_t last_letter = 0;
  int full_polls = 0;
  bool silent = false;
};

}  // namespace pi
