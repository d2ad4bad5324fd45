#include "textflag.h"

// func stackUsed() uintptr
// The runtime's g starts with the bounds of its stack: lo, then hi.
TEXT ·stackUsed(SB),NOSPLIT,$0-8
	MOVD 8(g), R0
	MOVD RSP, R1
	SUB  R1, R0, R0
	MOVD R0, ret+0(FP)
	RET
