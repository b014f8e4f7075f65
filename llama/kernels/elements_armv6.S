// Loops over single values on the ARM1176: sums, products, exponentials and 8-bit activations, in
// the VFP11's vectors (ARM1176JZF-S TRM 20). Called by llama/kernels/elements_armv6.cpp. All that
// they compute is what the C++ of llama/kernels/math.cpp and llama/kernels/activations.cpp
// computes, operation by operation.

        .syntax unified
        .arm
        .cpu arm1176jzf-s
        .fpu vfp

.macro function name
        .section .text.\name, "ax"
        .balign 32
        .global \name
        .type   \name, %function
\name:
.endm

// uint32_t armv6_exp_fours(float* x, uint32_t fours, const double* constants, const double* powers)
//
// e^x of fours of floats as long as all four are of at most LARGEST_PLAIN in magnitude; returns how
// many fours were not. constants: 32/ln2, 1.5 * 2^52, ln2/32, -, 1/2, 1/6, 1/24, 1; powers:
// 2^(i/32).
//
// Vectors of four doubles: d4-d7 is r, d8-d11 first the steps, then r^2, then powers, d12-d15 the
// series. The names in the comments are those of exp_side_by_side().
        .equ    LARGEST_PLAIN_TWICE, 0x855c0000 // 87.0f without its sign, shifted left by 1

        function armv6_exp_fours
        cmp     r1, #0
        moveq   r0, #0
        bxeq    lr
        push    {r4-r10, lr}
        vpush   {d8-d15}
        fmrx    r4, fpscr
        orr     r4, r4, #(3 << 16)              // LEN = 4, STRIDE = 1
        fmxr    fpscr, r4
        ldr     lr, =LARGEST_PLAIN_TWICE
1:      ldm     r0, {r4-r7}
        vldmia  r0, {s24-s27}
        vldmia  r2!, {d0-d2}
        cmp     lr, r4, lsl #1
        cmphs   lr, r5, lsl #1
        cmphs   lr, r6, lsl #1
        cmphs   lr, r7, lsl #1
        blo     2f
        vcvt.f64.f32 d4, s24
        vcvt.f64.f32 d5, s25
        vcvt.f64.f32 d6, s26
        vcvt.f64.f32 d7, s27
        vmul.f64 d8, d4, d0
        vadd.f64 d8, d8, d1                     // shifted
        vsub.f64 d12, d8, d1
        vmov    r4, s16                         // steps
        vmov    r5, s18
        vmov    r6, s20
        vmov    r7, s22
        vmls.f64 d4, d12, d2                    // r
        add     r2, r2, #8
        vldmia  r2, {d0-d3}
        sub     r2, r2, #32
        vmul.f64 d8, d4, d4                     // r2
        vmov.f64 d12, d0
        vmla.f64 d12, d4, d1
        and     r8, r4, #31
        and     r9, r5, #31
        vmla.f64 d12, d8, d2
        and     r10, r6, #31
        and     r12, r7, #31
        vmla.f64 d4, d8, d12
        add     r8, r3, r8, lsl #3
        add     r9, r3, r9, lsl #3
        add     r10, r3, r10, lsl #3
        add     r12, r3, r12, lsl #3
        vadd.f64 d4, d4, d3                     // the series
        vldr    d8, [r8]
        vldr    d9, [r9]
        vldr    d10, [r10]
        vldr    d11, [r12]
        bic     r4, r4, #31
        bic     r5, r5, #31
        bic     r6, r6, #31
        bic     r7, r7, #31
        vmul.f64 d8, d8, d4                     // the fraction
        vcvt.f32.f64 s24, d8
        vcvt.f32.f64 s25, d9
        vcvt.f32.f64 s26, d10
        vcvt.f32.f64 s27, d11
        vmov    r8, r9, s24, s25
        vmov    r10, r12, s26, s27
        subs    r1, r1, #1
        // steps / 32 into a float's exponent, since the result is a normal one.
        add     r4, r8, r4, lsl #18
        add     r5, r9, r5, lsl #18
        add     r6, r10, r6, lsl #18
        add     r7, r12, r7, lsl #18
        stmia   r0!, {r4-r7}
        bne     1b
2:      fmrx    r4, fpscr
        bic     r4, r4, #(7 << 16)
        fmxr    fpscr, r4
        mov     r0, r1
        vpop    {d8-d15}
        pop     {r4-r10, pc}
        .ltorg

// uint32_t armv6_quantize(const float* values, uint32_t* words, float* scale)
//
// quantize_to_words() of 32 values, and 1; or 0, with nothing written, if the largest of them is so
// small that its scale may be subnormal, or is not a number.
        .equ    SMALLEST_TWICE, 0x08000000      // 2^-119, shifted left by 1
        .equ    INFINITY_TWICE, 0xff000000

        function armv6_quantize
        push    {r4-r10, lr}
        vpush   {d8-d11}
        mov     r3, #0                          // the largest without its sign, shifted left by 1
        .rept   4
        ldm     r0!, {r4-r10, r12}
        .irp    value, r4, r5, r6, r7, r8, r9, r10, r12
        cmp     r3, \value, lsl #1
        movlo   r3, \value, lsl #1
        .endr
        pld     [r0, #96]                       // the next call's, most likely
        .endr
        sub     r0, r0, #128
        cmp     r3, #SMALLEST_TWICE
        blo     2f
        cmp     r3, #INFINITY_TWICE
        bhs     2f
        mov     r4, #0x42000000                 // 127
        orr     r4, r4, #0x00fe0000
        mov     r3, r3, lsr #1
        vmov    s0, s1, r3, r4
        vdiv.f32 s2, s0, s1                     // the scale
        mov     r4, #0x3f800000                 // 1
        mov     r5, #0x4b000000                 // 1.5 * 2^23: see round_to_word()
        orr     r5, r5, #0x00400000
        vmov    s0, s1, r4, r5
        fmrx    r4, fpscr
        vldmia  r0!, {s8-s23}
        vdiv.f32 s0, s0, s2
        orr     r5, r4, #(7 << 16)              // LEN = 8, STRIDE = 1
        vstr    s2, [r2]
        fmxr    fpscr, r5
        vmul.f32 s8, s8, s0
        vmul.f32 s16, s16, s0
        vadd.f32 s8, s8, s1
        vadd.f32 s16, s16, s1
        vstmia  r1!, {s8-s15}
        vldmia  r0!, {s8-s15}
        vstmia  r1!, {s16-s23}
        vldmia  r0!, {s16-s23}
        vmul.f32 s8, s8, s0
        vmul.f32 s16, s16, s0
        vadd.f32 s8, s8, s1
        vadd.f32 s16, s16, s1
        vstmia  r1!, {s8-s23}
        fmxr    fpscr, r4
        mov     r0, #1
        vpop    {d8-d11}
        pop     {r4-r10, pc}
2:      mov     r0, #0
        vpop    {d8-d11}
        pop     {r4-r10, pc}

// Eights of floats, r2 or r3 of them: x in s8-s15 and y in s16-s23. An instruction computes eight,
// and a line of the cache is eight.
        .equ    LINES_AHEAD, 96

.macro enter_eights count
        cmp     \count, #0
        bxeq    lr
        vpush   {d8-d15}
        fmrx    r12, fpscr
        orr     r12, r12, #(7 << 16)            // LEN = 8, STRIDE = 1
        fmxr    fpscr, r12
.endm

.macro leave_eights
        fmrx    r12, fpscr
        bic     r12, r12, #(7 << 16)
        fmxr    fpscr, r12
        vpop    {d8-d15}
        bx      lr
.endm

// void NAME(float* x, const float* y, size_t eights): x = x OPERATION y
.macro function_of_two name, operation
        function \name
        enter_eights r2
1:      vldmia  r1!, {s16-s23}
        vldmia  r0, {s8-s15}
        pld     [r1, #LINES_AHEAD]
        pld     [r0, #LINES_AHEAD]
        subs    r2, r2, #1
        \operation s8, s8, s16
        vstmia  r0!, {s8-s15}
        bne     1b
        leave_eights
.endm

        function_of_two eights_add, vadd.f32
        function_of_two eights_multiply, vmul.f32

// void NAME(float* out, const float* x, size_t eights, float y): out = x OPERATION y
.macro function_of_one name, operation
        function \name
        enter_eights r2
1:      vldmia  r1!, {s8-s15}
        pld     [r1, #LINES_AHEAD]
        subs    r2, r2, #1
        \operation s8, s8, s0
        vstmia  r0!, {s8-s15}
        bne     1b
        leave_eights
.endm

        function_of_one eights_add_to_all, vadd.f32
        function_of_one eights_scale, vmul.f32

// void eights_scale_and_weigh(float* out, const float* x, const float* weights, size_t eights,
//                            float scale): out = weights * (scale * x)
        function eights_scale_and_weigh
        enter_eights r3
1:      vldmia  r1!, {s8-s15}
        vldmia  r2!, {s16-s23}
        pld     [r1, #LINES_AHEAD]
        pld     [r2, #LINES_AHEAD]
        subs    r3, r3, #1
        vmul.f32 s8, s8, s0
        vmul.f32 s8, s16, s8
        vstmia  r0!, {s8-s15}
        bne     1b
        leave_eights

// void eights_silu(float* gate, const float* up, const float* powers, size_t eights):
// gate = (gate * (1 / (1 + powers))) * up
        function eights_silu
        enter_eights r3
        mov     r12, #0x3f800000                // 1
        vmov    s0, r12
1:      vldmia  r2!, {s8-s15}
        vmov.f32 s24, s0
        vldmia  r0, {s16-s23}
        vadd.f32 s8, s8, s0
        pld     [r0, #LINES_AHEAD]
        vdiv.f32 s8, s24, s8
        vldmia  r1!, {s24-s31}
        pld     [r1, #LINES_AHEAD]
        subs    r3, r3, #1
        vmul.f32 s8, s16, s8
        vmul.f32 s8, s8, s24
        vstmia  r0!, {s8-s15}
        bne     1b
        leave_eights
