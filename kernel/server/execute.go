package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/wire"
)

// runCells serves the queue of cells until it is closed and empty.
func (s *Server) runCells(ctx context.Context) {
	for {
		j, cellCtx := s.cells.next(ctx)
		if j == nil {
			return
		}
		if j.aborted {
			j.route.handler.serve = (*Server).executeAborted
		} else {
			s.announce()
		}
		s.serve(cellCtx, j)
		s.cells.done()
	}
}

// execute serves execute_request: it runs one cell.
func (s *Server) execute(ctx context.Context, req *wire.Message, r *wire.ExecuteRequest) (wire.Content, error) {
	store := r.StoreHistory && !r.Silent
	count := s.nextCount(store)
	if !r.Silent {
		s.pub.publish(req, &wire.ExecuteInput{Code: r.Code, ExecutionCount: count})
	}
	var line historyLine
	if store {
		line = s.history.add(count, r.Code)
	}
	c := &cell{server: s, req: req, count: count, silent: r.Silent, allowStdin: r.AllowStdin}
	cellID, _ := req.Metadata["cellId"].(string)
	reply := s.run(ctx, engine.Request{
		Code:            r.Code,
		Count:           count,
		Silent:          r.Silent,
		StoreHistory:    store,
		AllowStdin:      r.AllowStdin,
		CellID:          cellID,
		UserExpressions: r.UserExpressions,
	}, c)
	c.end()
	if store {
		s.history.result(line, c.shown())
	}
	if reply.Status != engine.OK {
		return s.failed(req, r, count, reply.Err), nil
	}
	content := &wire.ExecuteReply{
		Outcome:         wire.Done,
		ExecutionCount:  count,
		Payload:         payloads(reply.Payload),
		UserExpressions: make(map[string]wire.UserExpression, len(reply.UserExpressions)),
	}
	for name, v := range reply.UserExpressions {
		content.UserExpressions[name] = userExpression(v)
	}
	return content, nil
}

// run has the engine run the cell. An engine that panics has failed the cell.
func (s *Server) run(ctx context.Context, r engine.Request, c *cell) (reply engine.Reply) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Printf("engine: %v\n%s", p, debug.Stack())
			reply = engine.Reply{Status: engine.Error, Err: &engine.CellError{
				Name: "KernelError", Value: fmt.Sprintf("the kernel's engine failed: %v", p),
			}}
		}
	}()
	return s.engine.Execute(ctx, r, c)
}

// failed publishes a cell's error, aborts the cells behind it where they asked
// for that or the cell was interrupted, and makes the reply.
func (s *Server) failed(req *wire.Message, r *wire.ExecuteRequest, count int, err *engine.CellError) wire.Content {
	if err == nil {
		err = &engine.CellError{Name: "KernelError", Value: "the cell failed and the engine did not say why"}
	}
	content := &wire.Error{EName: err.Name, EValue: err.Value, Traceback: err.Traceback}
	if content.Traceback == nil {
		content.Traceback = []string{}
	}
	if !r.Silent {
		s.pub.publish(req, content)
	}
	if r.StopOnError {
		s.cells.abort()
	}
	return &wire.ErrorReply{
		Type: wire.TypeExecuteReply, Status: wire.StatusError,
		EName: content.EName, EValue: content.EValue, Traceback: content.Traceback,
		ExecutionCount: &count,
	}
}

// executeAborted answers a cell that is not to run. It has no execution count,
// so that the front end leaves its prompt empty.
func (s *Server) executeAborted(context.Context, *wire.Message) (wire.Content, error) {
	return &wire.ErrorReply{
		Type: wire.TypeExecuteReply, Status: wire.StatusAborted,
		EName: "Aborted", EValue: "not run: a cell before it failed or was interrupted", Traceback: []string{},
	}, nil
}

// nextCount returns the number of the next cell. A cell that does not count has
// the number of the last that did.
func (s *Server) nextCount(counts bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if counts {
		s.count++
	}
	return s.count
}

func (s *Server) lastCount() int { return s.nextCount(false) }

// interrupt serves interrupt_request. Where no cell runs it does nothing.
func (s *Server) interrupt(context.Context, *wire.Message, *wire.InterruptRequest) (wire.Content, error) {
	s.Interrupt()
	return &wire.InterruptReply{Outcome: wire.Done}, nil
}

// Interrupt stops the running cell and aborts those that wait, as an
// interrupt_request does. It is a no-op where no cell runs.
func (s *Server) Interrupt() { s.cells.interrupt() }

// shutdown serves shutdown_request. Everybody else hears of it on iopub.
func (s *Server) shutdown(_ context.Context, req *wire.Message, r *wire.ShutdownRequest) (wire.Content, error) {
	s.cells.close()
	s.cells.interrupt()
	s.cells.settle(500 * time.Millisecond)
	reply := &wire.ShutdownReply{Outcome: wire.Done, Restart: r.Restart}
	s.pub.publish(req, reply)
	return reply, nil
}

// payloads turns the engine's payloads into the protocol's.
func payloads(in []engine.Payload) []wire.Payload {
	out := make([]wire.Payload, 0, len(in))
	for _, p := range in {
		w := wire.Payload{Source: p.Source, Text: p.Text}
		if p.Source == "page" {
			start := p.Start
			w.Data, w.Start = p.Bundle.Data, &start
		}
		if p.Source == "set_next_input" {
			replace := false
			w.Replace = &replace
		}
		out = append(out, w)
	}
	return out
}

// userExpression turns the value of one user expression into the protocol's.
func userExpression(v engine.Value) wire.UserExpression {
	if v.Err != nil {
		return wire.UserExpression{Status: wire.StatusError, EName: v.Err.Name, EValue: v.Err.Value, Traceback: v.Err.Traceback}
	}
	return wire.UserExpression{Status: wire.StatusOK, Data: filled[wire.MIMEBundle](v.Bundle.Data), Metadata: filled[wire.Metadata](v.Bundle.Metadata)}
}

// filled is m, or an empty map where it is nil: front ends expect an object.
func filled[M ~map[string]any](m map[string]any) M {
	if m == nil {
		return M{}
	}
	return M(m)
}
