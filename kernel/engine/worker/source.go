package worker

import (
	"context"
	"time"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

// What a worker does with source, through its interpreter.

// interpret runs code with a time limit that an interrupt sets.
func (w *worker) interpret(ctx context.Context, b link.RunBody) (Outcome, error) {
	ip, err := w.ip()
	if err != nil {
		return Outcome{}, err
	}
	stuck := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { close(stuck) }) })
	return ip.Run(ctx, b.Code, b.Name, b.Line, stuck)
}

// run runs code as a cell.
func (w *worker) run(cell int, b link.RunBody) link.RunReply {
	ctx, out, end := w.begin(cell)
	begin := time.Now()
	o, err := w.interpret(ctx, b)
	took := time.Since(begin)
	defer func() { end(err != nil || o.Err != nil) }()
	switch {
	case err == ErrStuck:
		return link.RunReply{Broken: true}
	case err != nil:
		return link.RunReply{Err: internal(err)}
	}
	if o.Err == nil && o.Has && b.Show {
		if shown, ok := display.Results(o.Values...); ok {
			out.Result(shown)
		}
	}
	r := link.RunReply{Err: o.Err, Took: took}
	if ip, err := w.ip(); err == nil {
		r.Names = ip.Names()
	}
	return r
}

// evaluate answers one user expression.
func (w *worker) evaluate(cell int, b link.EvaluateBody) link.EvaluateReply {
	ctx, _, end := w.begin(cell)
	defer end(false)
	o, err := w.interpret(ctx, link.RunBody{Code: b.Code, Name: "expression"})
	switch {
	case err != nil:
		return link.EvaluateReply{Value: engine.Value{Err: internal(err)}}
	case o.Err != nil:
		return link.EvaluateReply{Value: engine.Value{Err: o.Err}}
	}
	shown, _ := display.Results(o.Values...)
	return link.EvaluateReply{Value: engine.Value{Bundle: shown}}
}

// soon bounds questions that a running cell could keep waiting.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 400*time.Millisecond)
}

func (w *worker) complete(b link.CompleteBody) engine.Completion {
	ip, err := w.ip()
	if err != nil {
		return engine.Completion{Start: b.Cursor, End: b.Cursor}
	}
	ctx, cancel := soon()
	defer cancel()
	return ip.Complete(ctx, b.Code, b.Cursor)
}

func (w *worker) variables() []engine.Variable {
	vars := []engine.Variable{}
	ip, err := w.ip()
	if err != nil {
		return vars
	}
	ctx, cancel := soon()
	defer cancel()
	w.refs.reset()
	for _, name := range ip.Names() {
		if v, ok := ip.Value(ctx, name); ok {
			vars = append(vars, w.refs.variable(name, "", v))
		}
	}
	return vars
}
