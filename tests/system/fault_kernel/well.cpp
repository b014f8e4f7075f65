#include "tests/system/fault_kernel/well.h"

#include <atomic>
#include <cstring>

#include "kernel/board/drivers.h"
#include "libpi/core/stacks.h"

extern "C" void spoil_float_registers();

namespace {

constexpr size_t kArea = 256;
constexpr size_t kMargin = 16;

struct Areas {
  alignas(32) unsigned char from[kArea];
  alignas(32) unsigned char to[kArea];
  alignas(32) unsigned char wanted[kArea];
};

void fill(unsigned char* bytes, unsigned seed) {
  for (size_t i = 0; i < kArea; ++i) {
    // volatile: these loops must not become the functions under test.
    static_cast<volatile unsigned char*>(bytes)[i] = static_cast<unsigned char>(i * 7 + seed);
  }
}

bool same(const unsigned char* a, const unsigned char* b) {
  for (size_t i = 0; i < kArea; ++i) {
    if (static_cast<const volatile unsigned char*>(a)[i] != b[i]) return false;
  }
  return true;
}

void copy_bytes(volatile unsigned char* to, const volatile unsigned char* from, size_t size) {
  for (size_t i = 0; i < size; ++i) to[i] = from[i];
}

bool copies_are_right(Areas& areas, size_t to, size_t from, size_t size) {
  fill(areas.from, 1);
  fill(areas.to, 100);
  fill(areas.wanted, 100);
  copy_bytes(areas.wanted + to, areas.from + from, size);
  if (std::memcpy(areas.to + to, areas.from + from, size) != areas.to + to) return false;
  if (!same(areas.to, areas.wanted)) return false;

  // Overlapping, both ways: within one area.
  fill(areas.to, 1);
  fill(areas.wanted, 1);
  copy_bytes(areas.wanted + to, areas.from + from, size);
  std::memmove(areas.to + to, areas.to + from, size);
  return same(areas.to, areas.wanted);
}

bool sets_are_right(Areas& areas, size_t to, size_t size) {
  fill(areas.to, 5);
  fill(areas.wanted, 5);
  for (size_t i = 0; i < size; ++i) {
    static_cast<volatile unsigned char*>(areas.wanted)[to + i] = 0xa7;
  }
  // Only the lowest byte counts.
  // NOLINTNEXTLINE(bugprone-suspicious-memset-usage)
  std::memset(areas.to + to, 0x12a7, size);
  return same(areas.to, areas.wanted);
}

bool comparisons_are_right(Areas& areas, size_t a, size_t b, size_t size) {
  fill(areas.from, 9);
  fill(areas.to, 9);
  copy_bytes(areas.to + b, areas.from + a, size);
  if (std::memcmp(areas.from + a, areas.to + b, size) != 0) return false;
  for (size_t i = 0; i < size; ++i) {
    const unsigned char kept = areas.to[b + i];
    areas.to[b + i] = static_cast<unsigned char>(kept ^ 0x80);
    const int difference = std::memcmp(areas.from + a, areas.to + b, size);
    const bool right = kept < 0x80 ? difference < 0 : difference > 0;
    areas.to[b + i] = kept;
    if (!right) return false;
  }
  return true;
}

const char* try_memory_functions() {
  static Areas areas;
  for (size_t to = kMargin; to < kMargin + 5; ++to) {
    for (size_t from = kMargin - 3; from < kMargin + 6; ++from) {
      for (size_t size = 0; size < 140; size = size < 70 ? size + 1 : size + 23) {
        if (!copies_are_right(areas, to, from, size)) return "memcpy or memmove is wrong";
        if (!sets_are_right(areas, to, size)) return "memset is wrong";
        if (size < 20 && !comparisons_are_right(areas, from, to, size)) return "memcmp is wrong";
      }
    }
  }
  fill(areas.from, 0);
  const void* found = std::memchr(areas.from + 1, 7 * 9, 20);
  if (found != areas.from + 9) return "memchr is wrong";
  if (std::memchr(areas.from + 1, 7 * 9, 8) != nullptr) return "memchr looks too far";
  return nullptr;
}

constexpr const pi::AlarmWiring& kAlarm = kernel::kDescription.counter_alarm;

struct Ticker {
  pi::SystemTimer& timer;
  std::atomic<uint32_t> ticks = 0;
  std::atomic<bool> goes_on = true;
};

void tick(void* context) {
  auto& ticker = *static_cast<Ticker*>(context);
  ticker.timer.clear_alarm(kAlarm.channel);
  spoil_float_registers();
  ticker.ticks.store(ticker.ticks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (ticker.goes_on) ticker.timer.set_alarm(kAlarm.channel, 200);
}

const char* try_floating_point(kernel::Board& board) {
  kernel::Drivers& drivers = board.drivers();
  // The last tick may come after the return.
  static Ticker ticker{drivers.timer};
  drivers.interrupts.attach(kAlarm.irq, tick, &ticker);
  drivers.timer.set_alarm(kAlarm.channel, 200);
  const uint64_t end = drivers.timer.now_us() + 300'000;
  float sum = 0;
  uint64_t rounds = 0;
  while (drivers.timer.now_us() < end) {
    for (int i = 0; i < 1000; ++i) {
      sum += 1.0f;
      sum -= 0.5f;
      sum -= 0.5f;
    }
    ++rounds;
  }
  ticker.goes_on = false;
  if (sum != 0) return "an interrupt has changed floating-point registers";
  if (ticker.ticks.load() < 20) return "the timer's interrupt does not come";
  if (rounds == 0) return "time does not pass";

  volatile float small = 1.5e-38f;
  const float half = small * 0.25f;  // a subnormal number, were they not flushed
  if (half != 0) return "subnormal numbers are not flushed to zero";
  return nullptr;
}

}  // namespace

const char* try_what_must_work(kernel::Board& board) {
  if (const char* failure = try_memory_functions(); failure != nullptr) return failure;
  if (const char* failure = try_floating_point(board); failure != nullptr) return failure;
  for (const pi::core::Stack& stack : {pi::core::main_stack(), pi::core::interrupt_stack()}) {
    const uint32_t used = stack.high_water_bytes();
    if (used == 0 || used >= stack.size_bytes()) return "a stack was never painted or is used up";
  }
  return nullptr;
}
