package server

import (
	"context"

	"github.com/lislab/lislab/kernel/wire"
)

// kernelInfo serves kernel_info_request, on shell and control.
func (s *Server) kernelInfo(context.Context, *wire.Message, *wire.KernelInfoRequest) (wire.Content, error) {
	i := s.engine.Info()
	reply := &wire.KernelInfoReply{
		Outcome:               wire.Done,
		ProtocolVersion:       wire.Version,
		Implementation:        i.Implementation,
		ImplementationVersion: i.ImplementationVersion,
		LanguageInfo: wire.LanguageInfo{
			Name:              i.Language,
			Version:           i.LanguageVersion,
			MIMEType:          i.MIMEType,
			FileExtension:     i.FileExtension,
			PygmentsLexer:     i.PygmentsLexer,
			CodeMirrorMode:    i.CodeMirrorMode,
			NbconvertExporter: i.NbconvertExporter,
		},
		Banner:            i.Banner,
		HelpLinks:         make([]wire.HelpLink, len(i.HelpLinks)),
		SupportedFeatures: []string{},
	}
	for n, l := range i.HelpLinks {
		reply.HelpLinks[n] = wire.HelpLink(l)
	}
	return reply, nil
}

// connect serves connect_request.
func (s *Server) connect(context.Context, *wire.Message, *wire.ConnectRequest) (wire.Content, error) {
	p := s.transport.Ports()
	return &wire.ConnectReply{
		Outcome:   wire.Done,
		ShellPort: p.Shell, IOPubPort: p.IOPub, StdinPort: p.Stdin, HBPort: p.HB, ControlPort: p.Control,
	}, nil
}
