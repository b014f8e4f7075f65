// Instructions that the compiler would not write.

        .syntax unified
        .arm
        .cpu arm1176jzf-s
        .fpu vfp
        .text

        .global execute_undefined
execute_undefined:
        udf     #0
        bx      lr

        .global execute_supervisor_call
execute_supervisor_call:
        svc     #0
        bx      lr

// r0 + 2 is loaded from; LDRD takes at least multiples of 4 (TRM 4.2.5).
        .global load_unaligned_pair
load_unaligned_pair:
        add     r0, r0, #2
        ldrd    r2, r3, [r0]
        bx      lr

// Overwrites all VFP registers that a called function may.
        .global spoil_float_registers
spoil_float_registers:
        mvn     r0, #0
        mvn     r1, #0
        vmov    d0, r0, r1
        vmov    d1, r0, r1
        vmov    d2, r0, r1
        vmov    d3, r0, r1
        vmov    d4, r0, r1
        vmov    d5, r0, r1
        vmov    d6, r0, r1
        vmov    d7, r0, r1
        bx      lr
