// Dense blocks of masked ones (llama/kernels/masked_rows.h) on the ARM1176: a kept weight and one
// that is not take the same instructions, conditional ones, so that no branch is mispredicted.
//
//   void armv6_unmask_q8(MaskedPlace* place, uint32_t count, std::byte* dense)
//
// Tiles pass through the cache once, as weights do in the loops that read the dense blocks after this:
// meanwhile only way 0 is refilled (rows_armv6.inc).

#include "llama/kernels/rows_armv6.inc"

// void armv6_keep_lines(std::byte* lines, size_t bytes)
//
// Brings whole lines into the ways that the loops leave alone. A store to a line that is not there
// goes to memory (TRM 7.2.1), and so would each byte of a dense block.

        function armv6_keep_lines
1:      and     r2, r0, #SETS_MASK
        mcr     p15, 0, r2, c7, c14, 2          // not in way 0: clean and invalidate
        ldr     r3, [r0], #CACHE_LINE_BYTES
        subs    r1, r1, #CACHE_LINE_BYTES
        bhi     1b
        bx      lr

// r0: blocks, r1: values, r2: dense block, r3: mask; r8: number of the block, r9: forms, r10: blocks
// left, r11: the place. r4-r7, r12 and lr are for use.

.macro unmask_function name, block_bytes, fill_macro, row_macro
        function \name
        push    {r4-r11, lr}
        mov     r11, r0
        mov     r10, r1
        lock_ways WAYS_LOCKED_HERE, r4
        ldr     r9, [r11, #PLACE_FORMS]
        ldr     r8, [r11, #PLACE_BLOCK]
        ldr     r0, [r11, #PLACE_BLOCKS]
        ldr     r1, [r11, #PLACE_VALUES]
2:      ldrb    r3, [r9, r8, lsr #3]
        and     r12, r8, #7
        pld     [r0, #AHEAD]
        add     r8, r8, #1
        mov     r3, r3, lsr r12
        tst     r3, #1
        bne     3f
        // A dense one.
        .rept   (\block_bytes - SCALES_BYTES) / 32
        ldm     r0!, {r4-r7}
        pld     [r0, #AHEAD]
        stm     r2!, {r4-r7}
        ldm     r0!, {r4-r7}
        stm     r2!, {r4-r7}
        .endr
        ldm     r0!, {r4, r5}
        stm     r2!, {r4, r5}
        subs    r10, r10, #1
        bne     2b
        b       5f
3:      ldm     r0!, {r4, r5}
        pld     [r1, #AHEAD]
        stm     r2!, {r4, r5}
        \fill_macro
        mov     lr, #4
4:      ldr     r3, [r0], #4
        pld     [r1, #AHEAD]
        \row_macro
        add     r2, r2, #4              // the next row's words are 4 bytes further
        subs    lr, lr, #1
        bne     4b
        .ifc    \name, armv6_unmask_q4
        add     r12, r12, #1
        add     r1, r1, r12, lsr #1     // whole bytes
        .endif
        add     r2, r2, #(\block_bytes - SCALES_BYTES - 4 * 4)
        subs    r10, r10, #1
        bne     2b
5:      str     r8, [r11, #PLACE_BLOCK]
        str     r0, [r11, #PLACE_BLOCKS]
        str     r1, [r11, #PLACE_VALUES]
        lock_ways WAYS_LOCKED_ELSEWHERE, r4
        pop     {r4-r11, pc}
        .ltorg
.endm

// Two columns' bits of the mask become C and N; the first one of a row is its topmost bit.
.macro next_two column
        .if     \column == 0
        movs    r3, r3, lsl #1
        .else
        movs    r3, r3, lsl #2
        .endif
.endm

// ---- q8_0: bytes, into a block of zeros

.macro q8_fill
        ldr     r4, =0x00800080
        mov     r12, r2
        mov     r5, r4
        mov     r6, r4
        mov     r7, r4
        .rept   8
        stm     r12!, {r4-r7}
        .endr
.endm

.macro q8_unmask_row
        .set    column, 0
        .rept   16
        next_two column
        ldrbcs  r4, [r1], #1
        ldrbmi  r5, [r1], #1
        strbcs  r4, [r2, #(column / 4 * 16 + column % 4)]
        strbmi  r5, [r2, #(column / 4 * 16 + column % 4 + 1)]
        .set    column, column + 2
        .endr
.endm

        unmask_function armv6_unmask_q8, Q8_0_BLOCK_BYTES, q8_fill, q8_unmask_row

// ---- q4_0: nibbles, which make words of eight columns
//
// r12 counts the nibbles of the block, r5 holds the next ones, r6 becomes the word.

.macro q4_fill
        mov     r12, #0
.endm

.macro q4_column kept, left_out, fill
        mov\left_out r4, #\fill
        mov\kept r4, r5, lsl #28
        mov\kept r5, r5, lsr #4
        add\kept r12, r12, #1
        orr     r6, r4, r6, lsr #4
.endm

// Columns k to k+3: a word has their nibbles, wherever they begin.
.macro q4_half
        ldr     r5, [r1, r12, lsr #1]
        tst     r12, #1
        movne   r5, r5, lsr #4
        next_two column
        q4_column cs, cc, 0x80000000
        q4_column mi, pl, 0x80000000
        .set    column, column + 2
        next_two column
        q4_column cs, cc, 0x80000000
        q4_column mi, pl, 0
        .set    column, column + 2
.endm

.macro q4_unmask_row
        .set    column, 0
        .rept   4
        q4_half
        q4_half
        str     r6, [r2, #(column / 8 * 16 - 16)]
        .endr
.endm

        unmask_function armv6_unmask_q4, Q4_0_BLOCK_BYTES, q4_fill, q4_unmask_row
