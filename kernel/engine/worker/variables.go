package worker

import (
	"fmt"
	"os"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
)

func (w *worker) variables() []engine.Variable {
	vars := []engine.Variable{}
	ip, err := w.ip()
	if err != nil {
		return vars
	}
	ctx, cancel := soon()
	defer cancel()
	for _, name := range ip.Names() {
		v, ok := ip.Value(ctx, name)
		if !ok {
			continue
		}
		vars = append(vars, engine.Variable{Name: name, Type: fmt.Sprintf("%T", v), Value: oneLine(display.Text(v))})
	}
	return vars
}

// children has nothing to unfold: an interpreted value is shown on one line.
func (w *worker) children(int) []engine.Variable { return []engine.Variable{} }

func (w *worker) rich(name string) link.RichReply {
	ip, err := w.ip()
	if err != nil {
		return link.RichReply{Error: err.Error()}
	}
	ctx, cancel := soon()
	defer cancel()
	v, ok := ip.Value(ctx, name)
	if !ok {
		return link.RichReply{Error: fmt.Sprintf("no variable %q", name)}
	}
	return link.RichReply{Bundle: display.Of(v)}
}

// oneLine keeps the first 200 code points of s, with its line ends shown.
func oneLine(s string) string {
	out := []rune{}
	for _, r := range s {
		if len(out) == 200 {
			return string(out) + "…"
		}
		if r == '\n' || r == '\r' || r == '\t' {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}

func setting(b link.SettingBody) link.SettingReply {
	var r link.SettingReply
	var err error
	if b.Dir != "" {
		err = os.Chdir(b.Dir)
	}
	switch {
	case err != nil:
	case b.Env != "" && b.Value != nil:
		err = os.Setenv(b.Env, *b.Value)
	case b.Env != "":
		if v, ok := os.LookupEnv(b.Env); ok {
			r.Env = []string{b.Env + "=" + v}
		} else {
			err = fmt.Errorf("the environment has no variable %s", b.Env)
		}
	default:
		r.Env = os.Environ()
	}
	if err != nil {
		r.Error = err.Error()
	}
	if r.Dir, err = os.Getwd(); err != nil && r.Error == "" {
		r.Error = err.Error()
	}
	return r
}
