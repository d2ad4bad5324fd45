#include "textflag.h"

// func stackUsed() uintptr
// The runtime's g starts with the bounds of its stack: lo, then hi.
TEXT ·stackUsed(SB),NOSPLIT,$0-8
	MOVQ (TLS), CX
	MOVQ 8(CX), AX
	SUBQ SP, AX
	MOVQ AX, ret+0(FP)
	RET
