// Numbers of the ARM1176's control registers that assembly and C++ share; preprocessor macros,
// since the assembler knows nothing else. ARM1176JZF-S TRM (DDI 0301H), sections as named.
#pragma once

// Program status register, 2.11.
#define MODE_USER 0x10
#define MODE_FIQ 0x11
#define MODE_IRQ 0x12
#define MODE_SUPERVISOR 0x13
#define MODE_ABORT 0x17
#define MODE_UNDEFINED 0x1b
#define MODE_SYSTEM 0x1f
#define MODE_MASK 0x1f
#define MASK_IRQ 0x80
#define MASK_FIQ 0x40

// Control register c1,c0,0, 3.2.7.
#define SCTLR_MMU (1 << 0)
#define SCTLR_ALIGNMENT_CHECK (1 << 1)
#define SCTLR_DATA_CACHE (1 << 2)
#define SCTLR_BRANCH_PREDICTION (1 << 11)
#define SCTLR_INSTRUCTION_CACHE (1 << 12)
#define SCTLR_HIGH_VECTORS (1 << 13)
#define SCTLR_UNALIGNED (1 << 22)
#define SCTLR_EXTENDED_PAGES (1 << 23)
#define SCTLR_TEX_REMAP (1 << 28)
#define SCTLR_FORCE_ACCESS_FLAG (1 << 29)
#define SCTLR_MMU_AND_CACHES \
  (SCTLR_MMU | SCTLR_DATA_CACHE | SCTLR_BRANCH_PREDICTION | SCTLR_INSTRUCTION_CACHE)
#define SCTLR_CLEARED_AT_START                                                           \
  (SCTLR_MMU_AND_CACHES | SCTLR_ALIGNMENT_CHECK | SCTLR_HIGH_VECTORS | SCTLR_TEX_REMAP | \
   SCTLR_FORCE_ACCESS_FLAG)

// Auxiliary control register c1,c0,1, 3.2.8.
#define ACTLR_RETURN_STACK (1 << 0)
#define ACTLR_DYNAMIC_PREDICTION (1 << 1)
#define ACTLR_STATIC_PREDICTION (1 << 2)
#define ACTLR_ALL_PREDICTION \
  (ACTLR_RETURN_STACK | ACTLR_DYNAMIC_PREDICTION | ACTLR_STATIC_PREDICTION)
#define ACTLR_NO_CLEAN_ALL (1 << 4)
#define ACTLR_NO_BLOCK_OPERATIONS (1 << 5)
#define ACTLR_RESTRICT_CACHE_SIZE (1 << 6)

// Coprocessor access control register c1,c0,2, 3.2.9: full access to CP10 and CP11, the VFP.
#define CPACR_VFP (0xf << 20)

// VFP11, TRM 20.5. RunFast mode is flush-to-zero, default NaN and no trapping: nothing bounces to
// support code, which does not exist here (18.5.4).
#define FPEXC_ENABLE (1 << 30)
#define FPSCR_FLUSH_TO_ZERO (1 << 24)
#define FPSCR_DEFAULT_NAN (1 << 25)
#define FPSCR_RUN_FAST (FPSCR_FLUSH_TO_ZERO | FPSCR_DEFAULT_NAN)

// Offsets in pi::core::Fault.
#define FAULT_SP 52
#define FAULT_LR 56
#define FAULT_PC 60
#define FAULT_CPSR 64
#define FAULT_KIND 68
#define FAULT_SIZE 72

// kStackPaint of libpi/core/stacks.h.
#define STACK_PAINT 0x5ac35ac3
