// Package interp runs cells through gomacro, the interpreter behind
// gophernotes: the kernel's fallback where there is no Go toolchain to compile
// them. It keeps state from cell to cell and answers in microseconds, but knows
// Go as it was before generics.
package interp

import (
	"context"
	"fmt"
	"go/ast"
	"go/build"
	"go/token"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/cosmos72/gomacro/ast2"
	"github.com/cosmos72/gomacro/base"
	breflect "github.com/cosmos72/gomacro/base/reflect"
	"github.com/cosmos72/gomacro/fast"
	"github.com/cosmos72/gomacro/xreflect"
	"github.com/gopherdata/gophernotes/imports"

	"github.com/lislab/lislab/kernel/engine"
	"github.com/lislab/lislab/kernel/engine/rt"
	"github.com/lislab/lislab/kernel/engine/worker"
)

// Interp is one interpreter with the variables of one notebook.
type Interp struct {
	calls chan func()
	outer *fast.Interp // what is predeclared
	ir    *fast.Interp // the notebook's own

	mu    sync.Mutex
	names map[string]bool // variables the notebook declared
	wake  chan struct{}   // closed when the running cell is interrupted
}

var _ worker.Interpreter = (*Interp)(nil)

// Open is New, as a worker's options want it.
func Open(packages map[string]worker.Package) (worker.Interpreter, error) { return New(packages) }

// New starts an interpreter that can import packages besides the standard
// library, as it stood when gomacro's tables were made.
func New(packages map[string]worker.Package) (*Interp, error) {
	i := &Interp{calls: make(chan func()), names: map[string]bool{}}
	var err error
	ready := make(chan struct{})
	go i.loop(packages, &err, ready)
	<-ready
	if err != nil {
		return nil, err
	}
	return i, nil
}

// loop owns the interpreter: gomacro keeps state by goroutine, so that one
// goroutine has to make it and run it.
func (i *Interp) loop(packages map[string]worker.Package, err *error, ready chan<- struct{}) {
	runtime.LockOSThread()
	*err = i.open(packages)
	close(ready)
	if *err != nil {
		return
	}
	for call := range i.calls {
		call()
	}
}

func (i *Interp) open(packages map[string]worker.Package) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("interp: gomacro does not start: %v", r)
		}
	}()
	for path, p := range packages {
		imports.Packages[path] = imports.Package(p)
	}
	timePackage := imports.Packages["time"]
	timePackage.Binds = maps.Clone(timePackage.Binds)
	timePackage.Binds["Sleep"] = reflect.ValueOf(i.sleep)
	imports.Packages["time"] = timePackage
	fmtPackage := imports.Packages["fmt"]
	fmtPackage.Binds = maps.Clone(fmtPackage.Binds)
	fmtPackage.Binds["Scan"], fmtPackage.Binds["Scanln"], fmtPackage.Binds["Scanf"] = reflect.ValueOf(rt.Scan), reflect.ValueOf(rt.Scanln), reflect.ValueOf(rt.Scanf)
	imports.Packages["fmt"] = fmtPackage

	// gomacro asks go/build for export data of the standard library, in a form
	// that toolchains no longer write. With no GOROOT it goes by its own tables.
	root := build.Default.GOROOT
	build.Default.GOROOT = filepath.Join(string(filepath.Separator), "nonexistent")
	defer func() { build.Default.GOROOT = root }()
	outer := fast.New()
	build.Default.GOROOT = root
	outer.Comp.Universe.Importer = &xreflect.Importer{}
	outer.Comp.Options &^= base.OptShowPrompt | base.OptTrapPanic
	outer.Comp.Globals.Stderr = io.Discard // its own warnings, of redefined names
	outer.DeclVar("ctx", outer.TypeOf((*context.Context)(nil)).Elem(), nil)
	outer.DeclFunc(checkName, func(err error) {
		if err != nil {
			panic(unread{err})
		}
	})
	i.outer, i.ir = outer, fast.NewInnerInterp(outer, "main", "main")
	i.setContext(context.Background())
	return nil
}

// setContext gives the predeclared ctx its value.
func (i *Interp) setContext(ctx context.Context) {
	if p := i.outer.AddressOfVar("ctx"); p.IsValid() {
		if rv := p.ReflectValue(); rv.Type() == reflect.TypeFor[*context.Context]() {
			rv.Elem().Set(reflect.ValueOf(&ctx).Elem())
		}
	}
}

// checkName is a function that fails the cell where its argument is an error.
// No cell can spell it.
const checkName = "\u00b7check"

// unread is the panic of an error that a cell received and never looked at.
type unread struct{ err error }

// interrupted is the panic of a call that an interrupt has cut short.
type interrupted struct{}

// sleep is time.Sleep as cells see it: an interrupt ends it.
func (i *Interp) sleep(d time.Duration) {
	i.mu.Lock()
	wake := i.wake
	i.mu.Unlock()
	select {
	case <-time.After(d):
	case <-wake:
		panic(interrupted{})
	}
}

// do runs f on the interpreter's goroutine, once that is free.
func (i *Interp) do(ctx context.Context, f func()) error {
	done := make(chan struct{})
	select {
	case i.calls <- func() { defer close(done); f() }:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run runs code, named name in messages and starting at line (from 0) of its
// cell. Cancelling ctx interrupts it; it then has until stuck is closed.
func (i *Interp) Run(ctx context.Context, code, name string, line int, stuck <-chan struct{}) (worker.Outcome, error) {
	wake := make(chan struct{})
	i.mu.Lock()
	i.wake = wake
	i.mu.Unlock()

	var out worker.Outcome
	done := make(chan struct{})
	select {
	case i.calls <- func() { defer close(done); out = i.run(ctx, code, name, line) }:
	case <-stuck:
		return out, worker.ErrStuck
	}
	select {
	case <-done:
		return out, nil
	case <-ctx.Done():
	}
	close(wake)
	i.ir.Interrupt(nil)
	select {
	case <-done:
		return out, nil
	case <-stuck:
		return out, worker.ErrStuck
	}
}

func (i *Interp) run(ctx context.Context, code, name string, line int) (out worker.Outcome) {
	phase := "compile"
	defer func() {
		if r := recover(); r != nil {
			out = worker.Outcome{Err: i.failure(r, phase, code, name, line)}
		}
	}()
	i.setContext(ctx)
	c := i.ir.Comp
	c.Globals.Filepath, c.Globals.Line = name, line
	nodes := c.ParseBytes([]byte(code))
	if len(nodes) == 0 {
		return out
	}
	_, show := nodes[len(nodes)-1].(ast.Expr)
	if _, ok := nodes[len(nodes)-1].(*ast.ExprStmt); ok {
		show = true
	}
	if e := missing(nodes, code, name, line, c); e != nil {
		return worker.Outcome{Err: e}
	}
	show = show && !printing(nodes[len(nodes)-1])
	i.note(nodes)
	expr := i.ir.CompileAst(ast2.AnyToAst(withChecks(nodes), "cell"))
	phase = "run"
	values, _ := i.ir.RunExpr(expr)
	if ctx.Err() != nil {
		panic(interrupted{})
	}
	if !show || len(values) == 0 {
		return out
	}
	out.Has = true
	for _, v := range values {
		out.Values = append(out.Values, breflect.ValueInterface(v))
	}
	if err, ok := out.Values[len(out.Values)-1].(error); ok && err != nil && !isNil(err) {
		out.Err = errorOf(err, name)
	}
	return out
}

// missing refuses imports that no table holds: gomacro would go and build a
// plugin for them, in the user's folders.
func missing(nodes []ast.Node, code, name string, line int, c *fast.Comp) (e *engine.CellError) {
	for _, n := range nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			spec, ok := n.(*ast.ImportSpec)
			if !ok || e != nil {
				return e == nil
			}
			path, err := strconv.Unquote(spec.Path.Value)
			if _, known := imports.Packages[path]; err == nil && !known {
				e = compileError(fmt.Sprintf("%s: package %s cannot be imported without a Go toolchain", c.Fileset.Position(spec.Pos()), path), code, name, line)
			}
			return false
		})
	}
	return e
}

// printing says whether n is a call like fmt.Println(x): what that returns
// nobody wants to see.
func printing(n ast.Node) bool {
	if s, ok := n.(*ast.ExprStmt); ok {
		n = s.X
	}
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "fmt" && (strings.HasPrefix(sel.Sel.Name, "Print") || strings.HasPrefix(sel.Sel.Name, "Fprint") || strings.HasPrefix(sel.Sel.Name, "Scan"))
}

func isNil(v any) bool {
	rv := reflect.ValueOf(v)
	return rv.Kind() == reflect.Pointer && rv.IsNil()
}

// note remembers which variables the nodes declare.
func (i *Interp) note(nodes []ast.Node) {
	i.mu.Lock()
	defer i.mu.Unlock()
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			i.names[id.Name] = true
		}
	}
	for _, n := range nodes {
		if d, ok := n.(*ast.DeclStmt); ok {
			n = d.Decl
		}
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					add(l)
				}
			}
		case *ast.GenDecl:
			for _, s := range n.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && n.Tok == token.VAR {
					for _, id := range v.Names {
						add(id)
					}
				}
			}
		}
	}
}

// withChecks adds, after each top-level `v, err := f()`, a check of an err that
// the cell never reads: Go would not have compiled it in a function, so no
// error passes in silence here.
func withChecks(nodes []ast.Node) []ast.Node {
	read := map[string]bool{}
	for _, n := range nodes {
		assigned := map[*ast.Ident]bool{}
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok == token.DEFINE || n.Tok == token.ASSIGN {
					for _, l := range n.Lhs {
						if id, ok := l.(*ast.Ident); ok {
							assigned[id] = true
						}
					}
				}
			case *ast.Ident:
				if !assigned[n] {
					read[n.Name] = true
				}
			}
			return true
		})
	}
	var out []ast.Node
	for _, n := range nodes {
		out = append(out, n)
		a, ok := n.(*ast.AssignStmt)
		if !ok || a.Tok != token.DEFINE || len(a.Lhs) < 2 {
			continue
		}
		if id, ok := a.Lhs[len(a.Lhs)-1].(*ast.Ident); ok && (id.Name == "err" || strings.HasSuffix(id.Name, "Err")) && !read[id.Name] {
			out = append(out, &ast.ExprStmt{X: &ast.CallExpr{
				Fun:    &ast.Ident{NamePos: a.Pos(), Name: checkName},
				Args:   []ast.Expr{&ast.Ident{NamePos: a.Pos(), Name: id.Name}},
				Lparen: a.Pos(), Rparen: a.End(),
			}})
		}
	}
	return out
}

// Names lists the notebook's variables, sorted.
func (i *Interp) Names() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	names := make([]string, 0, len(i.names))
	for n := range i.names {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Value is a variable's value; ok is false where there is none by this name, or
// where ctx ended before the interpreter was free.
func (i *Interp) Value(ctx context.Context, name string) (v any, ok bool) {
	err := i.do(ctx, func() {
		defer func() {
			if recover() != nil {
				ok = false
			}
		}()
		x := i.ir.ValueOf(name)
		if ok = x.IsValid(); ok {
			v = breflect.ValueInterface(x)
		}
	})
	return v, ok && err == nil
}

// Complete lists what may stand at the cursor, counted in code points.
func (i *Interp) Complete(ctx context.Context, code string, cursor int) engine.Completion {
	runes := []rune(code)
	cursor = min(max(cursor, 0), len(runes))
	before := string(runes[:cursor])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	var head string
	var words []string
	if i.do(ctx, func() { head, words, _ = i.ir.CompleteWords(line, len(line)) }) != nil {
		return engine.Completion{Start: cursor, End: cursor}
	}
	start := cursor - utf8.RuneCountInString(strings.TrimPrefix(line, head))
	c := engine.Completion{Start: start, End: cursor}
	for _, w := range words {
		c.Items = append(c.Items, engine.CompletionItem{Text: w})
	}
	return c
}
