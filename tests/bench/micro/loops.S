// Loops whose cycles the ARM1176JZF-S manual gives, or that measure memory. Each is entered once by
// main.cpp, under its own name, and counted by libpi0_cycles.so; micro_bench.cpp has what to expect.
  .syntax unified
  .arch armv6k
  .fpu vfp
  .text

// 1000 times 16 times \body, and the two instructions of the loop.
.macro repeat name, body:vararg
  .global \name
  .type \name, %function
  .balign 32
\name:
  mov r12, #1000
1:
  .rept 16
  \body
  .endr
  subs r12, r12, #1
  bne 1b
  bx lr
  .size \name, . - \name
.endm

.macro four_smlads
  smlad r0, r12, r12, r0
  smlad r1, r12, r12, r1
  smlad r2, r12, r12, r2
  smlad r3, r12, r12, r3
.endm

.macro extract_and_smlad
  sxtb16 r1, r2
  smlad r0, r1, r3, r0
.endm

.macro load_and_use
  ldr r1, [r0]
  add r2, r2, r1
.endm

// Taken and not taken in turn, from one round of the loop to the next.
.macro alternate
  tst r12, #1
  bne 2f
  mov r2, r2
2:
.endm

.macro eight_fmacs
  vmla.f32 s8, s0, s1
  vmla.f32 s9, s0, s1
  vmla.f32 s10, s0, s1
  vmla.f32 s11, s0, s1
  vmla.f32 s12, s0, s1
  vmla.f32 s13, s0, s1
  vmla.f32 s14, s0, s1
  vmla.f32 s15, s0, s1
.endm

.macro call_and_return
  mov r3, lr
  bl empty
  mov lr, r3
.endm

repeat chain_add, add r1, r1, r1
repeat chain_shifted_add, add r1, r2, r1, lsl #1
repeat chain_mul, mul r1, r2, r1
repeat chain_mla, mla r1, r2, r3, r1
repeat chain_smlad, smlad r1, r2, r3, r1
repeat independent_smlads, four_smlads
repeat extract_then_smlad, extract_and_smlad
repeat chain_smull, smull r2, r1, r3, r1
repeat load_then_use, load_and_use
repeat chain_fmacs, vmla.f32 s8, s0, s1
repeat independent_fmacs, eight_fmacs
repeat chain_fmuld, vmul.f64 d4, d4, d0
repeat chain_fdivs, vdiv.f32 s8, s8, s0
repeat alternating_branch, alternate
repeat returns, call_and_return

  .type empty, %function
empty:
  bx lr

// r0: a word that holds its own address.
  .global chain_ldr
  .type chain_ldr, %function
chain_ldr:
  mov r12, #1000
1:
  .rept 16
  ldr r0, [r0]
  .endr
  subs r12, r12, #1
  bne 1b
  bx lr
  .size chain_ldr, . - chain_ldr

// r0: 32 bytes, aligned.
  .global load_multiple
  .type load_multiple, %function
load_multiple:
  push {r4-r9, lr}
  mov r12, #1000
1:
  .rept 16
  ldm r0, {r2-r9}
  .endr
  subs r12, r12, #1
  bne 1b
  pop {r4-r9, lr}
  bx lr
  .size load_multiple, . - load_multiple

// r0: from, r1: bytes, a multiple of 32.
  .global read_plain
  .type read_plain, %function
read_plain:
  push {r4-r9, lr}
1:
  ldm r0!, {r2-r9}
  subs r1, r1, #32
  bne 1b
  pop {r4-r9, lr}
  bx lr
  .size read_plain, . - read_plain

  .global read_preloaded
  .type read_preloaded, %function
read_preloaded:
  push {r4-r9, lr}
1:
  ldm r0!, {r2-r9}
  pld [r0, #128]
  subs r1, r1, #32
  bne 1b
  pop {r4-r9, lr}
  bx lr
  .size read_preloaded, . - read_preloaded

// r0: to, r1: from, r2: bytes.
  .global copy_plain
  .type copy_plain, %function
copy_plain:
  push {r4-r10, lr}
1:
  ldm r1!, {r3-r10}
  stm r0!, {r3-r10}
  subs r2, r2, #32
  bne 1b
  pop {r4-r10, lr}
  bx lr
  .size copy_plain, . - copy_plain

  .global copy_preloaded
  .type copy_preloaded, %function
copy_preloaded:
  push {r4-r10, lr}
1:
  ldm r1!, {r3-r10}
  pld [r1, #128]
  stm r0!, {r3-r10}
  subs r2, r2, #32
  bne 1b
  pop {r4-r10, lr}
  bx lr
  .size copy_preloaded, . - copy_preloaded

// r0: to, r1: bytes.
  .global write_words
  .type write_words, %function
write_words:
1:
  .rept 8
  str r2, [r0], #4
  .endr
  subs r1, r1, #32
  bne 1b
  bx lr
  .size write_words, . - write_words

  .global write_multiple
  .type write_multiple, %function
write_multiple:
  push {r4-r9, lr}
1:
  stm r0!, {r2-r9}
  subs r1, r1, #32
  bne 1b
  pop {r4-r9, lr}
  bx lr
  .size write_multiple, . - write_multiple

// r0: the first of a chain of addresses, r1: how many.
  .global chase
  .type chase, %function
chase:
  ldr r0, [r0]
  subs r1, r1, #1
  bne chase
  bx lr
  .size chase, . - chase
