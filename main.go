// Lislab tells whether preference data is worth training a multimodal LLM on,
// and is the Go kernel of the notebooks that show it.
package main

func main() {}
