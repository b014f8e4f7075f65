// What must work on the board and cannot be tried on the host.
#pragma once

#include "kernel/board/board.h"

// The mem* functions in all alignments, floating point across interrupts, subnormal numbers, the
// stacks' paint. Null if all is well, or what fails.
const char* try_what_must_work(kernel::Board& board);
