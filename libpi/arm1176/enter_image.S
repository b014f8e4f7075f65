// void enter_image_with_tags(uint32_t address, const uint32_t* tags_begin, const uint32_t* tags_end,
//                            uint32_t machine_type)
//
// ARM1176JZF-S TRM (DDI 0301H), sections as named; what the entered image may expect: Linux,
// Documentation/arch/arm/booting.rst, "Calling the kernel image".

#include "libpi/arm1176/system_control.h"

        .syntax unified
        .arm
        .cpu arm1176jzf-s

        .section .text.enter_image_with_tags, "ax"
        .global enter_image_with_tags
        .type   enter_image_with_tags, %function
enter_image_with_tags:
        // No handler of ours may run once its code and stack are the image's memory.
        cpsid   if, #MODE_SUPERVISOR
        mov     r4, r0
        mov     r5, r1
        mov     r6, r2
        mov     r7, r3

        // The image was written as data: it is in memory only once the data cache is clean and the
        // write buffer drained (3.2.22). All of it at once: it holds 16 KiB, and the image is
        // larger. From here to the switch nothing is stored.
        mov     r0, #0
        mcr     p15, 0, r0, c7, c14, 0  // clean and invalidate the data cache
        mcr     p15, 0, r0, c7, c10, 4  // data synchronization barrier
        // Addresses are physical ones, so this code goes on where it is (6.4.1).
        mrc     p15, 0, r1, c1, c0, 0
        ldr     r2, =SCTLR_MMU_AND_CACHES
        bic     r1, r1, r2
        mcr     p15, 0, r1, c1, c0, 0
        mcr     p15, 0, r0, c7, c5, 4   // prefetch flush: what follows is fetched again

        // With the MMU on, the page of the tags is not mapped, so that null pointers fault.
        mov     r1, #TAGS_ADDRESS
1:      cmp     r5, r6
        ldrlo   r3, [r5], #4
        strlo   r3, [r1], #4
        blo     1b

        // Instruction cache and branch target buffer know what stood where the image is now; four
        // times, by erratum 411920, whose rule is kept there.
        bl      invalidate_caches

        mov     r0, #0
        mov     r1, r7
        mov     r2, #TAGS_ADDRESS
        bx      r4
        .size   enter_image_with_tags, . - enter_image_with_tags

        .equ    TAGS_ADDRESS, 0x100     // kTagsAddress
