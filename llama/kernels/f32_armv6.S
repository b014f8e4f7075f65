// Rows of floats times columns on the ARM1176, called by llama/kernels/f32_armv6.cpp.
// `groups_bytes` counts F32_BLOCK_BYTES per column of the four rows.

#include "llama/kernels/rows_armv6.inc"

        function armv6_multiply_f32_1
        enter
1:      begin_row_group
        begin_sums s8-s11, 4
        sub     r5, r4, r0
        ands    r6, r5, #(4 * F32_BLOCK_BYTES - 1)            // the first columns, until a multiple of four is left
        beq     3f
2:      vldmia  r0!, {s16-s19}
        vldmia  r1!, {s0}
        vmla.f32 s8, s16, s0
        subs    r6, r6, #F32_BLOCK_BYTES
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

// The four columns follow one another, `column_stride` bytes apart; the sums of column c are
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
