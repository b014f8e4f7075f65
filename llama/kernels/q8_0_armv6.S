// Rows of q8_0 times activations on the ARM1176: llama/kernels/q8_0_armv6.cpp says what is
// computed.

#include "llama/kernels/groups_armv6.inc"

// ---- One column

// Columns k to k+3 of four rows: r8-r11 the words, (r2, r3) the activations.
.macro q8_step accumulator0, accumulator1, accumulator2, accumulator3
        ldm     r0!, {r8-r11}
        ldm     r1!, {r2, r3}
        smlad   r4, r8, r2, \accumulator0
        smlad   r5, r9, r2, \accumulator1
        smlad   r6, r10, r2, \accumulator2
        smlad   r7, r11, r2, \accumulator3
        uxtb16  r8, r8
        uxtb16  r9, r9
        uxtb16  r10, r10
        uxtb16  r11, r11
        smlad   r4, r8, r3, r4
        smlad   r5, r9, r3, r5
        smlad   r6, r10, r3, r6
        smlad   r7, r11, r3, r7
.endm

.macro q8_block
        pld     [r0, #AHEAD]            // the next one is 32 bytes away, the one before this 8
        q8_step r12, r12, r12, r12
        q8_step r4, r5, r6, r7
        pld     [r0, #AHEAD]
        q8_step r4, r5, r6, r7
        q8_step r4, r5, r6, r7
        pld     [r0, #AHEAD]
        q8_step r4, r5, r6, r7
        q8_step r4, r5, r6, r7
        pld     [r0, #AHEAD]
        q8_step r4, r5, r6, r7
        q8_step r4, r5, r6, r7
.endm

        function_of_1 armv6_multiply_q8_1, SCALE_MASK, lr, q8_block

// ---- Four columns at once

// Consumes the row's next activation word. They come in triples, r8-r10 and r11, r12, lr in
// turn, each loaded while the other one is used.
.macro q8_use accumulator, weights
        .if     word % 6 == 0
        smlad   \accumulator, \weights, r8, \accumulator
        .elseif word % 6 == 1
        smlad   \accumulator, \weights, r9, \accumulator
        .elseif word % 6 == 2
        smlad   \accumulator, \weights, r10, \accumulator
        load_words 4, r8, r9, r10
        .elseif word % 6 == 3
        smlad   \accumulator, \weights, r11, \accumulator
        .elseif word % 6 == 4
        smlad   \accumulator, \weights, r12, \accumulator
        .else
        smlad   \accumulator, \weights, lr, \accumulator
        load_words 4, r11, r12, lr
        .endif
        .set    word, word + 1
.endm

.macro q8_row_of_4 row, previous_sums, scale
        ldr     r2, [r0, #(SCALES_BYTES + 4 * \row)]
        ldm     r1!, {r4-r7}
        ldm     r1!, {r8-r10}
        ldm     r1!, {r11, r12, lr}
        .set    word, 0
        .rept   8
        q8_use  r4, r2
        q8_use  r5, r2
        q8_use  r6, r2
        q8_use  r7, r2
        uxtb16  r3, r2
        .if     word + 8 < kRowWords
        ldr     r2, [r0, #(SCALES_BYTES + 4 * \row + (word + 4) * 2)]
        .endif
        .if     word == 12
        vmla.f32 \previous_sums, s28, s24
        .endif
        q8_use  r4, r3
        q8_use  r5, r3
        q8_use  r6, r3
        q8_use  r7, r3
        .endr
        end_row \scale
.endm

        function_of_4 armv6_multiply_q8_4, Q8_0_BLOCK_BYTES, , q8_row_of_4

// ---- Activations

.macro q8_pairs
        mov     lr, #4
1:      .rept   2
        ldm     r0!, {r4-r7}
        pkhbt   r8, r4, r6, lsl #16             // x0, x2
        pkhbt   r9, r5, r7, lsl #16             // x1, x3
        uxtb16  r12, r8
        sadd16  r3, r3, r8
        mov     r12, r12, lsl #8
        str     r9, [r1], r2
        ssub16  r12, r12, r9
        str     r12, [r1], r2
        .endr
        subs    lr, lr, #1
        bne     1b
.endm

        // 2^15 is 128 * 256.
        write_pairs_function armv6_write_pairs_q8, r4-r9, q8_pairs, 15
