package rt

import (
	"fmt"
	"reflect"
	"sort"
	"sync"
	"unsafe"
)

// The store maps keys to slots. A key is a name and a type as the front end
// spells it ("x int", "df github.com/go-gota/gota/dataframe.DataFrame"), so a
// variable that is redefined with another type gets a slot of its own, and code
// that was compiled against the old type keeps the old one.
var store struct {
	sync.Mutex
	slots map[string]*slot
}

// slot is where a name leads. p is the address of the variable's storage; a
// redefinition makes fresh storage and moves p, so that a named function, which
// looks its variables up through the slot, reaches the newest one, while a
// pointer or a closure that was taken before keeps what it had.
type slot struct {
	p   unsafe.Pointer
	typ reflect.Type
	fn  bool
	key string
}

func find(key string, typ reflect.Type, fn bool) *slot {
	if store.slots == nil {
		store.slots = map[string]*slot{}
	}
	s := store.slots[key]
	if s == nil {
		s = &slot{p: reflect.New(typ).UnsafePointer(), typ: typ, fn: fn, key: key}
		store.slots[key] = s
	} else if s.typ != typ {
		panic(fmt.Sprintf("rt: %q holds a %v, asked for a %v", key, s.typ, typ))
	}
	return s
}

// Var returns the slot of the variable with the given key: the address of the
// word that holds the address of the variable's storage, a **T for a variable of
// type T. nilT is a nil *T that says which type. A variable that did not exist
// starts as its type's zero value. Var panics if the key is in use for another
// type, which would be a fault of the front end.
func Var(key string, nilT any) unsafe.Pointer {
	store.Lock()
	defer store.Unlock()
	return unsafe.Pointer(&find(key, reflect.TypeOf(nilT).Elem(), false).p)
}

// Func returns the address of the word that holds the newest function (or
// method) with the given key, a *func(…) …; nilT is a nil pointer of that type.
func Func(key string, nilT any) unsafe.Pointer {
	store.Lock()
	defer store.Unlock()
	return find(key, reflect.TypeOf(nilT).Elem(), true).p
}

// Alias makes the variable newKey, of a type with the memory layout of old's,
// live in the storage of the variable oldKey. The front end asks for it when a
// type is declared again with more methods, so that variables move to the new
// type without a copy. It does nothing where oldKey does not exist.
func Alias(newKey string, nilT any, oldKey string) {
	store.Lock()
	defer store.Unlock()
	old := store.slots[oldKey]
	if old == nil {
		return
	}
	find(newKey, reflect.TypeOf(nilT).Elem(), false).p = old.p
}

// Lookup returns the variable or function with the given key as a pointer to
// its storage, or an invalid Value where there is none.
func Lookup(key string) reflect.Value {
	store.Lock()
	defer store.Unlock()
	s := store.slots[key]
	if s == nil {
		return reflect.Value{}
	}
	return reflect.NewAt(s.typ, s.p)
}

// Define makes ptr, a *T, the storage of the variable with the given key, as a
// compiled definition does; the interpreter's definitions come this way.
func Define(key string, ptr reflect.Value) {
	store.Lock()
	defer store.Unlock()
	find(key, ptr.Type().Elem(), false).p = ptr.UnsafePointer()
}

// Mark and Moved tell which variables a cell has really defined: Mark notes
// where each of keys leads now ("" for nothing), and Moved, given that note,
// reports the keys that lead elsewhere since. A cell that panics half-way has
// defined only those.
func Mark(keys []string) map[string]uintptr {
	store.Lock()
	defer store.Unlock()
	at := make(map[string]uintptr, len(keys))
	for _, k := range keys {
		at[k] = 0
		if s := store.slots[k]; s != nil {
			at[k] = uintptr(s.p)
		}
	}
	return at
}

// Moved: see Mark. The keys come sorted.
func Moved(mark map[string]uintptr) []string {
	store.Lock()
	defer store.Unlock()
	var moved []string
	for k, p := range mark {
		if s := store.slots[k]; s != nil && uintptr(s.p) != p {
			moved = append(moved, k)
		}
	}
	sort.Strings(moved)
	return moved
}

// Forget drops the slots with the given keys, so that what they held can be
// collected. Code that was compiled against a dropped slot keeps it.
func Forget(keys ...string) {
	store.Lock()
	defer store.Unlock()
	for _, k := range keys {
		delete(store.slots, k)
	}
}
