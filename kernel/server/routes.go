package server

import (
	"context"
	"fmt"

	"github.com/lislab/lislab/kernel/wire"
)

// queueName names one of the server's queues. Requests in one queue are served
// in order, one at a time; queues do not wait for each other.
type queueName string

const (
	cells   queueName = "cells"   // what runs code
	lookup  queueName = "lookup"  // what reads code: may take the engine a moment
	side    queueName = "side"    // answered from what the server holds, and comms
	control queueName = "control" // must be answered at once
	panel   queueName = "panel"   // the variables panel
)

// route says how one message type on one channel is served.
type route struct {
	channel wire.Channel
	queue   queueName
	handler handler
	// last marks the request after which the kernel ends.
	last bool
}

// routes is the table of what the kernel serves.
var routes = []route{
	{channel: wire.Shell, queue: cells, handler: handle((*Server).execute)},
	{channel: wire.Shell, queue: lookup, handler: handle((*Server).complete)},
	{channel: wire.Shell, queue: lookup, handler: handle((*Server).inspect)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).isComplete)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).historyRequest)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).connect)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).kernelInfo)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).commInfo)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).commOpen)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).commMsg)},
	{channel: wire.Shell, queue: side, handler: handle((*Server).commClose)},
	{channel: wire.Shell, queue: control, handler: handle((*Server).shutdown), last: true},
	{channel: wire.Control, queue: control, handler: handle((*Server).shutdown), last: true},
	{channel: wire.Control, queue: control, handler: handle((*Server).interrupt)},
	{channel: wire.Control, queue: control, handler: handle((*Server).kernelInfo)},
	{channel: wire.Control, queue: control, handler: handle((*Server).usage)},
	{channel: wire.Control, queue: panel, handler: handle((*Server).debugRequest)},
}

// address is where a request comes in.
type address struct {
	channel wire.Channel
	typ     wire.Type
}

// table is routes by address.
var table = func() map[address]route {
	t := make(map[address]route, len(routes))
	for _, r := range routes {
		at := address{r.channel, r.handler.typ}
		if _, dup := t[at]; dup {
			panic(fmt.Sprintf("server: two routes for %s on %s", at.typ, at.channel))
		}
		t[at] = r
	}
	return t
}()

// handler serves the requests of one type. The content it returns is the
// reply; nil for a message that is owed none.
type handler struct {
	typ   wire.Type
	serve func(s *Server, ctx context.Context, req *wire.Message) (wire.Content, error)
}

// handle makes a handler of a method. The type of the content that the method
// takes decides which messages reach it.
func handle[C wire.Content](serve func(s *Server, ctx context.Context, req *wire.Message, content C) (wire.Content, error)) handler {
	var none C
	return handler{
		typ: none.MessageType(),
		serve: func(s *Server, ctx context.Context, req *wire.Message) (wire.Content, error) {
			return serve(s, ctx, req, req.Content.(C))
		},
	}
}
