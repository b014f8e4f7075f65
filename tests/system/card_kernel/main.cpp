// Reads the card on the board, by DMA and by the processor, and prints a checksum of each range:
//   card: SDHC card QEMU QEMU!, 4.2 GB, ...
//   blocks: 8388608
//   crc dma 1 2048 8a9136aa 51 ms
//   done
// After that each 'r' that is typed reads once more, so that a card can be pulled in between.
#include <array>
#include <span>

#include "base/crc32c.h"
#include "base/format.h"
#include "kernel/board/board.h"
#include "kernel/board/drivers.h"
#include "libpi/sd_card.h"

namespace {

using base::print;
using pi::BlockDevice;
using pi::SdCard;

constexpr size_t kMostBlocks = 8192;

struct Range {
  uint64_t first;
  size_t count;
};

void print_range(kernel::Board& board, SdCard& card, const char* mode, const Range& range) {
  const std::span<std::byte> target =
      board.free_memory().first(range.count * BlockDevice::kBlockSize);
  const uint64_t begin = board.clock().now_us();
  base::Status status = card.start_read(range.first, target);
  if (status.ok()) {
    while (!card.poll()) {
    }
    status = card.finish_read();
  }
  const uint64_t end = board.clock().now_us();
  if (status.ok()) {
    print(board.serial(), "crc {} {} {} {:08x} {} ms\n", mode, range.first, range.count,
          base::crc32c(target), (end - begin) / 1000);
  } else {
    print(board.serial(), "failed {} {} {} after {} ms: ", mode, range.first, range.count,
          (end - begin) / 1000);
    print(board.serial(), status);
    print(board.serial(), "\n");
  }
}

void print_counters(kernel::Board& board, const SdCard& card) {
  const pi::SdCounters counters = card.report().counters;
  print(board.serial(), "counters: {} bytes, {} commands, {} by DMA, {} by PIO, {} faults\n",
        counters.bytes_read, counters.read_commands, counters.dma_commands, counters.pio_commands,
        counters.faults());
}

// The same controller without DMA.
void read_by_processor(kernel::Board& board, std::span<const Range> ranges) {
  pi::Emmc emmc(board.clock(), kernel::kDescription.card.registers, kernel::kDescription.bus);
  SdCard card(emmc, board.drivers().emmc_clock, nullptr, board.clock());
  if (const base::Status status = card.initialize(); !status.ok()) {
    print(board.serial(), status);
    return;
  }
  for (const Range& range : ranges) print_range(board, card, "pio", range);
  print_counters(board, card);
}

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  kernel::CardSlot& slot = board.card_slot();
  SdCard& card = slot.card();
  print(board.serial(), "card_kernel\n");
  if (const base::Status status = card.initialize(); !status.ok()) {
    print(board.serial(), "failed: ");
    print(board.serial(), status);
    print(board.serial(), "\n");
  } else {
    print(board.serial(), "card: ");
    pi::describe(slot.report(), board.serial());
    print(board.serial(), "\nblocks: {}\n", card.block_count());
    const uint64_t blocks = card.block_count();
    const std::array<Range, 8> ranges{{{0, 1},
                                       {0, 2},
                                       {1, 2048},
                                       {4000, 4097},
                                       {blocks / 2 - 3, 7},
                                       {blocks / 2, kMostBlocks},
                                       {blocks - 33, 33},
                                       {blocks - 1, 1}}};
    for (const Range& range : ranges) print_range(board, card, "dma", range);
    read_by_processor(board, ranges);
    // The other driver has had the controller.
    if (const base::Status again = card.initialize(); !again.ok()) print(board.serial(), again);
    print_counters(board, card);
  }
  print(board.serial(), "done\n");
  for (;;) {
    char c;
    while (board.serial().try_read(c)) {
      if (c == 'r') print_range(board, card, "dma", {1, 64});
      print_counters(board, card);
    }
    board.idle(20'000);
  }
}
