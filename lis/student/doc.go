// Package student predicts an item's embedding row from its content, as a
// multimodal LLM would be trained to: ridge regression on content vectors or on
// a bag of the tokens of its text, a two-layer network, and principal
// components for a fair comparison at equal width.
//
// A student is judged and used out of fold: an item that taught it gets its
// vector from a student that never saw it, or its own row would come back and
// look like generalisation.
package student
