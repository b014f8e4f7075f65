// Loops that move memory as fast as the core can, for measuring it. Blocks are aligned to 32 bytes
// and multiples of 128 bytes long.
#pragma once

#include <cstddef>

extern "C" {

void memory_read(const void* from, size_t bytes);
void memory_write(void* to, size_t bytes);
void memory_copy(void* to, const void* from, size_t bytes);
// With a preload for each line, some lines ahead.
void memory_read_preloaded(const void* from, size_t bytes);
void memory_copy_preloaded(void* to, const void* from, size_t bytes);

// Loads a pointer, the pointer that it points to, and so on: `steps` times, a multiple of 16.
const void* memory_chase(const void* first, size_t steps);

}  // extern "C"
