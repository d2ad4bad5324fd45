package cells

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"sync"
)

// docs reads the documentation of packages from their source, each package once.
type docs struct {
	pkgs Packages

	mu   sync.Mutex
	read map[string]*packageDocs
}

// packageDocs is what a package's source says of its names. Methods and fields
// are called Type.Name.
type packageDocs struct {
	text string // of the package
	of   map[string]string
	decl map[string]ast.Node
	fset *token.FileSet
}

func (d *docs) of(path string) *packageDocs {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.read[path]; ok {
		return p
	}
	p := &packageDocs{of: map[string]string{}, decl: map[string]ast.Node{}, fset: token.NewFileSet()}
	if d.read == nil {
		d.read = map[string]*packageDocs{}
	}
	d.read[path] = p
	dir, err := d.pkgs.Dir(path)
	if path == "builtin" { // it holds nothing but documentation, and is not listed
		dir, err = d.pkgs.Dir("context")
		dir = filepath.Join(filepath.Dir(dir), "builtin")
	}
	if err != nil {
		return p // a package without source has no documentation
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return p
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := build.Default.MatchFile(dir, filepath.Base(name)); err != nil || !ok {
			continue
		}
		if f, err := parser.ParseFile(p.fset, name, nil, parser.ParseComments|parser.SkipObjectResolution); err == nil {
			p.file(f)
		}
	}
	return p
}

// file takes in the declarations of a file.
func (p *packageDocs) file(f *ast.File) {
	if f.Doc != nil && len(f.Doc.Text()) > len(p.text) {
		p.text = f.Doc.Text()
	}
	for _, decl := range f.Decls {
		p.add(decl)
	}
}

func (p *packageDocs) add(decl ast.Decl) {
	note := func(name string, n ast.Node, groups ...*ast.CommentGroup) {
		p.decl[name] = n
		for _, g := range groups {
			if g != nil {
				p.of[name] = g.Text()
				return
			}
		}
	}
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		name := decl.Name.Name
		if decl.Recv != nil {
			name = receiverName(decl) + "." + name
		}
		note(name, decl, decl.Doc)
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				var n ast.Node = decl
				if len(decl.Specs) > 1 {
					n = &ast.GenDecl{Tok: decl.Tok, Specs: []ast.Spec{spec}, TokPos: spec.Pos()}
				}
				for _, id := range spec.Names {
					note(id.Name, n, spec.Doc, spec.Comment, decl.Doc)
				}
			case *ast.TypeSpec:
				note(spec.Name.Name, &ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{spec}, TokPos: spec.Pos()}, spec.Doc, decl.Doc)
				p.members(spec)
			}
		}
	}
}

// members takes in the fields of a struct type and the methods of an interface.
func (p *packageDocs) members(spec *ast.TypeSpec) {
	var list *ast.FieldList
	switch t := spec.Type.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return
	}
	for _, f := range list.List {
		text := f.Doc.Text()
		if text == "" {
			text = f.Comment.Text()
		}
		for _, id := range f.Names {
			p.of[spec.Name.Name+"."+id.Name] = text
			p.decl[spec.Name.Name+"."+id.Name] = f
		}
	}
}

// source prints the declaration of a name as it stands in the package, less the
// documentation before it.
func (p *packageDocs) source(name string) string {
	n := p.decl[name]
	switch d := n.(type) {
	case nil:
		return ""
	case *ast.FuncDecl:
		dup := *d
		dup.Doc = nil
		n = &dup
	case *ast.GenDecl:
		dup := *d
		dup.Doc = nil
		if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
			bare := *spec
			bare.Doc = nil
			dup.Specs = []ast.Spec{&bare}
		}
		n = &dup
	}
	var b bytes.Buffer
	if err := format.Node(&b, p.fset, n); err != nil {
		return ""
	}
	return b.String()
}

// synopsis is the first sentence of a documentation comment.
func synopsis(text string) string { return new(doc.Package).Synopsis(text) }

// markdown turns a documentation comment into Markdown.
func markdown(text string) string {
	pr := &comment.Printer{HeadingLevel: 4, DocLinkURL: func(*comment.DocLink) string { return "" }}
	return strings.TrimSpace(string(pr.Markdown(new(comment.Parser).Parse(text))))
}
