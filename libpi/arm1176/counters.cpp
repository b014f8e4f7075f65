// ARM1176JZF-S TRM (DDI 0301H), 3.2.51: the performance monitor control register, and Table 3-137
// for the events.
#include "libpi/core/counters.h"

namespace pi::core {
namespace {

enum Event : uint8_t {
  kInstructionCacheMiss = 0x00,
  kFetchStall = 0x01,
  kDataDependencyStall = 0x02,
  kBranch = 0x05,
  kBranchMispredict = 0x06,
  kInstruction = 0x07,
  kDataCacheMiss = 0x0b,
  kDataCacheWriteBack = 0x0c,
  kMainTlbMiss = 0x0f,
  kLoadStoreQueueFull = 0x11,
};

// Each pair answers one question: does the data come too late, is the code too large,
// are the tables of pages, does the core wait for its own results.
constexpr EventPair kPairs[] = {
    {{kDataCacheMiss, kDataDependencyStall}, {"data_cache_miss", "stall"}},
    {{kInstruction, kLoadStoreQueueFull}, {"instructions", "load_store_queue_full"}},
    {{kInstructionCacheMiss, kFetchStall}, {"instruction_cache_miss", "fetch_stall"}},
    {{kMainTlbMiss, kDataCacheWriteBack}, {"tlb_miss", "data_cache_write_back"}},
    {{kBranch, kBranchMispredict}, {"branch", "branch_mispredict"}},
};

// D (bit 3) stays 0, one count per cycle, and so do the interrupt enables.
constexpr uint32_t kEnable = 0x1;
constexpr uint32_t kResetAll = 0x6;                // P: events, C: cycles
constexpr uint32_t kClearOldOverflows = 0x7 << 8;  // by writing 1

void write_control(uint32_t bits, const EventPair& pair) {
  const uint32_t control = bits | uint32_t{pair.codes[0]} << 20 | uint32_t{pair.codes[1]} << 12;
  asm volatile("mcr p15, 0, %0, c15, c12, 0" : : "r"(control) : "memory");
}

}  // namespace

std::span<const EventPair> event_pairs() { return kPairs; }

void start_counters() { write_control(kEnable | kResetAll | kClearOldOverflows, kPairs[0]); }

void select_events(const EventPair& pair) { write_control(kEnable, pair); }

}  // namespace pi::core
