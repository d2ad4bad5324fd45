package magic

import (
	"strings"

	"github.com/lislab/lislab/internal/nearest"
)

// Command documents one command.
type Command struct {
	// Usage as it is typed, sign included.
	Usage string
	// Doc in one line.
	Doc string
}

// Commands lists what the kernel understands beside Go.
var Commands = []Command{
	{"%time STATEMENT", "run the statement once and say how long it took"},
	{"%timeit STATEMENT", "run the statement many times and say how long one run takes"},
	{"%who", "list the notebook's variables with their types"},
	{"%reset", "forget every variable, as a restart does"},
	{"%cd DIR", "change the working directory of the cells; without DIR, say it"},
	{"%env [NAME[=VALUE]]", "show or set environment variables of the cells"},
	{"%get MODULE[@VERSION]", "add a Go module to this session, so that cells can import it"},
	{"%help", "show this list"},
	{"!COMMAND", "run a shell command, its output live in the cell"},
	{"%%bash", "run the rest of the cell with bash"},
	{"%%sql [NAME]", "ask files and tables in SQL (DuckDB), $x bound to the Go variable x; show the frame and keep it as NAME"},
	{"%%writefile [-a] FILE", "write the rest of the cell to FILE (-a: append)"},
	{"%%time", "run the cell and say how long it took"},
	{"%%timeit", "run the cell many times and say how long one run takes"},
}

// Nearest is the command that an unknown one (its sign included) most likely
// meant, or "".
func Nearest(name string) string {
	var names []string
	for _, c := range Commands {
		if n, _, _ := strings.Cut(c.Usage, " "); strings.HasPrefix(n, "%") {
			names = append(names, n)
		}
	}
	if bare := strings.TrimLeft(name, "%"); bare != name { // the right word behind the wrong sign
		for _, n := range names {
			if n != name && strings.TrimLeft(n, "%") == bare {
				return n
			}
		}
	}
	return nearest.Word(name, names)
}
