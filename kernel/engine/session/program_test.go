package session

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The oracle of the archives program-*.txtar is Go itself: the cells of such a
// notebook are made an ordinary program, in which what cells declare stands at
// the top, top-level variables are variables of the package, and the statements
// of each cell are a function that main calls. What that program prints is what
// the cells have to show. It shares no code with the kernel's own rewriter.

// program is a notebook as a Go package that has a function Run.
type program struct {
	imports []string // as written: `"fmt"`, `. "strings"`
	decls   []string
	stmts   [][]string // of each cell
	vars    []string   // names of top-level variables, in order
}

// TestProgramsAreGo holds the archives of programs against Go.
func TestProgramsAreGo(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%v: sudo apt-get install golang", err)
		}
		t.Skipf("%v: sudo apt-get install golang", err)
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	// The program is a package of this module for the time of the build, seen
	// through an overlay, so that it may import what the module requires.
	dir := t.TempDir()
	base := "github.com/lislab/lislab/internal/oracle"
	var overlay []string
	add := func(rel, text string) {
		file := filepath.Join(dir, fmt.Sprintf("%d.go", len(overlay)))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		overlay = append(overlay, strconv.Quote(filepath.Join(root, "internal", "oracle", rel))+": "+strconv.Quote(file))
	}
	var all []archived
	for _, p := range archives(t, "program-*.txtar") {
		_, list := archive(t, p)
		all = append(all, list...)
	}
	imports := importTypes(t, root, all)
	var cases strings.Builder
	var paths []string
	for i, a := range all {
		name := fmt.Sprintf("p%03d", i)
		text, err := asPackage(name, a.cells, imports)
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		add(filepath.Join(name, name+".go"), text)
		paths = append(paths, strconv.Quote(base+"/"+name))
		fmt.Fprintf(&cases, "\tcase %q: %s.Run()\n", name, name)
	}
	add("main.go", "package main\nimport (\"os\"\n"+strings.Join(paths, "\n")+"\n)\nfunc main() {\n\tswitch os.Args[1] {\n"+cases.String()+"\t}\n}\n")
	config := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(config, []byte(`{"Replace": {`+strings.Join(overlay, ",")+"}}"), 0o644); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(dir, "oracle")
	build := exec.Command("go", "build", "-overlay", config, "-ldflags=-s -w", "-o", exe, base)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, a := range all {
		name := fmt.Sprintf("p%03d", i)
		cmd := exec.Command(exe, name)
		cmd.Dir = t.TempDir()
		raw, err := cmd.Output()
		out := strings.ReplaceAll(string(raw), name+".", "main.")
		if err != nil {
			t.Errorf("%s: %v\n%s", a.name, err, out)
			continue
		}
		if want := strings.Join(a.shows, ""); strings.TrimSuffix(out, "\n") != strings.TrimSuffix(want, "\n") {
			t.Errorf("%s: the program prints\n%s\nthe archive has\n%s", a.name, out, want)
		}
	}
}

// importTypes reads the types of everything that cells import.
func importTypes(t *testing.T, root string, all []archived) map[string]*types.Package {
	t.Helper()
	var list []string
	for _, a := range all {
		for _, code := range a.cells {
			for _, c := range pieces(code) {
				if !strings.HasPrefix(c, "import") {
					continue
				}
				f, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+c, 0)
				if err != nil {
					t.Fatalf("%s: %v", a.name, err)
				}
				for _, s := range f.Imports {
					p, _ := strconv.Unquote(s.Path.Value)
					if !slices.Contains(list, p) {
						list = append(list, p)
					}
				}
			}
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile, Dir: root}, list...)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*types.Package{}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if p.Types != nil {
			found[p.PkgPath] = p.Types
		}
	})
	return found
}

// pieces cuts a cell at the semicolons outside all brackets.
func pieces(code string) []string {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(code))
	s.Init(file, []byte(code), nil, 0)
	var list []string
	depth, start := 0, 0
	for {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		if tok == token.EOF || tok == token.SEMICOLON && depth == 0 {
			end := len(code)
			if tok == token.SEMICOLON {
				end = min(file.Offset(pos), len(code))
			}
			if text := strings.Trim(code[start:end], "; \t\n"); text != "" {
				list = append(list, text)
			}
			start = end
		}
		if tok == token.EOF {
			return list
		}
	}
}

// asPackage makes cells a package.
func asPackage(name string, code []string, imports map[string]*types.Package) (string, error) {
	p := program{}
	for _, c := range code {
		var stmts []string
		for _, piece := range pieces(c) {
			bare := strings.TrimSpace(stripComments(piece))
			switch {
			case bare == "":
			case strings.HasPrefix(bare, "import"):
				p.imports = append(p.imports, piece)
			case strings.HasPrefix(bare, "type ") || strings.HasPrefix(bare, "type(") || strings.HasPrefix(bare, "const ") || isFuncDecl(bare):
				p.decls = append(p.decls, piece)
			default:
				stmts = append(stmts, piece)
			}
		}
		p.stmts = append(p.stmts, stmts)
	}
	typesOf, err := p.variables(name, imports)
	if err != nil {
		return "", err
	}
	return p.text(name, typesOf)
}

func stripComments(s string) string {
	for strings.HasPrefix(s, "//") {
		_, s, _ = strings.Cut(s, "\n")
		s = strings.TrimSpace(s)
	}
	return s
}

func isFuncDecl(s string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+s, 0)
	return err == nil && strings.HasPrefix(s, "func")
}

// variables finds the types of top-level variables: the type checker is shown
// the statements as one function, and its complaints are ignored.
func (p *program) variables(name string, imports map[string]*types.Package) (map[string]string, error) {
	var src strings.Builder
	src.WriteString("package " + name + "\n" + strings.Join(p.imports, "\n") + "\n" + strings.Join(p.decls, "\n") + "\nfunc Run() {\n")
	for _, cell := range p.stmts {
		src.WriteString(strings.Join(cell, "\n") + "\n")
	}
	src.WriteString("}\n")
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src.String(), parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w in\n%s", err, src.String())
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Error: func(error) {}, Importer: importerFunc(func(path string) (*types.Package, error) {
		if pkg := imports[path]; pkg != nil {
			return pkg, nil
		}
		return nil, fmt.Errorf("no types of %s", path)
	})}
	pkg, _ := conf.Check(name, fset, []*ast.File{f}, info) // functions do not see the variables yet
	typesOf := map[string]string{}
	local := map[string]string{} // what an import is called here
	var more []string            // packages of types that no cell imports
	for _, s := range f.Imports {
		path, _ := strconv.Unquote(s.Path.Value)
		if s.Name != nil {
			local[path] = s.Name.Name
		}
	}
	qualify := func(q *types.Package) string {
		if q == pkg || local[q.Path()] == "." {
			return ""
		}
		if n := local[q.Path()]; n != "" {
			return n
		}
		more = append(more, "import "+strconv.Quote(q.Path()))
		return q.Name()
	}
	run := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	for _, s := range run.Body.List {
		for _, id := range defined(s) {
			if obj := info.Defs[id]; obj != nil && id.Name != "_" && typesOf[id.Name] == "" {
				typesOf[id.Name] = types.TypeString(obj.Type(), qualify)
				p.vars = append(p.vars, id.Name)
			}
		}
	}
	p.imports = append(p.imports, more...)
	return typesOf, nil
}

type importerFunc func(string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// defined lists what a statement defines.
func defined(s ast.Stmt) (ids []*ast.Ident) {
	switch s := s.(type) {
	case *ast.LabeledStmt:
		return defined(s.Stmt)
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, x := range s.Lhs {
				ids = append(ids, x.(*ast.Ident))
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				ids = append(ids, spec.Names...)
			}
		}
	}
	return ids
}

// text is the package: definitions of variables are assignments in it.
func (p *program) text(name string, typesOf map[string]string) (string, error) {
	var src strings.Builder
	var groups []string // of variables that a cell of nothing else declares, in any order
	for i, cell := range p.stmts {
		if len(cell) == 1 && strings.HasPrefix(cell[0], "var (") {
			groups = append(groups, cell[0])
			p.stmts[i] = nil
		}
	}
	src.WriteString("package " + name + "\n" + strings.Join(p.imports, "\n") + "\n" + strings.Join(p.decls, "\n") + "\n")
	src.WriteString(strings.Join(groups, "\n") + "\n")
	for _, v := range p.vars {
		if slices.ContainsFunc(groups, func(g string) bool { return strings.Contains(g, "\t"+v+" ") }) {
			continue
		}
		fmt.Fprintf(&src, "var %s %s\n", v, typesOf[v])
	}
	src.WriteString("func Run() {\n")
	for _, cell := range p.stmts {
		src.WriteString("func() {\n" + strings.Join(cell, "\n") + "\n}()\n")
	}
	src.WriteString("}\n")
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src.String(), parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("%w in\n%s", err, src.String())
	}
	run := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	for _, s := range run.Body.List {
		body := s.(*ast.ExprStmt).X.(*ast.CallExpr).Fun.(*ast.FuncLit).Body
		var out []ast.Stmt
		for _, s := range body.List {
			out = append(out, assigned(s)...)
		}
		body.List = out
	}
	dropUnused(f)
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), f); err != nil {
		return "", err
	}
	return b.String(), nil
}

// assigned is a statement that assigns where it defined.
func assigned(s ast.Stmt) []ast.Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			s.Tok = token.ASSIGN
		}
	case *ast.DeclStmt:
		g := s.Decl.(*ast.GenDecl)
		if g.Tok != token.VAR {
			break
		}
		var out []ast.Stmt
		for _, spec := range g.Specs {
			spec := spec.(*ast.ValueSpec)
			var lhs []ast.Expr
			for _, id := range spec.Names {
				lhs = append(lhs, id)
			}
			if len(spec.Values) > 0 {
				out = append(out, &ast.AssignStmt{Lhs: lhs, Tok: token.ASSIGN, Rhs: spec.Values})
			}
		}
		return out
	}
	return []ast.Stmt{s}
}

// dropUnused takes out imports that a notebook tolerates and Go does not.
func dropUnused(f *ast.File) {
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	seen := map[string]bool{}
	keep := func(s *ast.ImportSpec) bool {
		p, _ := strconv.Unquote(s.Path.Value)
		name := path.Base(p)
		if name == "v2" {
			name = path.Base(path.Dir(p))
		}
		if s.Name != nil {
			name = s.Name.Name
		}
		twice := seen[name+" "+p]
		seen[name+" "+p] = true
		return (used[name] || name == "." || name == "_") && !twice
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			g.Specs = slices.DeleteFunc(g.Specs, func(s ast.Spec) bool { return !keep(s.(*ast.ImportSpec)) })
			g.Lparen = 1
		}
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return ok && g.Tok == token.IMPORT && len(g.Specs) == 0
	})
}
