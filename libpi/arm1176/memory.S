// memcpy, memmove, memset, memcmp, memchr and strlen: the compiler calls them for what it makes of
// loops and copies of structures. Fast for the long, aligned runs of model data (whole cache lines
// of 32 bytes by LDM and STM, with a preload three lines ahead), plain for the rest. Unaligned LDR
// is allowed in Normal memory (TRM 4.2.5), so source and target need no common alignment.

        .syntax unified
        .arm
        .cpu arm1176jzf-s

#include "libpi/arm1176/function.inc"

// void* memmove(void* to, const void* from, size_t size)
        function memmove
        sub     r3, r0, r1
        cmp     r3, r2                  // as unsigned numbers: is `to` within [from, from + size)?
        bhs     memcpy
        // Overlapping upwards: from the end down.
        push    {r0, r4-r10, lr}
        add     r0, r0, r2
        add     r1, r1, r2
1:      tst     r0, #3                  // bytes until the target is aligned
        beq     2f
        subs    r2, r2, #1
        blo     5f
        ldrb    r3, [r1, #-1]!
        strb    r3, [r0, #-1]!
        b       1b
2:      tst     r1, #3
        bne     4f
        subs    r2, r2, #32
        blo     3f
20:     pld     [r1, #-128]
        ldmdb   r1!, {r3-r10}
        subs    r2, r2, #32
        stmdb   r0!, {r3-r10}
        bhs     20b
3:      add     r2, r2, #32
4:      subs    r2, r2, #4
        blo     40f
        ldr     r3, [r1, #-4]!
        str     r3, [r0, #-4]!
        b       4b
40:     add     r2, r2, #4
41:     subs    r2, r2, #1
        blo     5f
        ldrb    r3, [r1, #-1]!
        strb    r3, [r0, #-1]!
        b       41b
5:      pop     {r0, r4-r10, pc}
        .size   memmove, . - memmove

// void* memcpy(void* to, const void* from, size_t size)
        function memcpy
        cmp     r2, #16
        bhs     10f
        mov     r12, r0
1:      subs    r2, r2, #1
        bxlo    lr
        ldrb    r3, [r1], #1
        strb    r3, [r12], #1
        b       1b
10:     push    {r0, r4-r10, lr}
2:      tst     r0, #3                  // bytes until the target is aligned
        beq     3f
        ldrb    r3, [r1], #1
        sub     r2, r2, #1
        strb    r3, [r0], #1
        b       2b
3:      tst     r1, #3
        bne     6f
        subs    r2, r2, #32
        blo     5f
4:      pld     [r1, #96]
        ldmia   r1!, {r3-r10}
        subs    r2, r2, #32
        stmia   r0!, {r3-r10}
        bhs     4b
5:      add     r2, r2, #32
6:      subs    r2, r2, #4
        blo     7f
        ldr     r3, [r1], #4
        str     r3, [r0], #4
        b       6b
7:      add     r2, r2, #4
8:      subs    r2, r2, #1
        poplo   {r0, r4-r10, pc}
        ldrb    r3, [r1], #1
        strb    r3, [r0], #1
        b       8b
        .size   memcpy, . - memcpy

// void* memset(void* to, int value, size_t size)
        function memset
        mov     r12, r0
        and     r1, r1, #0xff
1:      tst     r12, #3
        beq     2f
        subs    r2, r2, #1
        bxlo    lr
        strb    r1, [r12], #1
        b       1b
2:      orr     r1, r1, r1, lsl #8
        orr     r1, r1, r1, lsl #16
        subs    r2, r2, #32
        blo     4f
        push    {r4-r9, lr}
        mov     r3, r1
        mov     r4, r1
        mov     r5, r1
        mov     r6, r1
        mov     r7, r1
        mov     r8, r1
        mov     r9, r1
3:      subs    r2, r2, #32
        stmia   r12!, {r1, r3-r9}
        bhs     3b
        pop     {r4-r9, lr}
4:      add     r2, r2, #32
5:      subs    r2, r2, #4
        blo     6f
        str     r1, [r12], #4
        b       5b
6:      add     r2, r2, #4
7:      subs    r2, r2, #1
        bxlo    lr
        strb    r1, [r12], #1
        b       7b
        .size   memset, . - memset

// int memcmp(const void* a, const void* b, size_t size)
        function memcmp
        orr     r3, r0, r1
        tst     r3, #3
        bne     2f
1:      subs    r2, r2, #4              // equal words, as long as both are aligned
        blo     10f
        ldr     r3, [r0]
        ldr     r12, [r1]
        cmp     r3, r12
        bne     10f
        add     r0, r0, #4
        add     r1, r1, #4
        b       1b
10:     add     r2, r2, #4              // the rest, or the word with the difference, by bytes
2:      subs    r2, r2, #1
        movlo   r0, #0
        bxlo    lr
        ldrb    r3, [r0], #1
        ldrb    r12, [r1], #1
        cmp     r3, r12
        beq     2b
        sub     r0, r3, r12
        bx      lr
        .size   memcmp, . - memcmp

// size_t strlen(const char* text)
        function strlen
        mov     r1, r0
1:      ldrb    r2, [r1], #1
        cmp     r2, #0
        bne     1b
        sub     r0, r1, r0
        sub     r0, r0, #1
        bx      lr
        .size   strlen, . - strlen

// void* memchr(const void* text, int value, size_t size)
        function memchr
        and     r1, r1, #0xff
1:      subs    r2, r2, #1
        movlo   r0, #0
        bxlo    lr
        ldrb    r3, [r0], #1
        cmp     r3, r1
        bne     1b
        sub     r0, r0, #1
        bx      lr
        .size   memchr, . - memchr
