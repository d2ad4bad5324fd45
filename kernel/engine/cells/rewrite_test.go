package cells

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/printer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what comes out into the archives")

// TestRewrite goes through the archives in testdata/rewrite. Each holds the cells
// of a notebook, 1, 2, …, and after each of them what comes out: the file
// "package", or "error".
func TestRewrite(t *testing.T) {
	paths, err := filepath.Glob("testdata/rewrite/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := notebook(t)
			made := emitted{}
			out := &txtar.Archive{Comment: archive.Comment}
			n := 0
			for i, f := range archive.Files {
				if f.Name == "package" || f.Name == "error" {
					continue
				}
				n++
				out.Files = append(out.Files, f)
				want := txtar.File{}
				if i+1 < len(archive.Files) {
					want = archive.Files[i+1]
				}
				got := txtar.File{Name: "package"}
				cell, err := s.Check(context.Background(), n, strings.TrimSuffix(string(f.Data), "\n"))
				var errs Errors
				switch {
				case errors.As(err, &errs):
					got = txtar.File{Name: "error", Data: []byte(strings.Join(errs.Lines(), "\n") + "\n")}
				case err != nil:
					t.Fatal(err)
				default:
					made.check(t, cell)
					got.Data = []byte(readable(s, made, cell))
					s.Commit(cell, nil)
				}
				out.Files = append(out.Files, got)
				if !*update && (got.Name != want.Name || string(got.Data) != string(want.Data)) {
					t.Errorf("cell %d comes out as %s\n%s\nwant %s\n%s", n, got.Name, got.Data, want.Name, want.Data)
				}
			}
			if *update {
				if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// emitted holds the packages that came out, by path, as the type checker reads
// them.
type emitted map[string]*emittedPackage

type emittedPackage struct {
	pkg *types.Package
	n   int
}

func (m emitted) Import(path string) (*types.Package, error) {
	if p, ok := m[path]; ok {
		return p.pkg, nil
	}
	return goImporter.Import(path)
}

var goImporter = importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return shared.Export(path) })

// check type-checks what a cell came out as, as the compiler would: soft errors
// count.
func (m emitted) check(t *testing.T, cell *Cell) {
	t.Helper()
	if cell.Package == nil || m[cell.Package.Path] != nil {
		return
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "cell.go", cell.Package.Source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v\n%s", err, cell.Package.Source)
	}
	f.Decls = withoutCgo(f)
	conf := types.Config{Importer: m, Error: func(err error) { t.Errorf("%v in\n%s", err, cell.Package.Source) }}
	pkg, err := conf.Check(cell.Package.Path, fset, []*ast.File{f}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m[cell.Package.Path] = &emittedPackage{pkg, cell.N}
}

// withoutCgo drops the imports that only the linker wants.
func withoutCgo(f *ast.File) []ast.Decl {
	var decls []ast.Decl
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			if spec := g.Specs[0].(*ast.ImportSpec); spec.Name != nil && spec.Name.Name == "_" {
				continue
			}
		}
		decls = append(decls, d)
	}
	return decls
}

var lineDirective = regexp.MustCompile(`(?m)^//line .*\n`)

// readable is a package less line directives and imports that are always there,
// formatted, with hashes replaced by the numbers of cells.
func readable(s *Session, made emitted, cell *Cell) string {
	if cell.Package == nil {
		return ""
	}
	src := lineDirective.ReplaceAllString(string(cell.Package.Source), "")
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return err.Error()
	}
	f.Decls = withoutCgo(f)
	var b strings.Builder
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT && strings.Contains(g.Specs[0].(*ast.ImportSpec).Path.Value, rtPath) {
			continue
		}
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" {
			continue
		}
		_ = printer.Fprint(&b, fset, d)
		b.WriteString("\n")
	}
	text := b.String()
	for path, p := range made {
		text = strings.ReplaceAll(text, path, fmt.Sprintf("cell%d", p.n))
	}
	return text
}

func TestLinesLeadBackToTheCell(t *testing.T) {
	s := notebook(t)
	code := "x := 1\n\nfunc f(n int) int {\n\tfor range n {\n\t\tx++\n\t}\n\treturn x\n}\ny := f(2) + \\\n"
	code = strings.Replace(code, "\\\n", "\n\tf(3)\ny", 1)
	cell, err := s.Check(context.Background(), 7, code)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "cell.go", cell.Package.Source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IncDecStmt:
			lines["x++"] = fset.Position(n.Pos()).Line
		case *ast.ReturnStmt:
			lines["return"] = fset.Position(n.Pos()).Line
		case *ast.BinaryExpr:
			lines["sum"] = fset.Position(n.Y.Pos()).Line
		case *ast.ForStmt, *ast.RangeStmt:
			lines["for"] = fset.Position(n.Pos()).Line
		}
		return true
	})
	for what, want := range map[string]int{"for": 4, "x++": 5, "return": 7, "sum": 10} {
		if lines[what] != want {
			t.Errorf("%s is in line %d, want %d, of\n%s", what, lines[what], want, cell.Package.Source)
		}
	}
	if got := s.Relabel("\t/tmp/x/" + fset.Position(f.Decls[len(f.Decls)-1].Pos()).Filename + ":3 +0x1"); strings.Contains(got, "cell_") {
		t.Errorf("relabelled: %s", got)
	}
}

// TestCheckLeavesTheSyntaxAlone rewrites every archive's cells again and compares
// their syntax before and after.
func TestCheckLeavesTheSyntaxAlone(t *testing.T) {
	paths, err := filepath.Glob("testdata/rewrite/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := notebook(t)
		given(t, s, "import \"fmt\"")
		for n, f := range archive.Files {
			if f.Name == "package" || f.Name == "error" {
				continue
			}
			src, err := split(s.fset, n, string(f.Data))
			if err != nil {
				continue
			}
			nodes := src.nodes()
			before := dump(nodes)
			c := &check{s: s, src: src, from: s.now, before: s.now, dropped: map[*unit]bool{}, cell: &Cell{}}
			if c.imports, _ = readImports(src); c.run() == nil {
				s.now = c.next
			}
			if after := dump(nodes); after != before {
				t.Errorf("%s, cell %d: the syntax was changed from\n%s\nto\n%s", path, n, before, after)
			}
		}
	}
}

func dump(nodes []ast.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		_ = ast.Fprint(&b, nil, n, func(name string, v reflect.Value) bool { return name != "Obj" && name != "Doc" })
	}
	return b.String()
}
