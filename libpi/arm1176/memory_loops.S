// memory_loops.h. Four cache lines per turn, so that the loop itself costs little.

        .syntax unified
        .arm
        .cpu arm1176jzf-s

#include "libpi/arm1176/function.inc"

// void memory_read(const void* from, size_t bytes)
        function memory_read
        push    {r4-r10, lr}
1:      ldmia   r0!, {r3-r10}
        ldmia   r0!, {r3-r10}
        ldmia   r0!, {r3-r10}
        ldmia   r0!, {r3-r10}
        subs    r1, r1, #128
        bhi     1b
        pop     {r4-r10, pc}
        .size   memory_read, . - memory_read

// void memory_read_preloaded(const void* from, size_t bytes)
        function memory_read_preloaded
        push    {r4-r10, lr}
1:      pld     [r0, #128]
        ldmia   r0!, {r3-r10}
        pld     [r0, #128]
        ldmia   r0!, {r3-r10}
        pld     [r0, #128]
        ldmia   r0!, {r3-r10}
        pld     [r0, #128]
        ldmia   r0!, {r3-r10}
        subs    r1, r1, #128
        bhi     1b
        pop     {r4-r10, pc}
        .size   memory_read_preloaded, . - memory_read_preloaded

// void memory_write(void* to, size_t bytes)
        function memory_write
        push    {r4-r10, lr}
1:      stmia   r0!, {r3-r10}
        stmia   r0!, {r3-r10}
        stmia   r0!, {r3-r10}
        stmia   r0!, {r3-r10}
        subs    r1, r1, #128
        bhi     1b
        pop     {r4-r10, pc}
        .size   memory_write, . - memory_write

// void memory_copy(void* to, const void* from, size_t bytes)
        function memory_copy
        push    {r4-r10, lr}
1:      ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        subs    r2, r2, #128
        bhi     1b
        pop     {r4-r10, pc}
        .size   memory_copy, . - memory_copy

// void memory_copy_preloaded(void* to, const void* from, size_t bytes)
        function memory_copy_preloaded
        push    {r4-r10, lr}
1:      pld     [r1, #128]
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        pld     [r1, #128]
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        pld     [r1, #128]
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        pld     [r1, #128]
        ldmia   r1!, {r3-r10}
        stmia   r0!, {r3-r10}
        subs    r2, r2, #128
        bhi     1b
        pop     {r4-r10, pc}
        .size   memory_copy_preloaded, . - memory_copy_preloaded

// const void* memory_chase(const void* first, size_t steps)
        function memory_chase
1:
        .rept   16
        ldr     r0, [r0]
        .endr
        subs    r1, r1, #16
        bhi     1b
        bx      lr
        .size   memory_chase, . - memory_chase
