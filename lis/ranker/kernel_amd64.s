//go:build !plain

#include "textflag.h"

// Every function here does what its plain twin in kernel.go or layers.go does,
// operation by operation and in the same order, eight float32 at a time. No
// product and sum are fused: the results are the same to the last bit.

DATA epsilons<>+0(SB)/4, $0x358637bd // 1e-6
GLOBL epsilons<>(SB), RODATA|NOPTR, $4

// func forwardRows(rows, ahead **float32, n, pad int, sum *float32, bias float32) float32
TEXT ·forwardRows(SB), NOSPLIT, $0-52
	MOVQ rows+0(FP), SI
	MOVQ ahead+8(FP), R11
	MOVQ n+16(FP), CX
	MOVQ pad+24(FP), DX
	MOVQ sum+32(FP), DI
	VMOVSS bias+40(FP), X5
	MOVQ CX, R9
	SHLQ $3, DX               // bytes of vector and accumulators

	// The weights, in order; beside them the lines of rows to come.
	XORQ R8, R8
weight:
	MOVQ (SI)(R8*8), R10
	VADDSS (R10)(DX*1), X5, X5
	MOVQ (R11)(R8*8), R12
	LEAQ 4(R12)(DX*1), R13
line:
	PREFETCHT0 (R12)
	ADDQ $64, R12
	CMPQ R12, R13
	JLT  line
	PREFETCHT0 (R13)
	INCQ R8
	CMPQ R8, R9
	JLT  weight

	SHRQ $1, DX               // bytes of a vector
	VXORPS Y0, Y0, Y0
	XORQ BX, BX
block:
	VXORPS Y1, Y1, Y1
	XORQ R8, R8
field:
	MOVQ (SI)(R8*8), R10
	VMOVUPS (R10)(BX*1), Y2
	VMULPS Y2, Y1, Y3
	VADDPS Y3, Y0, Y0
	VADDPS Y2, Y1, Y1
	INCQ R8
	CMPQ R8, R9
	JLT  field
	VMOVUPS Y1, (DI)(BX*1)
	ADDQ $32, BX
	CMPQ BX, DX
	JLT  block

	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0
	VPERMILPD $1, X0, X1
	VADDPS X1, X0, X0
	VMOVSHDUP X0, X1
	VADDSS X1, X0, X0
	VADDSS X0, X5, X5
	MOVSS X5, ret+48(FP)
	VZEROUPPER
	RET

// func descendRows(rows **float32, n, pad int, sum *float32, slope, rate float32)
TEXT ·descendRows(SB), NOSPLIT, $0-40
	MOVQ rows+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ pad+16(FP), DX
	MOVQ sum+24(FP), DI
	VBROADCASTSS slope+32(FP), Y10
	VBROADCASTSS rate+36(FP), Y11
	VBROADCASTSS epsilons<>(SB), Y12
	SHLQ $2, DX
	VMULSS X10, X10, X13      // g²
	VMULSS X10, X11, X14      // rate·g
	LEAQ (SI)(CX*8), R9
row:
	MOVQ (SI), R10
	LEAQ (R10)(DX*1), R11
	VADDSS 4(R10)(DX*2), X13, X4
	VMOVSS X4, 4(R10)(DX*2)
	VSQRTSS X4, X4, X4
	VADDSS X12, X4, X4
	VDIVSS X4, X14, X4
	VMOVSS (R10)(DX*2), X5
	VSUBSS X4, X5, X5
	VMOVSS X5, (R10)(DX*2)
	XORQ BX, BX
eight:
	VMOVUPS (R10)(BX*1), Y1
	VMOVUPS (DI)(BX*1), Y2
	VSUBPS Y1, Y2, Y2
	VMULPS Y2, Y10, Y2
	VMULPS Y2, Y2, Y3
	VADDPS (R11)(BX*1), Y3, Y3
	VMOVUPS Y3, (R11)(BX*1)
	VSQRTPS Y3, Y3
	VADDPS Y12, Y3, Y3
	VMULPS Y2, Y11, Y2
	VDIVPS Y3, Y2, Y2
	VSUBPS Y2, Y1, Y1
	VMOVUPS Y1, (R10)(BX*1)
	ADDQ $32, BX
	CMPQ BX, DX
	JLT  eight
	ADDQ $8, SI
	CMPQ SI, R9
	JLT  row
	VZEROUPPER
	RET

// func interactVectors(sum *float32, pad int, vecs *[]float32, n int) float32
TEXT ·interactVectors(SB), NOSPLIT, $0-36
	MOVQ sum+0(FP), DI
	MOVQ pad+8(FP), DX
	MOVQ vecs+16(FP), SI
	MOVQ n+24(FP), CX
	SHLQ $2, DX
	VXORPS Y0, Y0, Y0
	XORQ BX, BX
block:
	VXORPS Y1, Y1, Y1
	MOVQ SI, R8
	MOVQ CX, R9
field:
	MOVQ (R8), R10
	VMOVUPS (R10)(BX*1), Y2
	VMULPS Y2, Y1, Y3
	VADDPS Y3, Y0, Y0
	VADDPS Y2, Y1, Y1
	ADDQ $24, R8              // the next slice's header
	DECQ R9
	JNZ  field
	VMOVUPS Y1, (DI)(BX*1)
	ADDQ $32, BX
	CMPQ BX, DX
	JLT  block
	VEXTRACTF128 $1, Y0, X1
	VADDPS X1, X0, X0
	VPERMILPD $1, X0, X1
	VADDPS X1, X0, X0
	VMOVSHDUP X0, X1
	VADDSS X1, X0, X0
	MOVSS X0, ret+32(FP)
	VZEROUPPER
	RET

// func descendVector(v, acc, ref, sum, extra *float32, n int, slope, x, rate float32)
TEXT ·descendVector(SB), NOSPLIT, $0-60
	MOVQ v+0(FP), R8
	MOVQ acc+8(FP), R9
	MOVQ ref+16(FP), R10
	MOVQ sum+24(FP), R11
	MOVQ extra+32(FP), R12
	MOVQ n+40(FP), CX
	VBROADCASTSS slope+48(FP), Y10
	VBROADCASTSS x+52(FP), Y9
	VBROADCASTSS rate+56(FP), Y11
	VBROADCASTSS epsilons<>(SB), Y12
	SHLQ $2, CX
	XORQ BX, BX
eight:
	VMOVUPS (R11)(BX*1), Y2
	VSUBPS (R10)(BX*1), Y2, Y2
	VMULPS Y2, Y10, Y2
	TESTQ R12, R12
	JZ   step
	VMULPS (R12)(BX*1), Y9, Y3
	VADDPS Y3, Y2, Y2
step:
	VMULPS Y2, Y2, Y3
	VADDPS (R9)(BX*1), Y3, Y3
	VMOVUPS Y3, (R9)(BX*1)
	VSQRTPS Y3, Y3
	VADDPS Y12, Y3, Y3
	VMULPS Y2, Y11, Y2
	VDIVPS Y3, Y2, Y2
	VMOVUPS (R8)(BX*1), Y1
	VSUBPS Y2, Y1, Y1
	VMOVUPS Y1, (R8)(BX*1)
	ADDQ $32, BX
	CMPQ BX, CX
	JLT  eight
	VZEROUPPER
	RET

// func learnVector(v, acc, in *float32, n int, d, rate float32)
TEXT ·learnVector(SB), NOSPLIT, $0-40
	MOVQ v+0(FP), R8
	MOVQ acc+8(FP), R9
	MOVQ in+16(FP), R10
	MOVQ n+24(FP), CX
	VBROADCASTSS d+32(FP), Y10
	VBROADCASTSS rate+36(FP), Y11
	VBROADCASTSS epsilons<>(SB), Y12
	SHLQ $2, CX
	XORQ BX, BX
eight:
	VMULPS (R10)(BX*1), Y10, Y2
	VMULPS Y2, Y2, Y3
	VADDPS (R9)(BX*1), Y3, Y3
	VMOVUPS Y3, (R9)(BX*1)
	VSQRTPS Y3, Y3
	VADDPS Y12, Y3, Y3
	VMULPS Y2, Y11, Y2
	VDIVPS Y3, Y2, Y2
	VMOVUPS (R8)(BX*1), Y1
	VSUBPS Y2, Y1, Y1
	VMOVUPS Y1, (R8)(BX*1)
	ADDQ $32, BX
	CMPQ BX, CX
	JLT  eight
	VZEROUPPER
	RET

// func dotVectors(s *[8]float32, a, b *float32, n int)
TEXT ·dotVectors(SB), NOSPLIT, $0-32
	MOVQ s+0(FP), DI
	MOVQ a+8(FP), R8
	MOVQ b+16(FP), R9
	MOVQ n+24(FP), CX
	SHLQ $2, CX
	VXORPS Y0, Y0, Y0
	XORQ BX, BX
eight:
	VMOVUPS (R8)(BX*1), Y1
	VMULPS (R9)(BX*1), Y1, Y1
	VADDPS Y1, Y0, Y0
	ADDQ $32, BX
	CMPQ BX, CX
	JLT  eight
	VMOVUPS Y0, (DI)
	VZEROUPPER
	RET

// func addScaled(out, in *float32, n int, d float32)
TEXT ·addScaled(SB), NOSPLIT, $0-28
	MOVQ out+0(FP), R8
	MOVQ in+8(FP), R9
	MOVQ n+16(FP), CX
	VBROADCASTSS d+24(FP), Y10
	SHLQ $2, CX
	XORQ BX, BX
eight:
	VMULPS (R9)(BX*1), Y10, Y1
	VADDPS (R8)(BX*1), Y1, Y1
	VMOVUPS Y1, (R8)(BX*1)
	ADDQ $32, BX
	CMPQ BX, CX
	JLT  eight
	VZEROUPPER
	RET
