// Gen writes the symbol tables of package symbols, a file per package, from
// the packages' types, into the directory that is its argument (".").
package main

import (
	"bytes"
	"fmt"
	"go/constant"
	"go/format"
	"go/types"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/lislab/lislab/"

// paths are the packages that cells import without a compiler.
var paths = []string{
	module + "datasets",
	module + "datasets/frame",
	module + "datasets/online",
	module + "datasets/table",
	module + "datasets/worlds",
	module + "kernel/display",
	module + "kernel/display/figure",
	module + "kernel/display/frame",
	module + "kernel/widget",
	module + "lis",
	module + "lis/abtest",
	module + "lis/auc",
	module + "lis/handoff",
	module + "lis/scores",
	module + "lis/student",
	module + "plots",
	"github.com/go-gota/gota/dataframe",
	"github.com/go-gota/gota/series",
	"gonum.org/v1/gonum/floats",
	"gonum.org/v1/gonum/mat",
	"gonum.org/v1/gonum/stat",
	"gonum.org/v1/gonum/stat/distuv",
	"gonum.org/v1/plot",
	"gonum.org/v1/plot/font",
	"gonum.org/v1/plot/palette",
	"gonum.org/v1/plot/plotter",
	"gonum.org/v1/plot/plotutil",
	"gonum.org/v1/plot/text",
	"gonum.org/v1/plot/vg",
	"gonum.org/v1/plot/vg/draw",
	"gonum.org/v1/plot/vg/vgimg",
	"gonum.org/v1/plot/vg/vgsvg",
}

// std are the packages of the standard library that cells import; gomacro's own
// tables of them are of an old Go.
var std = strings.Fields(`
archive/tar archive/zip bufio bytes cmp compress/bzip2 compress/flate compress/gzip compress/zlib container/heap
container/list container/ring context crypto/hmac crypto/md5 crypto/rand crypto/sha1 crypto/sha256 crypto/sha512
database/sql encoding encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/gob encoding/hex
encoding/json encoding/pem encoding/xml errors expvar flag fmt go/ast go/constant go/format go/parser go/printer
go/scanner go/token go/types hash hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash html html/template image
image/color image/color/palette image/draw image/gif image/jpeg image/png io io/fs log log/slog maps math math/big
math/bits math/cmplx math/rand math/rand/v2 mime mime/multipart net net/http net/http/cookiejar net/http/httptest
net/http/httputil net/mail net/netip net/textproto net/url os os/exec os/signal os/user path path/filepath reflect
regexp regexp/syntax runtime runtime/debug runtime/metrics runtime/pprof runtime/trace slices sort strconv strings sync
sync/atomic text/scanner text/tabwriter text/template text/template/parse time unicode unicode/utf16 unicode/utf8
`)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	old, err := filepath.Glob(filepath.Join(dir, "z_*.go"))
	if err != nil {
		log.Fatal(err)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile}, append(std, paths...)...)
	if err != nil {
		log.Fatal(err)
	}
	written := map[string]bool{}
	for _, p := range pkgs {
		if len(p.Errors) > 0 {
			log.Fatalf("%s: %v", p.PkgPath, p.Errors[0])
		}
		name := "z_" + strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(strings.TrimPrefix(p.PkgPath, module)) + ".go"
		src, err := table(p.Types)
		if src == nil && err == nil {
			continue
		}
		if err != nil {
			log.Fatalf("%s: %v", p.PkgPath, err)
		}
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, src, 0o644); err != nil {
			log.Fatal(err)
		}
		written[name] = true
	}
	for _, name := range old {
		if !written[name] {
			if err := os.Remove(name); err != nil {
				log.Fatal(err)
			}
		}
	}
}

// writer collects the file of one package.
type writer struct {
	pkg     *types.Package
	imports map[string]string // path to the name it is imported by
	proxies bytes.Buffer
}

// table is the file of package p; nil where p has nothing but generic symbols.
func table(p *types.Package) ([]byte, error) {
	w := &writer{pkg: p, imports: map[string]string{p.Path(): "pkg"}}
	w.imports["reflect"] = "reflect" // also where p is that
	pkg := w.imports[p.Path()]
	var binds, typs, proxies, untypeds, wrappers []string
	for _, name := range p.Scope().Names() {
		obj := p.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			if b, ok := obj.Type().(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
				untypeds = append(untypeds, fmt.Sprintf("%q: %q", name, untyped(b, obj.Val())))
				// gomacro looks the name up among the binds and the value here.
				binds = append(binds, fmt.Sprintf("%q: reflect.ValueOf(%s)", name, typed("pkg."+name, b, obj.Val())))
				continue
			}
			binds = append(binds, fmt.Sprintf("%q: reflect.ValueOf(%s.%s)", name, pkg, name))
		case *types.Var:
			binds = append(binds, fmt.Sprintf("%q: reflect.ValueOf(&%s.%s).Elem()", name, pkg, name))
		case *types.Func:
			if obj.Signature().TypeParams() == nil {
				binds = append(binds, fmt.Sprintf("%q: reflect.ValueOf(%s.%s)", name, pkg, name))
			}
		case *types.TypeName:
			if i, ok := obj.Type().Underlying().(*types.Interface); generic(obj.Type()) || ok && !i.IsMethodSet() {
				continue
			}
			typs = append(typs, fmt.Sprintf("%q: reflect.TypeFor[%s.%s]()", name, pkg, name))
			if i, ok := obj.Type().Underlying().(*types.Interface); ok && w.proxy(name, i) {
				proxies = append(proxies, fmt.Sprintf("%q: reflect.TypeFor[%s]()", name, w.proxyName(name)))
			}
			if list := promoted(obj.Type()); len(list) > 0 {
				wrappers = append(wrappers, fmt.Sprintf("%q: {%s}", name, strings.Join(list, ", ")))
			}
		}
	}
	if len(binds)+len(typs)+len(untypeds) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "// Code generated by go generate; DO NOT EDIT.\n\n//lint:file-ignore SA1019 cells may use what is deprecated\n\npackage symbols\n\nimport (\n")
	for _, path := range slices.Sorted(mapKeys(w.imports)) {
		fmt.Fprintf(&b, "\t%s %q\n", w.imports[path], path)
	}
	fmt.Fprintf(&b, ")\n\nfunc init() {\n\tPackages[%q] = Package{\n\t\tName: %q,\n", p.Path(), p.Name())
	for _, m := range []struct {
		field, typ string
		entries    []string
	}{
		{"Binds", "map[string]reflect.Value", binds},
		{"Types", "map[string]reflect.Type", typs},
		{"Proxies", "map[string]reflect.Type", proxies},
		{"Untypeds", "map[string]string", untypeds},
		{"Wrappers", "map[string][]string", wrappers},
	} {
		if len(m.entries) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\t\t%s: %s{\n", m.field, m.typ)
		for _, e := range m.entries {
			fmt.Fprintf(&b, "\t\t\t%s,\n", e)
		}
		fmt.Fprintf(&b, "\t\t},\n")
	}
	fmt.Fprintf(&b, "\t}\n}\n")
	b.Write(w.proxies.Bytes())
	return format.Source(b.Bytes())
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func generic(t types.Type) bool {
	switch t := t.(type) {
	case *types.Named:
		return t.TypeParams() != nil
	case *types.Alias:
		return t.TypeParams() != nil
	}
	return false
}

// untyped writes a constant as gomacro's package base/untyped reads it.
func untyped(b *types.Basic, v constant.Value) string {
	switch b.Kind() {
	case types.UntypedBool:
		return "bool:" + v.ExactString()
	case types.UntypedRune:
		return "rune:" + v.ExactString()
	case types.UntypedInt:
		return "int:" + v.ExactString()
	case types.UntypedFloat:
		return "float:" + v.ExactString()
	case types.UntypedComplex:
		return "complex:" + constant.Real(v).ExactString() + ":" + constant.Imag(v).ExactString()
	case types.UntypedString:
		return "string:" + constant.StringVal(v)
	}
	return "nil"
}

// typed is an untyped constant of a type that holds it.
func typed(name string, b *types.Basic, v constant.Value) string {
	if b.Kind() == types.UntypedInt {
		if _, ok := constant.Int64Val(v); !ok {
			return "float64(" + name + ")"
		}
	}
	return name
}

// promoted lists the methods that t has from what it embeds, quoted.
func promoted(t types.Type) []string {
	if types.IsInterface(t) {
		return nil
	}
	var list []string
	set := types.NewMethodSet(types.NewPointer(t))
	for i := range set.Len() {
		if m := set.At(i); len(m.Index()) > 1 && m.Obj().Exported() {
			list = append(list, fmt.Sprintf("%q", m.Obj().Name()))
		}
	}
	return list
}

func (w *writer) proxyName(name string) string {
	return "p_" + strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(w.pkg.Path()) + "_" + name
}

// qualify names a package in the file, and imports it.
func (w *writer) qualify(p *types.Package) string {
	if name, ok := w.imports[p.Path()]; ok {
		return name
	}
	name := p.Name()
	for w.taken(name) {
		name += "_"
	}
	w.imports[p.Path()] = name
	return name
}

func (w *writer) taken(name string) bool {
	for _, n := range w.imports {
		if n == name {
			return true
		}
	}
	return false
}

// proxy writes a struct whose methods call functions, so that an interpreted
// value can stand for the interface; it reports false where that cannot be.
func (w *writer) proxy(name string, i *types.Interface) bool {
	if !i.IsMethodSet() || i.NumMethods() == 0 {
		return false
	}
	for m := range i.Methods() {
		if !m.Exported() || !nameable(m.Type(), map[types.Type]bool{}) {
			return false
		}
	}
	var fields, methods bytes.Buffer
	pn := w.proxyName(name)
	for m := range i.Methods() {
		sig := m.Signature()
		var in, params, args []string
		for k := range sig.Params().Len() {
			t := types.TypeString(sig.Params().At(k).Type(), w.qualify)
			if sig.Variadic() && k == sig.Params().Len()-1 {
				elem := "..." + types.TypeString(sig.Params().At(k).Type().(*types.Slice).Elem(), w.qualify)
				params = append(params, fmt.Sprintf("a%d %s", k, elem))
				args = append(args, fmt.Sprintf("a%d...", k))
				in = append(in, elem)
				continue
			}
			params = append(params, fmt.Sprintf("a%d %s", k, t))
			args = append(args, fmt.Sprintf("a%d", k))
			in = append(in, t)
		}
		var out []string
		for r := range sig.Results().Variables() {
			out = append(out, types.TypeString(r.Type(), w.qualify))
		}
		results := strings.Join(out, ", ")
		if len(out) > 1 {
			results = "(" + results + ")"
		}
		ret := ""
		if len(out) > 0 {
			ret = "return "
		}
		fmt.Fprintf(&fields, "\t%s_ func(%s) %s\n", m.Name(), strings.Join(append([]string{"any"}, in...), ", "), results)
		fmt.Fprintf(&methods, "\nfunc (p *%s) %s(%s) %s { %sp.%s_(%s) }\n", pn, m.Name(), strings.Join(params, ", "), results, ret, m.Name(), strings.Join(append([]string{"p.Object"}, args...), ", "))
	}
	fmt.Fprintf(&w.proxies, "\ntype %s struct {\n\tObject any\n%s}\n%s", pn, fields.String(), methods.String())
	return true
}

// nameable says whether another package can write the type.
func nameable(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return true
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Named:
		o := t.Obj()
		if o.Pkg() != nil && (!o.Exported() || strings.Contains(o.Pkg().Path()+"/", "internal/")) {
			return false
		}
		for a := range t.TypeArgs().Types() {
			if !nameable(a, seen) {
				return false
			}
		}
		return true
	case *types.Alias:
		return nameable(types.Unalias(t), seen)
	case *types.Pointer:
		return nameable(t.Elem(), seen)
	case *types.Slice:
		return nameable(t.Elem(), seen)
	case *types.Array:
		return nameable(t.Elem(), seen)
	case *types.Chan:
		return nameable(t.Elem(), seen)
	case *types.Map:
		return nameable(t.Key(), seen) && nameable(t.Elem(), seen)
	case *types.Signature:
		for v := range t.Params().Variables() {
			if !nameable(v.Type(), seen) {
				return false
			}
		}
		for v := range t.Results().Variables() {
			if !nameable(v.Type(), seen) {
				return false
			}
		}
		return true
	case *types.Basic:
		return true
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() || !nameable(f.Type(), seen) {
				return false
			}
		}
		return true
	case *types.Interface:
		for m := range t.Methods() {
			if !m.Exported() || !nameable(m.Type(), seen) {
				return false
			}
		}
		return true
	}
	return false
}
