package session

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the cells show into the archives")

// archived is one notebook of an archive: its cells, and what each shows.
type archived struct {
	name  string
	cells []string
	shows []string
}

// archive reads an archive of notebooks. The cells of one are the files NAME/1,
// NAME/2, …, and after each that shows anything comes the file "shows".
func archive(t *testing.T, path string) (comment []byte, list []archived) {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name == "shows" {
			n := &list[len(list)-1]
			n.shows[len(n.shows)-1] = string(f.Data)
			continue
		}
		name, _, _ := strings.Cut(f.Name, "/")
		if len(list) == 0 || list[len(list)-1].name != name {
			list = append(list, archived{name: name})
		}
		n := &list[len(list)-1]
		n.cells = append(n.cells, strings.TrimSuffix(string(f.Data), "\n"))
		n.shows = append(n.shows, "")
	}
	return a.Comment, list
}

// archives are the files under testdata/notebooks that a pattern matches.
func archives(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "notebooks", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	return paths
}

// replay runs a notebook that %reset has emptied; it gives what each cell shows.
func replay(t *testing.T, n *notebook, a archived) []string {
	t.Helper()
	if err := n.s.Reset(); err != nil {
		t.Fatal(err)
	}
	n.count = 0
	shown := make([]string, len(a.cells))
	for i, code := range a.cells {
		shown[i] = n.show(code)
	}
	return shown
}

// show runs a cell and writes what it shows as the archives have it: output as it
// is, but for the name of the second stream; the result after "=> "; of an error
// the lines that a person reads.
func (n *notebook) show(code string) string {
	out, err := n.lines(code)
	var s strings.Builder
	line := func(text string) {
		s.WriteString(strings.TrimSuffix(text, "\n") + "\n")
	}
	for _, l := range out {
		if text, ok := strings.CutPrefix(l, "stdout: "); ok {
			line(text)
		} else if text, ok := strings.CutPrefix(l, "result: "); ok {
			line("=> " + text)
		} else {
			line(l)
		}
	}
	if err != nil {
		for _, l := range err.Traceback {
			line(addresses.ReplaceAllString(l, "0x…"))
		}
	}
	return s.String()
}

// addresses differ from run to run.
var addresses = regexp.MustCompile(`0x[0-9a-f]{6,}`)

// TestArchives runs every notebook of the archives with the instant path and
// without it: both show what the archive says.
func TestArchives(t *testing.T) {
	instant := openCompiled(t)
	compiled := openCompiled(t)
	compiled.s.compileAll = true
	for _, path := range archives(t, "*.txtar") {
		comment, list := archive(t, path)
		out := &txtar.Archive{Comment: comment}
		for _, a := range list {
			one := a.shows // where it does not run
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar")+"/"+a.name, func(t *testing.T) {
				one = replay(t, compiled, a)
				two := replay(t, instant, a)
				for i, code := range a.cells {
					if !*update && one[i] != a.shows[i] {
						t.Errorf("cell %d:\n%s\nshows\n%s\nwant\n%s", i+1, code, one[i], a.shows[i])
					}
					if two[i] != one[i] {
						t.Errorf("cell %d:\n%s\nat once shows\n%s\ncompiled\n%s", i+1, code, two[i], one[i])
					}
				}
			})
			for i, code := range a.cells {
				out.Files = append(out.Files, txtar.File{Name: fmt.Sprintf("%s/%d", a.name, i+1), Data: []byte(code + "\n")})
				if one[i] != "" {
					out.Files = append(out.Files, txtar.File{Name: "shows", Data: []byte(one[i])})
				}
			}
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cells ran on the instant path", instant.s.instantly)
}
