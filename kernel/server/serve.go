package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lislab/lislab/kernel/wire"
)

// errUnserved tells that no route takes the message.
var errUnserved = errors.New("not served on this channel")

// serve answers one request: busy, what its handler publishes, the reply, idle.
// It is the only place where a status is published and a reply sent; whatever
// happens to the handler, both follow.
func (s *Server) serve(ctx context.Context, j *job) {
	started := time.Now()
	s.pub.busy(j)
	defer func() {
		s.pub.idle(j)
		if j.route.last {
			s.stop(errShutdown)
		}
	}()
	content, err := s.call(ctx, j)
	if err != nil {
		if !errors.Is(err, errUnserved) {
			s.log.Printf("%s: %v", j.req.Header.Type, err)
		}
		content = s.refusal(j.req, err)
	}
	if content == nil {
		return
	}
	s.pub.flush()
	reply := s.session.Message(j.req, content)
	if j.route.queue == cells {
		reply.Metadata = wire.Metadata{"started": wire.Date(started)} // front ends show how long a cell took
	}
	if err := s.send(j.channel, reply); err != nil {
		// A value that JSON cannot hold, as NaN in a user expression's data.
		if content = s.refusal(j.req, err); content != nil {
			s.send(j.channel, s.session.Message(j.req, content))
		}
	}
}

// call runs the handler; a panic in it is an error.
func (s *Server) call(ctx context.Context, j *job) (content wire.Content, err error) {
	if j.err != nil {
		return nil, j.err
	}
	defer func() {
		if r := recover(); r != nil {
			content, err = nil, fmt.Errorf("internal error: %v", r)
			s.log.Printf("%s: %v\n%s", j.req.Header.Type, r, debug.Stack())
		}
	}()
	return j.route.handler.serve(s, ctx, j.req)
}

// refusal is the reply to a request that failed, nil where the message is owed
// no reply: comm messages, and types that this kernel does not know, which the
// protocol wants logged and otherwise ignored.
func (s *Server) refusal(req *wire.Message, err error) wire.Content {
	typ, ok := wire.ReplyTo(req.Header.Type)
	if !ok {
		s.log.Printf("ignored a message of type %q", req.Header.Type)
		return nil
	}
	r := &wire.ErrorReply{Type: typ, Status: wire.StatusError, EName: "KernelError", EValue: err.Error(), Traceback: []string{}}
	var bad *wire.ContentError
	switch {
	case errors.As(err, &bad):
		r.EName = "BadRequest"
	case errors.Is(err, errUnserved):
		r.EName = "WrongChannel"
	}
	if typ == wire.TypeExecuteReply {
		n := s.lastCount()
		r.ExecutionCount = &n
	}
	return r
}
