package plots

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/cmpimg"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"
)

// golden compares a picture with testdata/NAME.txt, the calls that drew it, and
// with testdata/NAME.png. The calls say what changed; the pixels say that it
// can be seen. go test ./plots -regen writes both anew: look at them then.
func golden(t *testing.T, name string, pic picture) {
	t.Helper()
	calls := recorded(pic)
	pixels := png(pic)
	txt, img := filepath.Join("testdata", name+".txt"), filepath.Join("testdata", name+".png")
	if *cmpimg.GenerateTestData {
		if err := os.MkdirAll(filepath.Dir(txt), 0o755); err != nil {
			t.Fatal(err)
		}
		for file, content := range map[string][]byte{txt: []byte(calls), img: pixels} {
			if err := os.WriteFile(file, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	want, err := os.ReadFile(txt)
	if err != nil {
		t.Fatalf("%v; go test ./plots -regen writes it", err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(calls, "\n")); d != "" {
		t.Errorf("%s is drawn otherwise (-want +got):\n%s", name, d)
	}
	wantPNG, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	same, err := cmpimg.EqualApprox("png", pixels, wantPNG, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	if !same {
		got := filepath.Join(t.TempDir(), filepath.Base(img))
		t.Errorf("%s looks otherwise than %s", name, img)
		if dir := os.Getenv("LISLAB_KEEP"); dir != "" {
			got = filepath.Join(dir, strings.ReplaceAll(name, "/", "-")+".png")
		}
		if err := os.WriteFile(got, pixels, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var number = regexp.MustCompile(`-?\d+\.\d+(e-?\d+)?`)

// recorded lists the drawing's calls, lengths to a tenth of a point.
func recorded(pic picture) string {
	var rec recorder.Canvas
	t := pic.theme()
	drawTo(pic, sized{&rec, t.Width, t.Height})
	var b strings.Builder
	for _, a := range rec.Actions {
		call := number.ReplaceAllStringFunc(a.Call(), func(s string) string {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return s
			}
			return strings.Replace(fmt.Sprintf("%.1f", v), "-0.0", "0.0", 1)
		})
		b.WriteString(call + "\n")
	}
	return b.String()
}

type sized struct {
	vg.Canvas
	w, h vg.Length
}

func (s sized) Size() (vg.Length, vg.Length) { return s.w, s.h }

// wellFormed checks that an SVG is one element that parses, and returns its text.
func wellFormed(t *testing.T, svg string) string {
	t.Helper()
	if !strings.HasPrefix(svg, "<svg") {
		t.Errorf("SVG starts with %.40q, so it cannot stand inside HTML", svg)
	}
	d := xml.NewDecoder(bytes.NewReader([]byte(svg)))
	var text strings.Builder
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return text.String()
		}
		if err != nil {
			t.Fatalf("SVG does not parse: %v", err)
		}
		if c, ok := tok.(xml.CharData); ok {
			text.Write(c)
			text.WriteByte('\n')
		}
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}
