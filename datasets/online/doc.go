// Package online closes the loop that LIS gates, in the simulator: a ranker with
// a representation serves a tenth of the users, the same ranker without it
// another tenth, both learn nightly from what was shown, and because the world
// is known the true lift stands beside what an experiment of that size sees.
package online
