// Package server is the kernel as its front ends see it: it takes the requests
// of the Jupyter protocol from a transport, has an engine.Engine do the work,
// and answers.
//
// The table in routes.go says for each message type on which channel it may
// come, which queue it waits in and which method serves it. What every request
// is owed — busy before, idle after, a reply on the channel it came by even
// when serving it failed — is written once, in serve.go. A running cell holds
// up the queue of cells alone: completion, inspection, history, comms and
// everything on the control channel are answered meanwhile.
package server
