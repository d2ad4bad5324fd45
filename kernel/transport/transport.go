// Package transport carries multipart frames between one kernel and its front
// ends: over ZeroMQ, and in memory for tests. It knows nothing of messages.
package transport

import (
	"context"
	"errors"

	"github.com/lislab/lislab/kernel/wire"
)

// ErrClosed is returned once a transport is closed.
var ErrClosed = errors.New("transport: closed")

// Packet is the frames of one message on one channel. On shell, control and
// stdin they begin with the route to one front end, a frame or two that only
// the transport reads: a reply goes out with what its request came in with, a
// question on stdin with what the front end's request on shell came in with. On
// iopub the first frame is the topic.
type Packet struct {
	Channel wire.Channel
	Frames  [][]byte
}

// Transport is the kernel's end. Its methods may be called from any goroutine.
type Transport interface {
	// Recv returns the next packet from any front end. It fails with ErrClosed
	// or the context's error, and with nothing else: a front end that leaves or
	// sends rubbish is not the kernel's trouble.
	Recv(ctx context.Context) (Packet, error)
	// Send queues a packet and returns: it never waits for a front end. A packet
	// for a front end that has left is dropped.
	Send(p Packet) error
	// Ports lists the ports by channel, empty where there are none.
	Ports() Ports
	// Close sends what is queued, for a moment at most, and ends.
	Close() error
}

// Welcome makes the frames that greet a new subscriber of iopub to topic.
type Welcome func(topic string) [][]byte

// Ports are the TCP ports of the five sockets.
type Ports struct {
	Shell   int `json:"shell_port"`
	IOPub   int `json:"iopub_port"`
	Stdin   int `json:"stdin_port"`
	Control int `json:"control_port"`
	HB      int `json:"hb_port"`
}
