package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/kernel/engine"
)

// typing runs a cell in a front end where the person types the line reply.
func (n *notebook) typing(code, reply string) (string, *engine.CellError) {
	n.count++
	out := &record{reply: reply}
	r := n.s.Execute(context.Background(), engine.Request{Code: code, Count: n.count, AllowStdin: true}, out)
	return out.String(), r.Err
}

func TestCompiledStdin(t *testing.T) {
	n := openCompiled(t)
	n.ok("import (\"bufio\"; \"fmt\"; \"io\"; \"os\")")
	for _, c := range []struct{ code, reply, want string }{
		{"var a, b int\nfmt.Print(\"two: \")\nfmt.Scan(&a, &b)\na * b", "6 7", "stdout: two: |result: 42"},
		{"for range 1 { fmt.Scanln(&a) }\na", "5", "result: 5"},
		{"fmt.Scanf(\"%d-%d\", &a, &b)", "8-9", ""},
		{"a + b", "", "result: 17"},
		{"in := bufio.NewReader(os.Stdin)\nline, err := in.ReadString('\\n')\nline", "hello you", "result: hello you\n"},
		{"sc := bufio.NewScanner(os.Stdin)\nsc.Scan()\nsc.Text()", "once more", "result: once more"},
		{"buf := make([]byte, 3)\nio.ReadFull(os.Stdin, buf)\nk, err := os.Stdin.Read(buf)\nstring(buf[:k])", "abcde", "result: de\n"},
	} {
		if out, err := n.typing(c.code, c.reply); err != nil || out != c.want {
			t.Errorf("%s\nshowed %q, %v\n  want %q", c.code, out, err, c.want)
		}
	}
	out, err := n.runIn(context.Background(), "fmt.Scan(&a)")
	if err == nil || !strings.Contains(err.Value, "nobody to ask") || !strings.Contains(out, "takes no input") {
		t.Errorf("without stdin fmt.Scan shows %q and ends with %v", out, err)
	}
	n.count++
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(300*time.Millisecond, cancel)
	begin := time.Now()
	r := n.s.Execute(ctx, engine.Request{Code: "fmt.Scan(&a)", Count: n.count, AllowStdin: true}, &record{mute: true})
	if took := time.Since(begin); r.Err == nil || r.Err.Name != "Interrupt" || took > 1300*time.Millisecond {
		t.Errorf("interrupted after 300 ms, the cell ends after %s with %v", took, r.Err)
	}
	n.shows("a + b", "result: 17")
}

func TestStdin(t *testing.T) {
	n := open(t)
	n.ok("import \"fmt\"\nvar a int")
	if out, err := n.typing("fmt.Scan(&a)", "12"); err != nil || out != "" {
		t.Errorf("fmt.Scan shows %q, %v", out, err)
	}
	n.shows("a", "result: 12")
}
