package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/magic"
)

// part runs one part of a cell.
func (s *Session) part(r *run, part magic.Part, show bool) *engine.CellError {
	switch part.Kind {
	case magic.Go:
		return s.code(r, part.Body, part.Line, show)
	case magic.Shell:
		return s.command(r, []string{"sh", "-c", part.Args}, "")
	case magic.Line:
		switch part.Name {
		case "time":
			return s.timed(r, part.Args, part.Line, show)
		case "who":
			return s.who(r)
		case "reset":
			return s.reset(r)
		case "cd":
			return s.cd(r, part.Args)
		case "env":
			return s.env(r, part.Args)
		case "help":
			r.page = append(r.page, helpPage())
			return nil
		}
	case magic.Cell:
		switch part.Name {
		case "time":
			return s.timed(r, part.Body, part.Line+1, show)
		case "bash":
			return s.command(r, append([]string{"bash", "-c", part.Body, "bash"}, strings.Fields(part.Args)...), "")
		case "writefile":
			return s.writefile(r, part.Args, part.Body)
		}
	}
	sign := "%"
	if part.Kind == magic.Cell {
		sign = "%%"
	}
	return usage("there is no command %s%s; %%help lists those there are", sign, part.Name)
}

// usage is a command that was typed wrong.
func usage(format string, args ...any) *engine.CellError {
	text := fmt.Sprintf(format, args...)
	return &engine.CellError{Name: "UsageError", Value: text, Traceback: []string{"UsageError: " + text}}
}

func (s *Session) command(r *run, args []string, stdin string) *engine.CellError {
	var reply link.RunReply
	if err := s.ask(r, link.Command, link.CommandBody{Args: args, Stdin: stdin}, &reply); err != nil {
		return err
	}
	return reply.Err
}

func (s *Session) timed(r *run, code string, line int, show bool) *engine.CellError {
	begin := time.Now()
	err := s.code(r, code, line, show)
	if err == nil {
		r.out.Stream("stdout", fmt.Sprintf("Wall time: %s\n", round(time.Since(begin))))
	}
	return err
}

// round keeps three digits of d.
func round(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}

func (s *Session) who(r *run) *engine.CellError {
	vars, err := s.Variables(r.ctx)
	if err != nil {
		return usage("the variables cannot be listed: %v", err)
	}
	if len(vars) == 0 {
		r.out.Stream("stdout", "the notebook has no variables\n")
		return nil
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, v := range vars {
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, v.Type, v.Value)
	}
	_ = w.Flush() // a strings.Builder takes everything
	r.out.Stream("stdout", b.String())
	return nil
}

func (s *Session) reset(r *run) *engine.CellError {
	names := s.variableNames()
	if err := s.Reset(); err != nil {
		return noWorker(err)
	}
	if p, err := s.worker(); err == nil {
		p.begin(r)
	}
	r.out.Stream("stdout", fmt.Sprintf("forgot %d variables\n", len(names)))
	return nil
}

// setting changes the worker's surroundings.
func (s *Session) setting(r *run, b link.SettingBody) (link.SettingReply, *engine.CellError) {
	var reply link.SettingReply
	if err := s.ask(r, link.Setting, b, &reply); err != nil {
		return reply, err
	}
	if reply.Error != "" {
		return reply, usage("%s", reply.Error)
	}
	return reply, nil
}

func (s *Session) cd(r *run, dir string) *engine.CellError {
	if rest, ok := strings.CutPrefix(dir, "~"); ok && (rest == "" || rest[0] == '/') {
		home, err := os.UserHomeDir()
		if err != nil {
			return usage("%v", err)
		}
		dir = filepath.Join(home, rest)
	}
	reply, err := s.setting(r, link.SettingBody{Dir: dir})
	if err == nil {
		r.out.Stream("stdout", reply.Dir+"\n")
	}
	return err
}

func (s *Session) env(r *run, args string) *engine.CellError {
	name, value, set := strings.Cut(args, "=")
	if !set {
		name, value, set = strings.Cut(args, " ")
	}
	b := link.SettingBody{Env: strings.TrimSpace(name)}
	if set {
		value = strings.TrimSpace(value)
		b.Value = &value
	}
	reply, err := s.setting(r, b)
	if err != nil {
		return err
	}
	if !set {
		r.out.Stream("stdout", strings.Join(reply.Env, "\n")+"\n")
	}
	return nil
}

func (s *Session) writefile(r *run, args, body string) *engine.CellError {
	name, isAppend := strings.CutPrefix(args, "-a ")
	name = strings.TrimSpace(name)
	if name == "" {
		return usage("%%%%writefile needs the name of a file")
	}
	if !filepath.IsAbs(name) {
		at, err := s.setting(r, link.SettingBody{})
		if err != nil {
			return err
		}
		name = filepath.Join(at.Dir, name)
	}
	flags, verb := os.O_CREATE|os.O_WRONLY|os.O_TRUNC, "wrote"
	if isAppend {
		flags, verb = os.O_CREATE|os.O_WRONLY|os.O_APPEND, "appended"
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if err != nil {
		return usage("%v", err)
	}
	_, err = f.WriteString(body)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return usage("%v", err)
	}
	r.out.Stream("stdout", fmt.Sprintf("%s %d bytes to %s\n", verb, len(body), name))
	return nil
}

// helpPage is what %help opens in the pager.
func helpPage() engine.Payload {
	var b strings.Builder
	b.WriteString("Cells hold Go. Beside it they know:\n\n")
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	for _, c := range magic.Commands {
		fmt.Fprintf(w, "  %s\t%s\n", c.Usage, c.Doc)
	}
	_ = w.Flush() // a strings.Builder takes everything
	b.WriteString("\nctx is a context that an interrupt of the cell cancels.\n")
	return engine.Payload{Source: "page", Bundle: engine.Bundle{Data: map[string]any{"text/plain": b.String()}, Metadata: map[string]any{}}}
}

// completeMagic completes the name of a command.
func completeMagic(code string, cursor int) (engine.Completion, bool) {
	runes := []rune(code)
	cursor = min(max(cursor, 0), len(runes))
	before := string(runes[:cursor])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	word := strings.TrimLeft(line, " \t")
	if !strings.HasPrefix(word, "%") || strings.ContainsAny(word, " \t") {
		return engine.Completion{}, false
	}
	c := engine.Completion{Start: cursor - len([]rune(word)), End: cursor}
	for _, m := range magic.Commands {
		name, _, _ := strings.Cut(m.Usage, " ")
		if strings.HasPrefix(name, word) {
			c.Items = append(c.Items, engine.CompletionItem{Text: name, Type: "magic", Signature: m.Usage, Doc: m.Doc})
		}
	}
	return c, true
}

// Complete lists what may stand at the cursor.
func (s *Session) Complete(ctx context.Context, code string, cursor int) engine.Completion {
	if c, ok := completeMagic(code, cursor); ok {
		return c
	}
	nothing := engine.Completion{Start: cursor, End: cursor}
	p, err := s.worker()
	if err != nil {
		return nothing
	}
	ctx, cancel := quick(ctx)
	defer cancel()
	var c engine.Completion
	if p.call(ctx, link.Complete, 0, link.CompleteBody{Code: code, Cursor: cursor}, &c) != nil {
		return nothing
	}
	return c
}
