package server

import (
	"context"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/wire"
)

// lookupTime is how long the engine may think about a completion or an
// inspection: front ends have given up long before.
const lookupTime = 10 * time.Second

// clamp is a cursor position within code, in code points.
func clamp(cursor int, code string) int {
	return max(0, min(cursor, len([]rune(code))))
}

// complete serves complete_request.
func (s *Server) complete(ctx context.Context, _ *wire.Message, r *wire.CompleteRequest) (wire.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	cursor := clamp(r.CursorPos, r.Code)
	found := s.engine.Complete(ctx, r.Code, cursor)
	if len(found.Items) == 0 {
		found.Start, found.End = cursor, cursor
	}
	reply := &wire.CompleteReply{
		Outcome:     wire.Done,
		Matches:     make([]string, len(found.Items)),
		CursorStart: found.Start,
		CursorEnd:   found.End,
	}
	for i, item := range found.Items {
		reply.Matches[i] = item.Text
		reply.Metadata.Types = append(reply.Metadata.Types, wire.CompletionType{
			Start: found.Start, End: found.End,
			Text: item.Text, Type: item.Type, Signature: item.Signature, Doc: item.Doc,
		})
	}
	return reply, nil
}

// inspect serves inspect_request.
func (s *Server) inspect(ctx context.Context, _ *wire.Message, r *wire.InspectRequest) (wire.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	found := s.engine.Inspect(ctx, r.Code, clamp(r.CursorPos, r.Code), r.DetailLevel)
	if !found.Found {
		found.Bundle = engine.Bundle{}
	}
	return &wire.InspectReply{
		Outcome:  wire.Done,
		Found:    found.Found,
		Data:     filled[wire.MIMEBundle](found.Bundle.Data),
		Metadata: filled[wire.Metadata](found.Bundle.Metadata),
	}, nil
}

// isComplete serves is_complete_request.
func (s *Server) isComplete(_ context.Context, _ *wire.Message, r *wire.IsCompleteRequest) (wire.Content, error) {
	c := s.engine.IsComplete(r.Code)
	reply := &wire.IsCompleteReply{Status: c.Status}
	if c.Status == "incomplete" {
		reply.Indent = c.Indent
	}
	return reply, nil
}
