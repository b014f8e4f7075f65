// Runs each loop of loops.S once, and switches the board off.
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "kernel/board/board.h"
#include "tests/bench/micro/mix.h"

extern "C" {
void chain_add();
void chain_shifted_add();
void chain_mul();
void chain_mla();
void chain_smlad();
void independent_smlads();
void extract_then_smlad();
void chain_smull();
void chain_fmacs();
void independent_fmacs();
void chain_fmuld();
void chain_fdivs();
void alternating_branch();
void returns();
void load_then_use(const void* word);
void chain_ldr(const void* word);
void load_multiple(const void* words);
void read_plain(const void* from, uint32_t bytes);
void read_preloaded(const void* from, uint32_t bytes);
void copy_plain(void* to, const void* from, uint32_t bytes);
void copy_preloaded(void* to, const void* from, uint32_t bytes);
void write_words(void* to, uint32_t bytes);
void write_multiple(void* to, uint32_t bytes);
void chase(const void* first, uint32_t count);
}

namespace {

constexpr uint32_t kBytes = 1 << 20;
// One link in each of many pages, each in a set of its own.
constexpr uint32_t kLinks = 1000, kStride = 4096 + 32;

void link_chain(std::span<std::byte> memory) {
  for (uint32_t i = 0; i < kLinks; ++i) {
    const auto next = reinterpret_cast<uintptr_t>(memory.data() + (i + 1) * kStride);
    base::store_le32(memory, i * kStride, static_cast<uint32_t>(next));
  }
}

void run_loops(std::span<std::byte> memory) {
  chain_add();
  chain_shifted_add();
  chain_mul();
  chain_mla();
  chain_smlad();
  independent_smlads();
  extract_then_smlad();
  chain_smull();
  chain_fmacs();
  independent_fmacs();
  chain_fmuld();
  chain_fdivs();
  alternating_branch();
  returns();
  base::store_le32(memory, 0, static_cast<uint32_t>(reinterpret_cast<uintptr_t>(memory.data())));
  load_then_use(memory.data());
  chain_ldr(memory.data());
  load_multiple(memory.data());
  read_plain(memory.data(), kBytes);
  read_preloaded(memory.data() + kBytes, kBytes);
  copy_plain(memory.data() + 2 * kBytes, memory.data() + 3 * kBytes, kBytes);
  copy_preloaded(memory.data() + 2 * kBytes, memory.data() + 3 * kBytes, kBytes);
  write_words(memory.data() + kBytes, kBytes);
  write_multiple(memory.data() + 2 * kBytes, kBytes);
  link_chain(memory.subspan(4 * kBytes));
  static_cast<void>(base::crc32c(memory.first(kBytes)));  // nothing of the chain stays in the cache
  chase(memory.data() + 4 * kBytes, kLinks);
}

// Counted from the second entry to the third: by then all is in the caches.
void run_mix() {
  mix::make_depot();
  mix::run(100);
  mix::run(1000);
  mix::run(0);
}

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  const std::span<std::byte> memory = board.free_memory();
  const size_t skew = reinterpret_cast<uintptr_t>(memory.data()) % 32;
  run_loops(memory.subspan(skew == 0 ? 0 : 32 - skew));
  run_mix();
  board.power_off();
  while (true) {
  }
}
