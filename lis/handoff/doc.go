// Package handoff holds the files by which preference data leaves lislab and a
// representation comes back, so that an encoder in any language can stand in
// the middle: prefs.parquet and items.parquet go out, vectors.parquet (or .npy)
// comes in and is checked before anything is scored with it.
package handoff
