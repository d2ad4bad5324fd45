package rt

import (
	"reflect"
	"sync"
)

var bodies sync.Map // package path -> func()

// Register is called as a cell's plugin is opened: body runs the cell whose
// package has the given import path.
func Register(path string, body func()) { bodies.Store(path, body) }

// Body returns what Register was given, nil where that package is not loaded.
func Body(path string) func() {
	if f, ok := bodies.Load(path); ok {
		return f.(func())
	}
	return nil
}

var types sync.Map // import path and name -> reflect.Type

// Type is called as a cell's plugin is opened, for each type that the cell
// declares: key is its package's path, a dot and its name.
func Type(key string, nilT any) { types.Store(key, reflect.TypeOf(nilT).Elem()) }

// TypeOf returns what Type was given.
func TypeOf(key string) (reflect.Type, bool) {
	if t, ok := types.Load(key); ok {
		return t.(reflect.Type), true
	}
	return nil, false
}
