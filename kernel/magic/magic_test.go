package magic

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, code string
		want       []Part
	}{
		{"only Go", "a := 7 % 2\nb := !ok", []Part{{Kind: Go, Body: "a := 7 % 2\nb := !ok"}}},
		{"empty", "", []Part{{Kind: Go}}},
		{"shell", "!ls -l", []Part{{Kind: Shell, Args: "ls -l"}}},
		{"between", "x := 1\n%time f(x)\nx++", []Part{
			{Kind: Go, Body: "x := 1\n"}, {Kind: Line, Name: "time", Args: "f(x)", Line: 1}, {Kind: Go, Body: "x++", Line: 2}}},
		{"cell command", "\n%%bash -x\necho a\n!b\n", []Part{{Kind: Cell, Name: "bash", Args: "-x", Body: "echo a\n!b\n", Line: 1}}},
		{"in a raw string", "s := `\n%time x\n!ls\n`", []Part{{Kind: Go, Body: "s := `\n%time x\n!ls\n`"}}},
		{"in a comment", "/*\n!ls\n*/ x", []Part{{Kind: Go, Body: "/*\n!ls\n*/ x"}}},
		{"operand on the next line", "a := 7\nb := a\n\t% 2", []Part{{Kind: Go, Body: "a := 7\nb := a\n\t% 2"}}},
		{"in a literal", "x := []bool{\n!a,\n}", []Part{{Kind: Go, Body: "x := []bool{\n!a,\n}"}}},
		{"behind an operator", "x := a &&\n!b", []Part{{Kind: Go, Body: "x := a &&\n!b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, Split(c.code)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	for name, want := range map[string]string{"%tiem": "%time", "%%wirtefile": "%%writefile", "%bash": "%%bash", "%%who": "%who", "%nothinglike": ""} {
		if got := Nearest(name); got != want {
			t.Errorf("Nearest(%q) is %q, want %q", name, got, want)
		}
	}
}
