package rt

import "sync"

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
