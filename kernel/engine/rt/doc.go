// Package rt is what a compiled cell calls: the store its variables live in,
// the guards that let it be interrupted, and the hook that shows its result.
//
// The worker links this package once; every cell's plugin refers to the
// worker's copy, so there is one store for the compiled cells and for the
// interpreter beside them. It imports nothing but the standard library.
package rt
