// Attention's loops over cached keys and values on the ARM1176, called by
// llama/kernels/attention_armv6.cpp.
// The VFP's vectors: ARM1176JZF-S TRM 20.

#include "llama/kernels/rows_armv6.inc"

// ---- Half keys: groups of four positions, 8 bytes per column

        function armv6_multiply_half_keys
        enter
        ldr     lr, =SCALE_MASK         // halves lie as our scales do
1:      begin_row_group
        mov     r5, #0
        vmov    s8, s9, r5, r5
        vmov    s10, s11, r5, r5
2:      pld     [r0, #AHEAD]
        ldm     r0!, {r6-r9}
        vldmia  r1!, {s0, s1}
        decode_scales r6, r7, lr, r10, r11, s16, s17, s18, s19
        decode_scales r8, r9, lr, r10, r11, s20, s21, s22, s23
        cmp     r0, r4
        vmla.f32 s8, s16, s0
        vmla.f32 s8, s20, s1
        bne     2b
        vstmia  r3!, {s8-s11}
        end_row_group
        bne     1b
        leave
        .ltorg

// ---- Eight values of some positions, weighted: struct MixWork (rows_work.h)
//
// r1 weights, r2 values, r3 stride, r12 positions to go, r0 out; sums in s8-s15. Of an odd count
// the first position goes alone. Positions follow one another. Each call asks by PLD for its part
// of the positions that come after those of this round, so that memory works all the time and not
// only in the first of the calls that go over the same positions.
        .equ    VALUES_AHEAD, 1024

.macro enter_mix
        push    {r4-r11, lr}
        vpush   {d8-d15}
        sub     sp, sp, #4
        ldm     r0, {r0-r3, r12}
        fmrx    r4, fpscr
        orr     r4, r4, #(7 << 16)      // LEN = 8, STRIDE = 1
        fmxr    fpscr, r4
        vldmia  r0, {s8-s15}
.endm

.macro leave_mix
        vstmia  r0, {s8-s15}
        fmrx    r4, fpscr
        bic     r4, r4, #(7 << 16)
        fmxr    fpscr, r4
        add     sp, sp, #4
        vpop    {d8-d15}
        pop     {r4-r11, pc}
.endm

        function armv6_mix_f32
        enter_mix
        tst     r12, #1
        beq     1f
        vldmia  r1!, {s0}
        vldmia  r2, {s16-s23}
        add     r2, r2, r3
        subs    r12, r12, #1
        vmla.f32 s8, s16, s0
        beq     2f
1:      vldmia  r1!, {s0, s1}
        vldmia  r2, {s16-s23}
        pld     [r2, #VALUES_AHEAD]
        add     r2, r2, r3
        vldmia  r2, {s24-s31}
        pld     [r2, #VALUES_AHEAD]
        add     r2, r2, r3
        subs    r12, r12, #2
        vmla.f32 s8, s16, s0
        vmla.f32 s8, s24, s1
        bne     1b
2:      leave_mix

.macro decode_halves s0, s1, s2, s3, s4, s5, s6, s7
        ldm     r2, {r5-r8}
        pld     [r2, #VALUES_AHEAD]
        add     r2, r2, r3
        decode_scales r5, r6, lr, r10, r11, \s0, \s1, \s2, \s3
        decode_scales r7, r8, lr, r10, r11, \s4, \s5, \s6, \s7
.endm

        function armv6_mix_f16
        enter_mix
        ldr     lr, =SCALE_MASK         // halves lie as our scales do
        tst     r12, #1
        beq     1f
        vldmia  r1!, {s0}
        decode_halves s16, s17, s18, s19, s20, s21, s22, s23
        subs    r12, r12, #1
        vmla.f32 s8, s16, s0
        beq     2f
1:      vldmia  r1!, {s0, s1}
        decode_halves s16, s17, s18, s19, s20, s21, s22, s23
        vmla.f32 s8, s16, s0
        decode_halves s24, s25, s26, s27, s28, s29, s30, s31
        subs    r12, r12, #2
        vmla.f32 s8, s24, s1
        bne     1b
2:      leave_mix
        .ltorg
