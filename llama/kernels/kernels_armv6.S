// Quantized rows times activations on the ARM1176: the inner loops of llama/kernels/kernels_armv6.cpp, which
// tells what they compute and how their operands lie in memory.
//
// Each function walks over `row_groups` row groups of weights (llama/kernels/packed_rows.h) and, of each,
// over `groups` blocks. r0 streams through the weights, r1 through the prepared activations, r4-r7
// gather integer dots; the sums over blocks are floats in VFP registers. The VFP works on vectors of
// four (FPSCR.LEN = 4; interrupts set it back for themselves): one FMULS makes four products of
// scales, one FMACS adds four products to four sums. Its latency of 8 cycles passes under the
// integer work of the next block.
//
// Timing rules (ARM1176JZF-S TRM 16): a multiply's operands are needed early, so what makes them
// (a load: 3 cycles, UXTB16 or AND: 1) has to be one cycle further away; SMLAD hands its accumulator
// on after 2. Weights come out of SDRAM once, so PLD asks for each line AHEAD bytes before it is
// used, once every 32 bytes at the least: a line that is missed costs a whole memory latency.

#include "llama/kernels/rows_armv6.inc"

// ---- One column
//
// The float work of a block, its scales times the column's and the dots times those, waits for
// results 8 cycles at a time: the dots of a block are added up after the next one has begun.
// lr holds `constant`, which is SCALE_MASK unless `scale_mask` names another register for it;
// `block` is the integer work of a block, which leaves its dots in r4-r7.

.macro function_of_1 name, constant, scale_mask, block
        function \name
        enter   SCALE_MASK
        ldr     lr, =\constant
1:      begin_row_group
        begin_sums s8-s11, 4
        // Nothing to add yet: dots and products of the block before the first one are 0.
        mov     r2, #0
        vmov    s16, s17, r2, r2
        vmov    s18, s19, r2, r2
        vmov    s24, s25, r2, r2
        vmov    s26, s27, r2, r2
2:      ldrd    r8, r9, [r0], #8
        .ifnc   \scale_mask, lr
        ldr     \scale_mask, [sp, #LOCAL_CONSTANT]
        .endif
        pld     [r0, #(AHEAD - 8)]
        vldmia  r1!, {s0}
        ldr     r12, [r1], #4
        decode_scales r8, r9, \scale_mask, r10, r11, s28, s29, s30, s31
        vmla.f32 s8, s16, s24           // of the block before
        vmul.f32 s24, s28, s0
        \block
        vmov    s16, s17, r4, r5
        vmov    s18, s19, r6, r7
        ldr     r12, [sp, #LOCAL_END]
        vcvt.f32.s32 s16, s16
        vcvt.f32.s32 s17, s17
        vcvt.f32.s32 s18, s18
        vcvt.f32.s32 s19, s19
        cmp     r0, r12
        bne     2b
        pld     [r0, #AHEAD]            // of the next row group: memory must not rest
        vmla.f32 s8, s16, s24
        ldr     r2, [sp, #LOCAL_WORK]
        ldr     r3, [sp, #LOCAL_SUMS]
        ldr     r8, [r2, #WORK_LARGEST]
        vmov    r4, r5, s8, s9
        vmov    r6, r7, s10, s11
        vstmia  r3!, {s8-s11}
        cmp     r4, r8
        cmple   r5, r8
        cmple   r6, r8
        cmple   r7, r8
        bgt     4f
3:      end_row_group
        bne     1b
        leave
4:      .irp    sum, r4, r5, r6, r7
        cmp     \sum, r8
        movgt   r8, \sum
        .endr
        sub     r4, r3, #16
        str     r8, [r2, #WORK_LARGEST]
        str     r4, [r2, #WORK_LARGEST_AT]
        b       3b
        .ltorg
.endm

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
//
// A word of weights and what is extracted from it serve all four columns. The prepared activations
// lie interleaved: of each block 4 scales, 4 biases, then, in the order of their use, 4 words for
// each operand. A row of a block is 64 activation words, whatever the type. r2 holds the row's word,
// r3 what was extracted; the sums of row r are the vector s(8 + 4 r), the rows' scales s0-s3.
//
// A row's float work is done under the integer work of the row after it: at its end the dots move
// to s28-s31 and the products of scales to s24-s27, and the next row adds them up.

        .set    kRowWords, 64

// Makes floats of the dots in r4-r7, and sets r1 back to the first bias of the block.
.macro end_row scale
        vmov    s4, s5, r4, r5
        vmov    s6, s7, r6, r7
        sub     r1, r1, #(32 + 4 * kRowWords)
        vldmia  r1!, {s28-s31}
        vmul.f32 s24, s28, \scale
        vcvt.f32.s32 s28, s4
        vcvt.f32.s32 s29, s5
        vcvt.f32.s32 s30, s6
        vcvt.f32.s32 s31, s7
.endm

// Loads as many of the registers as there are words left from `word + ahead` on.
.macro load_words ahead, r_a, r_b, r_c
        .if     word + \ahead + 3 <= kRowWords
        ldm     r1!, {\r_a, \r_b, \r_c}
        .elseif word + \ahead + 2 == kRowWords
        ldm     r1!, {\r_a, \r_b}
        .elseif word + \ahead + 1 == kRowWords
        ldr     \r_a, [r1], #4
        .endif
.endm

// q8_0: consumes the row's next activation word. They come in triples, r8-r10 and r11, r12, lr in
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
        ldr     r2, [r0, #(8 + 4 * \row)]
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
        ldr     r2, [r0, #(8 + 4 * \row + (word + 4) * 2)]
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

// q4_0: the same with a triple and a pair, since lr holds NIBBLE_MASK.
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
        ldr     r2, [r0, #(8 + 4 * \row)]
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
        ldr     r2, [r0, #(8 + 4 * \row + (word + 4))]
        .endif
        q4_use  r4, r3
        q4_use  r5, r3
        q4_use  r6, r3
        q4_use  r7, r3
        .endr
        end_row \scale
.endm

.macro function_of_4 name, block_bytes, mask, row_macro
        function \name
        enter   SCALE_MASK
        .ifnb   \mask
        ldr     lr, =\mask
        .endif
1:      begin_row_group
        begin_sums s8-s23, 16
        mov     r2, #0
        vmov    s24, s25, r2, r2
        vmov    s26, s27, r2, r2
        vmov    s28, s29, r2, r2
        vmov    s30, s31, r2, r2
        add     r1, r1, #16
2:      ldm     r0, {r8, r9}
        ldr     r3, [sp, #LOCAL_CONSTANT]
        pld     [r0, #AHEAD]
        decode_scales r8, r9, r3, r10, r11, s0, s1, s2, s3
        \row_macro 0, s20, s0
        pld     [r0, #(AHEAD + 32)]
        \row_macro 1, s8, s1
        .if     \block_bytes > 96
        pld     [r0, #(AHEAD + 64)]
        .endif
        \row_macro 2, s12, s2
        .if     \block_bytes > 96
        pld     [r0, #(AHEAD + 96)]
        .endif
        \row_macro 3, s16, s3
        ldr     r2, [sp, #LOCAL_END]
        add     r0, r0, #\block_bytes
        pld     [r0, #(AHEAD - 8)]
        add     r1, r1, #(32 + 4 * kRowWords)   // to the next block's biases
        cmp     r0, r2
        bne     2b
        vmla.f32 s20, s28, s24
        ldr     r3, [sp, #LOCAL_SUMS]
        vstmia  r3!, {s8-s23}
        end_row_group
        bne     1b
        leave
        .ltorg
.endm

        function_of_4 armv6_multiply_q8_4, 136, , q8_row_of_4
        function_of_4 armv6_multiply_q4_4, 72, NIBBLE_MASK, q4_row_of_4

// ---- f32: groups_bytes counts 16 bytes a column of the four rows.

        function armv6_multiply_f32_1
        enter
1:      begin_row_group
        begin_sums s8-s11, 4
        sub     r5, r4, r0
        ands    r6, r5, #63             // the first columns, until a multiple of four is left
        beq     3f
2:      vldmia  r0!, {s16-s19}
        vldmia  r1!, {s0}
        vmla.f32 s8, s16, s0
        subs    r6, r6, #16
        bne     2b
3:      cmp     r0, r4
        beq     5f
4:      pld     [r0, #AHEAD]
        pld     [r0, #(AHEAD + 32)]
        vldmia  r1!, {s0-s3}
        vldmia  r0!, {s16-s31}
        cmp     r0, r4
        vmla.f32 s8, s16, s0
        vmla.f32 s8, s20, s1
        vmla.f32 s8, s24, s2
        vmla.f32 s8, s28, s3
        bne     4b
5:      vstmia  r3!, {s8-s11}
        end_row_group
        bne     1b
        leave

// The four columns lie one behind the other, `column_stride` bytes apart; the sums of column c are
// the vector s(8 + 4 c).
        function armv6_multiply_f32_4
        enter
1:      begin_row_group
        ldr     r5, [r2, #WORK_COLUMN_STRIDE]
        add     r6, r1, r5
        add     r7, r6, r5
        add     r8, r7, r5
        begin_sums s8-s23, 16
2:      pld     [r0, #AHEAD]
        vldmia  r0!, {s24-s27}
        vldmia  r1!, {s0}
        vldmia  r6!, {s1}
        vldmia  r7!, {s2}
        vldmia  r8!, {s3}
        cmp     r0, r4
        vmla.f32 s8, s24, s0
        vmla.f32 s12, s24, s1
        vmla.f32 s16, s24, s2
        vmla.f32 s20, s24, s3
        bne     2b
        vstmia  r3!, {s8-s23}
        end_row_group
        bne     1b
        leave
