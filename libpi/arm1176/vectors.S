// Exception vectors and the way from them into C++. ARM1176 TRM 2.12 (exceptions), 3.2.43 (VBAR).

#include "libpi/arm1176/system_control.h"

        .syntax unified
        .arm
        .cpu arm1176jzf-s
        .fpu vfp

        .section .text.vectors, "ax"
        .global exception_vectors
        .balign 32                      // VBAR holds bits 31 to 5
exception_vectors:
        b       reserved_entry          // reset itself goes to the firmware
        b       undefined_entry
        b       supervisor_entry
        b       prefetch_abort_entry
        b       data_abort_entry
        b       reserved_entry
        b       interrupt_entry
        b       fast_interrupt_entry

// Each stores r0-r12 and goes on with: r0 the faulting instruction's address, r1 the kind. What is
// taken from lr: TRM Table 2-13.
.macro fault name, kind, lr_offset
\name:
        sub     sp, sp, #FAULT_SIZE
        stmia   sp, {r0-r12}
        sub     r0, lr, #\lr_offset
        mov     r1, #\kind
        b       collect_fault
.endm

        fault   undefined_entry, 1, 4
        fault   supervisor_entry, 2, 4
        fault   prefetch_abort_entry, 3, 4
        fault   data_abort_entry, 4, 8
        fault   reserved_entry, 5, 0
        fault   fast_interrupt_entry, 7, 4

collect_fault:
        cpsid   if
        mrs     r2, spsr
        mrs     r3, cpsr
        // The interrupted mode's sp and lr are seen from within that mode; from User, System's are
        // the same.
        and     r4, r2, #MODE_MASK
        cmp     r4, #MODE_USER
        moveq   r4, #MODE_SYSTEM
        orr     r4, r4, #(MASK_IRQ | MASK_FIQ)
        msr     cpsr_c, r4
        mov     r5, sp
        mov     r6, lr
        msr     cpsr_c, r3
        // A supervisor call comes from SVC mode itself: our frame is on its stack, and lr is lost.
        cmp     r1, #2
        addeq   r5, r5, #FAULT_SIZE
        moveq   r6, #0
        str     r5, [sp, #FAULT_SP]
        str     r6, [sp, #FAULT_LR]
        str     r0, [sp, #FAULT_PC]
        str     r2, [sp, #FAULT_CPSR]
        str     r1, [sp, #FAULT_KIND]
        // The program may have been within a VFP vector operation, which compiled code must not be.
        ldr     r0, =FPSCR_RUN_FAST
        fmxr    fpscr, r0
        mov     r0, sp
        bic     sp, sp, #7
        // fp stays the interrupted program's, so that frame chains go through.
        bl      fault_taken
1:      mcr     p15, 0, r0, c7, c0, 4   // wait for interrupt
        b       1b

// Interrupts run on their own stack, with interrupts off, and do not nest. Handlers are ordinary
// C++, which uses VFP registers even for copies (and vector lengths of 1): the caller-saved half of
// them is kept here, the other half by the functions themselves (AAPCS 6.1.2).
interrupt_entry:
        sub     lr, lr, #4
        push    {r0-r3, r12, lr}
        vpush   {d0-d7}
        fmrx    r0, fpscr
        push    {r0, r1}                // r1 keeps sp at a multiple of 8
        ldr     r1, =FPSCR_RUN_FAST
        fmxr    fpscr, r1
        bl      interrupt_taken
        pop     {r0, r1}
        fmxr    fpscr, r0
        vpop    {d0-d7}
        // An interrupted LDREX must not pair with a handler's STREX.
        clrex
        ldmia   sp!, {r0-r3, r12, pc}^
