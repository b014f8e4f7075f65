// From the firmware to C++: kernel_main(const pi::core::BootArguments&), with MMU, caches and
// VFP on. The firmware enters at 0x8000 in SVC mode with MMU and data cache off; r1 is the machine
// type and r2 the address of the ATAGs or 0. A boot loader enters the same way, its caches cleaned.

#include "libpi/arm1176/system_control.h"

        .syntax unified
        .arm
        .cpu arm1176jzf-s
        .fpu vfp

        .section .text.start, "ax"
        .global _start
_start:
        b       begin
        // libpi/push/image_header.h: by this a boot loader knows an image of ours.
        .ascii  "barellam"
        .word   _start
        .word   __image_end - _start
        .word   __end
        .word   __version

begin:
        cpsid   if, #MODE_SUPERVISOR
        mov     r9, r0
        mov     r10, r1
        mov     r11, r2

        // Known state: MMU, caches and branch prediction off; real unaligned accesses; ARMv6 page
        // table format, its attributes taken literally; vectors where VBAR says.
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =SCTLR_CLEARED_AT_START
        bic     r0, r0, r1
        ldr     r1, =(SCTLR_UNALIGNED | SCTLR_EXTENDED_PAGES)
        orr     r0, r0, r1
        mcr     p15, 0, r0, c1, c0, 0

        bl      move_to_link_address

        ldr     r0, =exception_vectors
        mcr     p15, 0, r0, c12, c0, 0

        // The compiler uses VFP registers even where no floating point is in sight.
        mrc     p15, 0, r0, c1, c0, 2
        orr     r0, r0, #CPACR_VFP
        mcr     p15, 0, r0, c1, c0, 2
        mov     r0, #0
        mcr     p15, 0, r0, c7, c5, 4   // prefetch flush, for the access to count
        mov     r0, #FPEXC_ENABLE
        fmxr    fpexc, r0
        ldr     r0, =FPSCR_RUN_FAST
        fmxr    fpscr, r0

        // Caches hold random lines after reset. RV and RA would forbid the block operations that
        // drivers use; CZ keeps caches at 16 KiB, where no two addresses of a page alias (3.2.8).
        mrc     p15, 0, r0, c1, c0, 1
        bic     r0, r0, #(ACTLR_NO_BLOCK_OPERATIONS | ACTLR_NO_CLEAN_ALL)
        orr     r0, r0, #(ACTLR_RESTRICT_CACHE_SIZE | ACTLR_ALL_PREDICTION)
        mcr     p15, 0, r0, c1, c0, 1
        bl      invalidate_caches

        // Stacks. All exceptions that end in a panic share one.
        ldr     r0, =__stacks_begin
        ldr     r1, =__stacks_end
        ldr     r2, =STACK_PAINT
        bl      fill_words
        ldr     r0, =__fault_stack_end
        cps     #MODE_FIQ
        mov     sp, r0
        cps     #MODE_ABORT
        mov     sp, r0
        cps     #MODE_UNDEFINED
        mov     sp, r0
        ldr     r0, =__irq_stack_end
        cps     #MODE_IRQ
        mov     sp, r0
        cps     #MODE_SUPERVISOR
        ldr     sp, =__main_stack_end

        ldr     r0, =__bss_begin
        ldr     r1, =__bss_end
        mov     r2, #0
        bl      fill_words

        // BootArguments, on the stack for good.
        push    {r9, r10, r11, r12}     // r12 keeps sp at a multiple of 8
        mov     fp, #0                  // frame chains end here
        bl      build_page_tables       // returns the table's address
        bl      switch_mmu_on
        mov     r0, sp
        bl      kernel_main
1:      mcr     p15, 0, r0, c7, c0, 4   // wait for interrupt
        b       1b

// QEMU's -kernel loads raw images at 0x10000. Nothing before this used an absolute address; the
// image is moved to where it is linked by a copy of the loop below, which stands under the target.
// Returns to the caller in its new place.
move_to_link_address:
        adr     r0, _start              // where it is
        ldr     r1, =_start             // where it should be
        subs    r2, r0, r1
        bxeq    lr
        sub     lr, lr, r2
        ldr     r2, =__image_end
        adr     r4, move_image
        mov     r5, #RELOCATOR_ADDRESS
        ldmia   r4, {r3, r6, r7, r8, r12}       // the loop's five instructions
        stmia   r5, {r3, r6, r7, r8, r12}
        mov     r3, #0
        mcr     p15, 0, r3, c7, c10, 4
        mcr     p15, 0, r3, c7, c5, 0   // instruction cache: it is off, but may hold old lines
        mcr     p15, 0, r3, c7, c5, 4
        bx      r5
move_image:
        ldr     r3, [r0], #4
        str     r3, [r1], #4
        cmp     r1, r2
        blo     move_image
        bx      lr
        .equ    RELOCATOR_ADDRESS, 0x4000

// Both caches, branch target buffer and TLB; what is only in the data cache is lost. Uses r0.
        .global invalidate_caches
invalidate_caches:
        // Way 0 is left to what streams (llama/kernels/rows_armv6.inc): TRM page 3-88.
        mvn     r0, #0xe
        mcr     p15, 0, r0, c9, c0, 0
        mov     r0, #0
        mcr     p15, 0, r0, c7, c6, 0   // data cache
        // Erratum 411920: an invalidation of the whole instruction cache may fail; four in a row
        // and eleven instructions do not (Linux: arch/arm/mm/cache-v6.S).
        .rept   4
        mcr     p15, 0, r0, c7, c5, 0
        .endr
        .rept   11
        nop
        .endr
        mcr     p15, 0, r0, c7, c5, 6   // branch target buffer
        mcr     p15, 0, r0, c8, c7, 0   // TLBs
        mcr     p15, 0, r0, c7, c10, 4  // data synchronization barrier
        mcr     p15, 0, r0, c7, c5, 4   // prefetch flush
        bx      lr

// [r0, r1) = r2, both ends multiples of 16 bytes.
fill_words:
        mov     r3, r2
        mov     r4, r2
        mov     r5, r2
1:      cmp     r0, r1
        bxhs    lr
        stmia   r0!, {r2-r5}
        b       1b

// r0: the first-level table, aligned to 16 KiB. The table walk does not look into the data cache,
// which is still off: what build_page_tables wrote is in memory after the barrier.
switch_mmu_on:
        mov     r1, #0
        mcr     p15, 0, r1, c7, c10, 4
        mcr     p15, 0, r1, c2, c0, 2   // TTBCR: TTBR0 for all addresses
        mcr     p15, 0, r0, c2, c0, 0   // TTBR0: walks not cached, not shared
        mov     r2, #1
        mcr     p15, 0, r2, c3, c0, 0   // domain 0: client, permissions are checked
        mcr     p15, 0, r1, c8, c7, 0
        mcr     p15, 0, r1, c7, c5, 6
        mcr     p15, 0, r1, c7, c10, 4
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r2, =SCTLR_MMU_AND_CACHES
        orr     r0, r0, r2
        mcr     p15, 0, r0, c1, c0, 0
        mcr     p15, 0, r1, c7, c5, 4
        bx      lr
