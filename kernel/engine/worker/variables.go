package worker

import (
	"fmt"
	"os"
	"reflect"
	"sort"
	"sync"

	"github.com/lislab/lislab/kernel/display"
	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/link"
	"github.com/lislab/lislab/kernel/engine/rt"
)

// refs numbers the values that a variables panel may unfold.
type refs struct {
	mu   sync.Mutex
	list []reflect.Value
}

func (r *refs) reset() {
	r.mu.Lock()
	r.list = nil
	r.mu.Unlock()
}

func (r *refs) add(v reflect.Value) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, v)
	return len(r.list)
}

func (r *refs) get(ref int) (reflect.Value, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ref < 1 || ref > len(r.list) {
		return reflect.Value{}, false
	}
	return r.list[ref-1], true
}

// variable is a row of the panel; typ is "" where v says it.
func (r *refs) variable(name, typ string, v any) engine.Variable {
	row := engine.Variable{Name: name, Type: typ, Value: oneLine(display.Text(v))}
	if typ == "" {
		row.Type = fmt.Sprintf("%T", v)
	}
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer && !rv.IsNil() {
		rv = rv.Elem()
	}
	switch rv.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Array, reflect.Map:
		if parts(rv) > 0 {
			row.Ref = r.add(rv)
		}
	}
	return row
}

// parts counts what unfolding v would show.
func parts(v reflect.Value) int {
	if v.Kind() != reflect.Struct {
		return v.Len()
	}
	n := 0
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			n++
		}
	}
	return n
}

// partsMost bounds what one unfolding shows.
const partsMost = 200

func (w *worker) children(ref int) []engine.Variable {
	rows := []engine.Variable{}
	v, ok := w.refs.get(ref)
	if !ok {
		return rows
	}
	add := func(name string, x reflect.Value) {
		if x.CanInterface() {
			rows = append(rows, w.refs.variable(name, "", x.Interface()))
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			add(v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
		for _, k := range keys[:min(len(keys), partsMost)] {
			add(oneLine(fmt.Sprint(k)), v.MapIndex(k))
		}
	default:
		for i := range min(v.Len(), partsMost) {
			add(fmt.Sprintf("[%d]", i), v.Index(i))
		}
	}
	return rows
}

// values are compiled variables, by key.
func (w *worker) values(vars []link.Var) []engine.Variable {
	w.refs.reset()
	rows := []engine.Variable{}
	for _, v := range vars {
		if p := rt.Lookup(v.Key); p.IsValid() {
			rows = append(rows, w.refs.variable(v.Name, v.Type, p.Elem().Interface()))
		}
	}
	return rows
}

func (w *worker) rich(b link.NameBody) link.RichReply {
	if b.Key != "" {
		p := rt.Lookup(b.Key)
		if !p.IsValid() {
			return link.RichReply{Error: fmt.Sprintf("no variable %q", b.Name)}
		}
		return link.RichReply{Bundle: display.Of(p.Elem().Interface())}
	}
	ip, err := w.ip()
	if err != nil {
		return link.RichReply{Error: err.Error()}
	}
	ctx, cancel := soon()
	defer cancel()
	v, ok := ip.Value(ctx, b.Name)
	if !ok {
		return link.RichReply{Error: fmt.Sprintf("no variable %q", b.Name)}
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

// setting changes or reads the process's surroundings.
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
