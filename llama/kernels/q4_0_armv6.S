// Rows of q4_0 times activations on the ARM1176: llama/kernels/q4_0_armv6.cpp says what is
// computed.

#include "llama/kernels/groups_armv6.inc"

// The upper nibble of each half's upper byte, cleared: bits 8 to 11 and 24 to 27.
        .equ    NIBBLE_MASK, 0x0f000f00

// ---- One column

// Columns k to k+7 of four rows: r8-r11 the words; the activations in the order of their use.
// lr: NIBBLE_MASK.
.macro q4_step accumulator0, accumulator1, accumulator2, accumulator3
        ldm     r0!, {r8-r11}
        ldm     r1!, {r2, r3}
        smlad   r4, r8, r2, \accumulator0       // the whole halves
        smlad   r5, r9, r2, \accumulator1
        smlad   r6, r10, r2, \accumulator2
        smlad   r7, r11, r2, \accumulator3
        and     r12, lr, r8                     // third nibbles, at weight 256
        and     r2, lr, r9
        smlad   r4, r12, r3, r4
        and     r12, lr, r10
        smlad   r5, r2, r3, r5
        and     r2, lr, r11
        smlad   r6, r12, r3, r6
        smlad   r7, r2, r3, r7
        ldm     r1!, {r2, r3}
        and     r12, lr, r8, lsl #8             // first nibbles, at weight 256
        uxtb16  r8, r8                          // first and second nibbles
        smlad   r4, r12, r2, r4
        and     r12, lr, r9, lsl #8
        uxtb16  r9, r9
        smlad   r5, r12, r2, r5
        smlad   r4, r8, r3, r4
        and     r12, lr, r10, lsl #8
        uxtb16  r10, r10
        smlad   r6, r12, r2, r6
        smlad   r5, r9, r3, r5
        and     r12, lr, r11, lsl #8
        uxtb16  r11, r11
        smlad   r7, r12, r2, r7
        smlad   r6, r10, r3, r6
        smlad   r7, r11, r3, r7
.endm

.macro q4_block
        q4_step r12, r12, r12, r12
        pld     [r0, #AHEAD]
        q4_step r4, r5, r6, r7
        q4_step r4, r5, r6, r7
        pld     [r0, #AHEAD]
        q4_step r4, r5, r6, r7
.endm

        function_of_1 armv6_multiply_q4_1, NIBBLE_MASK, r3, q4_block

// ---- Four columns at once

// Consumes the row's next activation word. They come in a triple, r8-r10, and a pair, r11 and r12,
// in turn, each loaded while the other one is used; lr holds NIBBLE_MASK.
.macro q4_use accumulator, weights
        .if     word % 5 == 0
        smlad   \accumulator, \weights, r8, \accumulator
        .elseif word % 5 == 1
        smlad   \accumulator, \weights, r9, \accumulator
        .elseif word % 5 == 2
        smlad   \accumulator, \weights, r10, \accumulator
        load_words 3, r8, r9, r10
        .elseif word % 5 == 3
        smlad   \accumulator, \weights, r11, \accumulator
        .else
        smlad   \accumulator, \weights, r12, \accumulator
        .if     word + 5 < kRowWords
        ldm     r1!, {r11, r12}
        .elseif word + 4 < kRowWords
        ldr     r11, [r1], #4
        .endif
        .endif
        .set    word, word + 1
.endm

.macro q4_row_of_4 row, previous_sums, scale
        ldr     r2, [r0, #(SCALES_BYTES + 4 * \row)]
        ldm     r1!, {r4-r7}
        ldm     r1!, {r8-r10}
        ldm     r1!, {r11, r12}
        .set    word, 0
        .rept   4
        and     r3, lr, r2                      // third nibbles, at weight 256
        q4_use  r4, r2                          // the whole halves
        q4_use  r5, r2
        q4_use  r6, r2
        q4_use  r7, r2
        q4_use  r4, r3
        q4_use  r5, r3
        q4_use  r6, r3
        q4_use  r7, r3
        and     r3, lr, r2, lsl #8              // first nibbles, at weight 256
        .if     word == 8
        vmla.f32 \previous_sums, s28, s24
        .endif
        q4_use  r4, r3
        q4_use  r5, r3
        q4_use  r6, r3
        q4_use  r7, r3
        uxtb16  r3, r2                          // first and second nibbles
        .if     word + 4 < kRowWords
        ldr     r2, [r0, #(SCALES_BYTES + 4 * \row + (word + 4))]
        .endif
        q4_use  r4, r3
        q4_use  r5, r3
        q4_use  r6, r3
        q4_use  r7, r3
        .endr
        end_row \scale
.endm

        function_of_4 armv6_multiply_q4_4, Q4_0_BLOCK_BYTES, NIBBLE_MASK, q4_row_of_4

// ---- Activations

.macro q4_pairs
        .rept   4
        ldm     r0!, {r4-r11}
        pkhbt   r12, r7, r11, lsl #16           // x3, x7
        pkhbt   lr, r6, r10, lsl #16            // x2, x6
        str     r12, [r1], r2
        mov     r6, r6, lsl #4
        sadd16  r3, r3, lr
        pkhbt   r6, r6, r10, lsl #20            // 16 times
        pkhbt   lr, r5, r9, lsl #16             // x1, x5
        ssub16  r6, r6, r12
        pkhbt   r5, r4, r8, lsl #16             // x0, x4
        str     r6, [r1], r2
        mov     r4, r4, lsl #4
        sadd16  r3, r3, lr
        pkhbt   r4, r4, r8, lsl #20
        uxtb16  r9, lr
        sadd16  r3, r3, r5
        ssub16  r4, r4, lr
        mov     r9, r9, lsl #8                  // 256 times
        str     r4, [r1], r2
        ssub16  r9, r9, r12
        str     r9, [r1], r2
        .endr
.endm

        // 2^15 is 8 * 4096.
        write_pairs_function armv6_write_pairs_q4, r4-r11, q4_pairs, 15
