package build

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the cells show into the archives")

// TestNotebooks runs the notebooks in testdata/notebooks. Each archive holds
// several: the cells of one are the files NAME/1, NAME/2, …, and after each comes
// the file "shows", with what it printed, its result after "=> ", or its error.
func TestNotebooks(t *testing.T) {
	need(t, "go", "gcc")
	b, err := builder()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/notebooks/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out := &txtar.Archive{Comment: archive.Comment}
		for len(archive.Files) > 0 {
			name, _, _ := strings.Cut(archive.Files[0].Name, "/")
			seq := sequence{Name: name}
			var want []string
			for len(archive.Files) > 0 {
				f := archive.Files[0]
				if f.Name == "shows" {
					want[len(want)-1] = string(f.Data)
				} else if n, _, _ := strings.Cut(f.Name, "/"); n == name {
					seq.Cells = append(seq.Cells, strings.TrimSuffix(string(f.Data), "\n"))
					want = append(want, "")
				} else {
					break
				}
				archive.Files = archive.Files[1:]
			}
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar")+"/"+name, func(t *testing.T) {
				for i, r := range runSequence(t, b, seq) {
					got := shows(r)
					out.Files = append(out.Files, txtar.File{Name: fmt.Sprintf("%s/%d", name, i+1), Data: []byte(seq.Cells[i] + "\n")})
					if got != "" {
						out.Files = append(out.Files, txtar.File{Name: "shows", Data: []byte(got)})
					}
					if !*update && got != want[i] {
						t.Errorf("cell %d:\n%s\nshows\n%s\nwant\n%s", i+1, seq.Cells[i], got, want[i])
					}
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// shows is what a cell shows, less the frames of a stack that are not its own.
func shows(r cellResult) string {
	var s strings.Builder
	s.WriteString(r.out)
	if r.out != "" && !strings.HasSuffix(r.out, "\n") {
		s.WriteString("\n")
	}
	if r.result != "" {
		s.WriteString("=> " + r.result + "\n")
	}
	lines := strings.Split(r.err, "\n")
	frames := 0
	for i, line := range lines {
		switch {
		case line == "" || !strings.HasPrefix(r.err, "panic: "):
			if line != "" {
				s.WriteString(line + "\n")
			}
		case i == 0:
			s.WriteString(line + "\n")
		case strings.HasPrefix(line, "\tcell[") && frames < 3:
			frames++
			place, _, _ := strings.Cut(line, " ")
			s.WriteString(place + "\n")
		}
	}
	return s.String()
}
