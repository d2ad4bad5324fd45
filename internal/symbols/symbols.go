// Package symbols holds what interpreted notebook cells can import beside the
// standard library: lislab's own packages, gota and gonum, as reflect values.
// Nothing but the main program links it.
package symbols

import "reflect"

//go:generate go run ./gen

// Package is the table of one package, in the shape that gomacro and
// gophernotes read.
type Package = struct {
	Name string
	// Binds are functions, typed constants and (addressable) variables.
	Binds map[string]reflect.Value
	Types map[string]reflect.Type
	// Proxies let interpreted types implement the package's interfaces.
	Proxies map[string]reflect.Type
	// Untypeds are untyped constants, as gomacro writes them.
	Untypeds map[string]string
	// Wrappers are the methods that a type has from what it embeds.
	Wrappers map[string][]string
}

// Packages are the tables by import path.
var Packages = map[string]Package{}
