package server

import (
	"context"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/wire"
)

// commInfo serves comm_info_request.
func (s *Server) commInfo(_ context.Context, _ *wire.Message, r *wire.CommInfoRequest) (wire.Content, error) {
	reply := &wire.CommInfoReply{Outcome: wire.Done, Comms: make(map[string]wire.CommInfo)}
	for id, target := range s.engine.Comms() {
		if r.TargetName == "" || r.TargetName == target {
			reply.Comms[id] = wire.CommInfo{TargetName: target}
		}
	}
	return reply, nil
}

// commOpen serves comm_open. An engine that does not know the target answers
// with a comm_close.
func (s *Server) commOpen(_ context.Context, req *wire.Message, r *wire.CommOpen) (wire.Content, error) {
	s.comm(req, engine.CommMessage{Kind: engine.CommOpen, ID: r.CommID, Target: r.TargetName, Data: r.Data})
	return nil, nil
}

// commMsg serves comm_msg.
func (s *Server) commMsg(_ context.Context, req *wire.Message, r *wire.CommMsg) (wire.Content, error) {
	s.comm(req, engine.CommMessage{Kind: engine.CommMsg, ID: r.CommID, Data: r.Data})
	return nil, nil
}

// commClose serves comm_close.
func (s *Server) commClose(_ context.Context, req *wire.Message, r *wire.CommClose) (wire.Content, error) {
	s.comm(req, engine.CommMessage{Kind: engine.CommClose, ID: r.CommID, Data: r.Data})
	return nil, nil
}

func (s *Server) comm(req *wire.Message, m engine.CommMessage) {
	m.Metadata = req.Metadata
	m.Buffers = req.Buffers
	s.engine.Comm(m, &cell{server: s, req: req, count: s.lastCount()})
}
