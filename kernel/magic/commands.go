package magic

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
