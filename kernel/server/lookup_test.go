package server_test

import (
	"slices"
	"testing"

	"github.com/lislab/lislab/kernel/wire"
)

func TestCompleteCountsCodePoints(t *testing.T) {
	_, f := session(t)
	set := f.execute("set naïve yes", "set naïveté more")
	f.begin(set, 1)
	f.done(set, 1)
	// 😀 is one code point, two UTF-16 units and four bytes.
	r := ask[*wire.CompleteReply](f, wire.Shell, &wire.CompleteRequest{Code: "😀 naï and on", CursorPos: 5})
	if !slices.Equal(r.Matches, []string{"naïve", "naïveté"}) || r.CursorStart != 2 || r.CursorEnd != 5 || r.Status != wire.StatusOK {
		t.Errorf("complete gave %+v", r)
	}
	want := wire.CompletionType{Start: 2, End: 5, Text: "naïve", Type: "variable", Signature: "string", Doc: "yes"}
	if len(r.Metadata.Types) != 2 || r.Metadata.Types[0] != want {
		t.Errorf("types are %+v, want %+v first", r.Metadata.Types, want)
	}
	// Nothing found is an empty list at the cursor, and no error.
	r = ask[*wire.CompleteReply](f, wire.Shell, &wire.CompleteRequest{Code: "😀 zz", CursorPos: 4})
	if r.Matches == nil || len(r.Matches) != 0 || r.CursorStart != 4 || r.CursorEnd != 4 || r.Status != wire.StatusOK {
		t.Errorf("complete gave %+v", r)
	}
	// A cursor outside the code is at its end.
	for _, cursor := range []int{99, -1} {
		ask[*wire.CompleteReply](f, wire.Shell, &wire.CompleteRequest{Code: "na", CursorPos: cursor})
		ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "na", CursorPos: cursor})
	}
}

func TestInspect(t *testing.T) {
	_, f := session(t)
	set := f.execute("set x seven")
	f.begin(set, 1)
	f.done(set, 1)
	if r := ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "é x", CursorPos: 3}); !r.Found || r.Data["text/plain"] != "seven" {
		t.Errorf("inspect gave %+v", r)
	}
	if r := ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "x", CursorPos: 1, DetailLevel: 1}); r.Data["text/plain"] != "seven, in detail" {
		t.Errorf("inspect gave %+v", r)
	}
	if r := ask[*wire.InspectReply](f, wire.Shell, &wire.InspectRequest{Code: "y", CursorPos: 1}); r.Found || r.Status != wire.StatusOK || r.Data == nil || len(r.Data) != 0 {
		t.Errorf("inspect gave %+v, want ok, not found and an empty bundle", r)
	}
}

func TestIsComplete(t *testing.T) {
	_, f := session(t)
	for code, want := range map[string]wire.IsCompleteReply{
		"x":       {Status: "complete"},
		`x \`:     {Status: "incomplete", Indent: "  "},
		"invalid": {Status: "invalid"},
	} {
		if r := ask[*wire.IsCompleteReply](f, wire.Shell, &wire.IsCompleteRequest{Code: code}); *r != want {
			t.Errorf("%q is %+v, want %+v", code, *r, want)
		}
	}
}

func TestKernelInfo(t *testing.T) {
	_, f := session(t)
	r := ask[*wire.KernelInfoReply](f, wire.Shell, &wire.KernelInfoRequest{})
	if r.ProtocolVersion != wire.Version || r.Implementation != "echo" || r.LanguageInfo.Name != "echo" || r.LanguageInfo.FileExtension != ".echo" ||
		r.Banner == "" || len(r.HelpLinks) != 1 || r.SupportedFeatures == nil {
		t.Errorf("kernel_info gave %+v", r)
	}
}

func TestUsage(t *testing.T) {
	_, f := session(t)
	r := ask[*wire.UsageReply](f, wire.Control, &wire.UsageRequest{})
	if r.PID == 0 || r.CPUCount < 1 || r.Memory < 1<<20 {
		t.Errorf("usage gave %+v, want this process with at least a megabyte", r)
	}
}
