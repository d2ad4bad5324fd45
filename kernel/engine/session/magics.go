package session

import (
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

// goCode is the Go code in a part of a cell, on the lines where it stands.
func goCode(part magic.Part) (string, bool) {
	switch {
	case part.Kind == magic.Go:
		return strings.Repeat("\n", part.Line) + part.Body, true
	case part.Kind == magic.Line && (part.Name == "time" || part.Name == "timeit"):
		return strings.Repeat("\n", part.Line) + part.Args, true
	case part.Kind == magic.Cell && (part.Name == "time" || part.Name == "timeit"):
		return strings.Repeat("\n", part.Line+1) + part.Body, true
	case part.Kind == magic.Cell && part.Name == "sql":
		c, err := newSQLCell(part)
		if err != nil {
			return "", false
		}
		return c.code(), true
	}
	return "", false
}

// code runs Go code.
func (s *Session) code(r *run, code string, line int, show bool) *engine.CellError {
	if !s.compiles() {
		return s.interpret(r, code, line, show)
	}
	_, e := s.compiled(r, code, line, how{show: show})
	return e
}

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
		case "timeit":
			return s.timeit(r, part.Args, part.Line)
		case "who":
			return s.who(r)
		case "reset":
			return s.reset(r)
		case "cd":
			return s.cd(r, part.Args)
		case "env":
			return s.env(r, part.Args)
		case "get":
			return s.get(r, part.Args)
		case "help":
			r.page = append(r.page, helpPage())
			return nil
		}
	case magic.Cell:
		switch part.Name {
		case "time":
			return s.timed(r, part.Body, part.Line+1, show)
		case "timeit":
			return s.timeit(r, part.Body, part.Line+1)
		case "bash":
			return s.command(r, append([]string{"bash", "-c", part.Body, "bash"}, strings.Fields(part.Args)...), "")
		case "sql":
			return s.sql(r, part, show)
		case "writefile":
			return s.writefile(r, part.Args, part.Body)
		}
	}
	sign := "%"
	if part.Kind == magic.Cell {
		sign = "%%"
	}
	if near := magic.Nearest(sign + part.Name); near != "" {
		return usage("there is no command %s%s: did you mean %s? %%help lists those there are", sign, part.Name, near)
	}
	return usage("there is no command %s%s: %%help lists those there are", sign, part.Name)
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
	if reply.Interrupted {
		return interrupted(r)
	}
	return reply.Err
}

// timed says how long the code ran, its compilation apart.
func (s *Session) timed(r *run, code string, line int, show bool) *engine.CellError {
	begin, before := time.Now(), r.took
	err := s.code(r, code, line, show)
	if err != nil {
		return err
	}
	took := r.took - before
	text := fmt.Sprintf("Wall time: %s", round(took))
	if rest := time.Since(begin) - took; rest > 10*time.Millisecond {
		text += fmt.Sprintf(" (and %s to prepare it)", round(rest))
	}
	r.out.Stream("stdout", text+"\n")
	return nil
}

// timeitFor is how long %timeit measures.
const timeitFor = time.Second

func (s *Session) timeit(r *run, code string, line int) *engine.CellError {
	if !s.compiles() {
		return usage("%%timeit needs the Go toolchain, for an interpreter's times say nothing of Go (%%time measures one run): %v", s.why)
	}
	reply, err := s.compiled(r, code, line, how{repeat: timeitFor})
	if err != nil {
		return err
	}
	if reply.Runs == 0 {
		return usage("%%timeit has nothing to run in %q", strings.TrimSpace(code))
	}
	r.out.Stream("stdout", fmt.Sprintf("%s per run (%d runs)\n", round(reply.Took/time.Duration(reply.Runs)), reply.Runs))
	return nil
}

// get adds modules to the session.
func (s *Session) get(r *run, args string) *engine.CellError {
	modules := strings.Fields(args)
	if len(modules) == 0 {
		return usage("%%get needs a module, as in %%get gonum.org/v1/gonum@v0.17.0")
	}
	if !s.compiles() {
		return usage("%%get needs the Go toolchain: %v", s.why)
	}
	note, err := s.compiler.Get(r.ctx, modules...)
	switch {
	case r.ctx.Err() != nil:
		return interrupted(r)
	case err != nil:
		return &engine.CellError{Name: "CompileError", Value: firstLine(err.Error()), Traceback: strings.Split(err.Error(), "\n")}
	case note == "":
		note = "nothing to add: the session has " + strings.Join(modules, " ")
	}
	r.out.Stream("stdout", note+"\n")
	return s.refresh(r)
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
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, v.Type, preview(v.Value))
	}
	_ = w.Flush() // a strings.Builder takes everything
	r.out.Stream("stdout", b.String())
	return nil
}

// preview is a value's text on a line that fits beside its name and type.
func preview(text string) string {
	const most = 72
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) > most {
		return string(line[:most-1]) + "…"
	}
	return string(line)
}

func (s *Session) reset(r *run) *engine.CellError {
	s.mu.Lock()
	n := len(s.vars)
	s.mu.Unlock()
	if err := s.Reset(); err != nil {
		return noWorker(err)
	}
	p, e := s.await(r)
	if e != nil {
		return e
	}
	p.begin(r)
	r.out.Stream("stdout", fmt.Sprintf("forgot %d variables\n", n))
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
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n" // a text file's last line ends, the last line of a cell does not
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
