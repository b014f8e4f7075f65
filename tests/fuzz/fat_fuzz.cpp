// Any bytes as a card: the file system must end, within the card, with or without an error.
//
// Seeds: mkfs.fat -C seed.img 64, then some files by mcopy. The fuzzer changes single bytes of them
// more cheaply with -max_len=65536.
#include <cstddef>
#include <cstdint>
#include <span>

#include "libpi/fs/ram_disk.h"
#include "tests/libpi/fs/explore_volume.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pi::RamDisk disk(std::as_bytes(std::span(data, size)));
  pi::testing::mount_and_explore(disk);
  return 0;
}
