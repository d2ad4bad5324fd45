package wire

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestTableIsWhole holds the table against the source: every constant of type
// Type has a content, every content type of the package stands in the table
// under the type it names, and every request has its reply.
func TestTableIsWhole(t *testing.T) {
	names, types := declared(t)
	for _, name := range names {
		empty, ok := contents[name]
		if !ok {
			t.Errorf("%s has no content in the table", name)
			continue
		}
		if got := empty().MessageType(); got != name {
			t.Errorf("the table has under %s the content of %s", name, got)
		}
		delete(types, reflect.TypeOf(empty()).Elem().Name())
	}
	if len(contents) != len(names) {
		t.Errorf("the table has %d types, %d are declared", len(contents), len(names))
	}
	delete(types, "Unknown")    // has any type
	delete(types, "ErrorReply") // has any reply's type
	for name := range types {
		t.Errorf("the table never makes a %s", name)
	}
	for _, name := range names {
		if base, ok := strings.CutSuffix(string(name), "_request"); ok && name != TypeInputRequest {
			if r, _ := ReplyTo(name); string(r) != base+"_reply" {
				t.Errorf("the reply to %s is %q", name, r)
			}
		}
	}
}

// declared reads this package's source: the values of the Type constants and
// the names of the types that have a method MessageType.
func declared(t *testing.T) (names []Type, contents map[string]bool) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	contents = make(map[string]bool)
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "MessageType" && d.Recv != nil {
					contents[d.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					v, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					if typ, ok := v.Type.(*ast.Ident); ok && typ.Name == "Type" {
						s, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
						if err != nil {
							t.Fatal(err)
						}
						names = append(names, Type(s))
					}
				}
			}
		}
	}
	if len(names) == 0 {
		t.Fatal("found no constants")
	}
	return names, contents
}

// TestContentsSurviveTheWire encodes an empty content of each type and decodes
// it to the same.
func TestContentsSurviveTheWire(t *testing.T) {
	c, s := NewCodec("k"), NewSession("u")
	for name, empty := range contents {
		frames, err := c.Encode(s.Message(nil, filledIn(empty())))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m, err := c.Decode(frames)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !reflect.DeepEqual(m.Content, filledIn(empty())) {
			t.Errorf("%s came back as %+v", name, m.Content)
		}
	}
}

// filledIn gives raw JSON fields a value: nothing is not JSON.
func filledIn(c Content) Content {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Type().String() == "json.RawMessage" {
			f.SetBytes([]byte(`{"a":1}`))
		}
	}
	return c
}
