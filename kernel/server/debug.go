package server

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/wire"
)

// debugArguments are the arguments that the variables panel sends, of whatever
// command.
type debugArguments struct {
	VariablesReference int    `json:"variablesReference"`
	VariableName       string `json:"variableName"`
	Code               string `json:"code"`
}

// debugRequest serves debug_request as far as JupyterLab's variables panel
// goes: no breakpoints, no stepping. Other commands of the adapter protocol are
// answered with success false.
func (s *Server) debugRequest(ctx context.Context, req *wire.Message, r *wire.DebugRequest) (wire.Content, error) {
	var args debugArguments
	if len(r.Arguments) > 0 {
		if err := json.Unmarshal(r.Arguments, &args); err != nil {
			return nil, &wire.ContentError{Type: wire.TypeDebugRequest, Err: err}
		}
	}
	reply := &wire.DebugReply{Type: "response", RequestSeq: r.Seq, Seq: r.Seq, Command: r.Command, Success: true, Status: wire.StatusOK}
	body, err := s.debugBody(ctx, req, r.Command, args)
	if err != nil {
		reply.Success, reply.Status, reply.Message = false, wire.StatusError, err.Error()
		return reply, nil
	}
	reply.Body = body
	return reply, nil
}

// debugBody is the body of the response to one command, nil for none.
func (s *Server) debugBody(ctx context.Context, req *wire.Message, command string, args debugArguments) (any, error) {
	switch command {
	case "debugInfo":
		return &wire.DebugInfoBody{
			HashMethod:    "Murmur2",
			TmpFilePrefix: filepath.Join(os.TempDir(), "lislab-cell-"),
			TmpFileSuffix: s.engine.Info().FileExtension,
			Breakpoints:   []any{}, StoppedThreads: []int{}, ExceptionPaths: []string{},
			RichRendering: true,
		}, nil
	case "initialize":
		s.pub.publish(req, &wire.DebugEvent{Type: "event", Event: "initialized"})
		return &wire.DebugCapabilitiesBody{SupportsConfigurationDoneRequest: true}, nil
	case "attach", "disconnect", "configurationDone":
		return nil, nil
	case "setBreakpoints", "setExceptionBreakpoints":
		return &wire.DebugBreakpointsBody{Breakpoints: []any{}}, nil
	case "dumpCell":
		return &wire.DebugDumpCellBody{}, nil
	case "modules":
		return &wire.DebugModulesBody{Modules: []any{}}, nil
	case "inspectVariables":
		v, err := s.engine.Variables(ctx)
		return debugVariables(v), err
	case "variables":
		v, err := s.engine.Children(ctx, args.VariablesReference)
		return debugVariables(v), err
	case "richInspectVariables":
		b, err := s.engine.Rich(ctx, args.VariableName)
		return &wire.DebugRichBody{Data: filled[wire.MIMEBundle](b.Data), Metadata: filled[wire.Metadata](b.Metadata)}, err
	}
	return nil, fmt.Errorf("%s: this kernel shows variables and has no debugger", command)
}

// debugVariables turns the engine's variables into the panel's rows.
func debugVariables(in []engine.Variable) *wire.DebugVariablesBody {
	out := make([]wire.DebugVariable, len(in))
	for i, v := range in {
		out[i] = wire.DebugVariable{Name: v.Name, Value: v.Value, Type: panelType(v.Type), Reference: v.Ref, EvaluateName: v.Name}
	}
	return &wire.DebugVariablesBody{Variables: out}
}

// panelType is Go's type as the panel has to be told it: JupyterLab shows the
// value of a row only where the type is one of Python's scalars, and the name
// of the type otherwise.
func panelType(t string) string {
	switch t {
	case "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune":
		return "int"
	case "float32", "float64":
		return "float"
	case "string":
		return "str"
	}
	return t
}
