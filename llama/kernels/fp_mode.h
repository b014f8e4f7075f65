// The floating-point mode that all our numbers are made in: results and arguments that are
// subnormal count as 0. The ARM1176 needs it (without it the VFP11 hands subnormals to support code
// that is not there: ARM1176JZF-S TRM, RunFast mode), so every other machine does the same.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace llama {

// Host programs call it first thing in main(), and in each thread that computes. On the Pi start-up
// code does it (FPSCR.FZ, libpi/arm1176), and this does nothing.
inline void enter_flush_to_zero() {
#if defined(__x86_64__)
  // MXCSR (Intel SDM volume 1, 10.2.3): FTZ is bit 15, DAZ bit 6.
  _mm_setcsr(_mm_getcsr() | 1u << 15 | 1u << 6);
#elif defined(__aarch64__)
  // FPCR (Arm ARM, C5.2.7): FZ is bit 24.
  unsigned long fpcr;
  asm volatile("mrs %0, fpcr" : "=r"(fpcr));
  fpcr |= 1ul << 24;
  asm volatile("msr fpcr, %0" : : "r"(fpcr));
#elif !defined(__arm__)
#error "How does this machine flush subnormals to zero?"
#endif
}

}  // namespace llama
