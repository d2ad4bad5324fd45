package rt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

func TestVariablesAreSharedByKey(t *testing.T) {
	a := (**int)(Var("x int", (*int)(nil)))
	b := (**int)(Var("x int", (*int)(nil)))
	**a = 7
	if **b != 7 {
		t.Errorf("the second user of the key sees %d", **b)
	}
	held := *a
	fresh := new(int)
	*fresh = 8
	*a = fresh
	if **b != 8 || *held != 7 {
		t.Errorf("after a redefinition: by name %d, by pointer %d", **b, *held)
	}
	if v := Lookup("x int"); v.Type() != reflect.TypeFor[*int]() || v.Elem().Int() != 8 {
		t.Errorf("Lookup gives %v", v)
	}
	Define("x int", reflect.ValueOf(held))
	if **b != 7 {
		t.Errorf("after Define: %d", **b)
	}
	s := (**string)(Var("x string", (*string)(nil)))
	if **s != "" || **a != 7 {
		t.Error("a variable of another type is another variable")
	}
	Forget("x int", "x string")
	if Lookup("x int").IsValid() {
		t.Error("forgotten, and still there")
	}
}

func TestKeyOfAnotherTypePanics(t *testing.T) {
	defer Forget("y int")
	Var("y int", (*int)(nil))
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	Var("y int", (*string)(nil))
}

func TestFunctionsAreLateBound(t *testing.T) {
	defer Forget("f func() int")
	f := (*func() int)(Func("f func() int", (*func() int)(nil)))
	*f = func() int { return 1 }
	caller := func() int { return (*f)() }
	g := (*func() int)(Func("f func() int", (*func() int)(nil)))
	*g = func() int { return 2 }
	if caller() != 2 {
		t.Error("the caller reaches the old function")
	}
}

func TestAliasKeepsStorage(t *testing.T) {
	type old struct{ N int }
	type grown struct{ N int }
	defer Forget("v old", "v grown")
	v := (**old)(Var("v old", (*old)(nil)))
	(*v).N = 3
	Alias("v grown", (*grown)(nil), "v old")
	w := (**grown)(Var("v grown", (*grown)(nil)))
	(*w).N++
	if (*v).N != 4 || unsafe.Pointer(*v) != unsafe.Pointer(*w) {
		t.Errorf("old sees %d", (*v).N)
	}
}

func TestMovedTellsWhatWasDefined(t *testing.T) {
	defer Forget("a int", "b int", "c int")
	a := (**int)(Var("a int", (*int)(nil)))
	mark := Mark([]string{"a int", "b int", "c int"})
	*a = new(int)
	Var("b int", (*int)(nil))
	if got := Moved(mark); !slices.Equal(got, []string{"a int", "b int"}) {
		t.Errorf("moved: %v", got)
	}
}

func run(t *testing.T, c *Cell, body func()) (normal bool, value any) {
	t.Helper()
	select {
	case <-Run(c, body, func(n bool, v any, _ []byte) { normal, value = n, v }):
	case <-time.After(time.Minute):
		t.Fatal("the cell does not end")
	}
	return normal, value
}

func TestStopEndsLoopsAndRunsDefers(t *testing.T) {
	c := &Cell{ID: 1, Context: context.Background()}
	defer Release(c)
	defer stopping.Add(-1)
	running, cleaned := make(chan bool), false
	go func() {
		<-running
		c.Stop()
	}()
	normal, value := run(t, c, func() {
		defer func() { cleaned = true }()
		defer func() { _ = recover() }() // must not stop it
		for i := 0; ; i++ {
			Poll()
			if i == 10 {
				close(running)
			}
		}
	})
	if normal || value != nil || !cleaned {
		t.Errorf("normal %v, value %v, cleaned %v", normal, value, cleaned)
	}
	next := &Cell{ID: 2}
	defer Release(next)
	if normal, _ := run(t, next, func() { Poll(); Enter() }); !normal {
		t.Error("the cell after a stopped one was stopped too")
	}
}

func TestGoroutinesBelongToTheirCell(t *testing.T) {
	first, second := &Cell{ID: 3}, &Cell{ID: 4}
	defer Release(first)
	defer Release(second)
	ask, answer := make(chan bool), make(chan *Cell)
	run(t, first, func() {
		go func() {
			<-ask
			var wg sync.WaitGroup
			wg.Go(func() { answer <- Current() })
			wg.Wait()
		}()
	})
	run(t, second, func() {
		if Current() != second {
			t.Error("the running cell is not its own")
		}
		close(ask)
		if <-answer != first {
			t.Error("a goroutine's goroutine lost its cell")
		}
	})
	if Current() != second {
		t.Error("a goroutine without a cell belongs to the newest")
	}
}

func TestLostGoroutineIsTold(t *testing.T) {
	lost := make(chan any, 1)
	c := &Cell{ID: 5, Lost: func(v any, stack []byte) {
		if !strings.Contains(string(stack), "TestLostGoroutineIsTold") {
			t.Errorf("stack:\n%s", stack)
		}
		lost <- v
	}}
	defer Release(c)
	run(t, c, func() {
		go func() {
			defer End()
			panic("oh")
		}()
		if v := <-lost; v != "oh" {
			t.Errorf("lost %v", v)
		}
	})
}

func recurse(n int) int {
	Enter()
	if n == 0 {
		return 0
	}
	return 1 + recurse(n-1)
}

func TestRecursionWithoutEndPanics(t *testing.T) {
	if stackUsed() == 0 {
		t.Skip("this processor's stack is not measured")
	}
	c := &Cell{ID: 6}
	defer Release(c)
	if normal, _ := run(t, c, func() { recurse(1_000_000) }); !normal {
		t.Error("a deep recursion that ends was stopped")
	}
	normal, value := run(t, c, func() { recurse(1 << 40) })
	if _, ok := value.(StackOverflow); normal || !ok {
		t.Errorf("normal %v, value %v", normal, value)
	}
}

func TestUnread(t *testing.T) {
	Unread("err", nil)
	defer func() {
		u, ok := recover().(Unchecked)
		if !ok || u.Name != "err" || !errors.Is(u, os.ErrNotExist) {
			t.Errorf("recovered %v", u)
		}
	}()
	Unread("err", os.ErrNotExist)
}

func TestStdoutOfTheCell(t *testing.T) {
	Own(os.Stdout)
	c := &Cell{ID: 7, Stream: func(bool) *os.File { return os.Stderr }}
	defer Release(c)
	run(t, c, func() {
		if Stdout() != os.Stderr {
			t.Error("the cell's own output is not used")
		}
		old := os.Stdout
		os.Stdout = os.NewFile(99, "redirected")
		if Stdout() != os.Stdout {
			t.Error("the notebook's redirection is not respected")
		}
		os.Stdout = old
	})
}

func BenchmarkPoll(b *testing.B)  { inCell(b, Poll) }
func BenchmarkEnter(b *testing.B) { inCell(b, Enter) }

// inCell times a guard before any cell was stopped and after.
func inCell(b *testing.B, guard func()) {
	for _, after := range []bool{false, true} {
		b.Run(fmt.Sprintf("stopped=%v", after), func(b *testing.B) {
			if after {
				(&Cell{}).Stop()
				defer stopping.Add(-1)
			}
			c := &Cell{ID: 8}
			defer Release(c)
			<-Run(c, func() {
				for b.Loop() {
					guard()
				}
			}, func(bool, any, []byte) {})
		})
	}
}
