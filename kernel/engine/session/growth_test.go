package session

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// resident is the resident memory of a process, in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Skipf("this system does not tell a process's memory: %v", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestManyCellsStaySmall runs compiled cells, whose plugins never unload, and
// bounds what each adds: 200 of them have to stay far below 1.5 GB.
func TestManyCellsStaySmall(t *testing.T) {
	n := openCompiled(t)
	some := func(from, to int) {
		for i := from; i < to; i++ {
			code := strings.ReplaceAll("func many_N(xs ...int) (sum int) {\n\tfor _, x := range xs {\n\t\tsum += x * N\n\t}\n\treturn sum\n}\nmany_N(1, 2)", "N", fmt.Sprint(i))
			n.shows(code, fmt.Sprint("result: ", 3*i))
		}
	}
	some(0, 10)
	pid := n.s.proc.cmd.Process.Pid
	worker, kernel := resident(t, pid), resident(t, os.Getpid())
	some(10, 40)
	const most = 4 << 20 // a cell: 200 of them are 800 MB
	grown := resident(t, pid) - worker + resident(t, os.Getpid()) - kernel
	t.Logf("%d kB a cell", grown/30>>10)
	if grown > 30*most {
		t.Errorf("30 cells have added %d MB", grown>>20)
	}
}
