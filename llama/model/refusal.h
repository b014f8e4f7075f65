// Errors of who reads a model file: damage, and what this program does not know.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace llama {

inline base::Status corrupt(const char* text, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0,
                            uint64_t d = 0) {
  return base::Status::error(base::ErrorCode::kCorrupt, text, a, b, c, d);
}

inline base::Status unsupported(const char* text, uint64_t a = 0, uint64_t b = 0) {
  return base::Status::error(base::ErrorCode::kUnsupported, text, a, b);
}

}  // namespace llama
