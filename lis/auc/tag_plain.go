//go:build plain

package auc

// plain selects the plain twins of the fast paths.
const plain = true
