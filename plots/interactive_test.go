package plots

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/cmpimg"
)

// The specifications are golden files; tests/test_vega.py has the browser draw
// them, with the Vega-Lite that JupyterLab has.
func TestSpecifications(t *testing.T) {
	for name, i := range map[string]*Interactive{
		"curve":   Curve(invented()).Interactive(),
		"heatmap": Heatmap(invented()).Interactive(),
		"forest":  Forest(invented(), 7).Interactive(),
		"worlds":  NewWorlds(worlds()...).Interactive(),
	} {
		got, err := json.MarshalIndent(i.VegaLite(), "", " ")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file := filepath.Join("testdata", name+".vl.json")
		if *cmpimg.GenerateTestData {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%v; go test ./plots -regen writes it", err)
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestInteractiveHasItsPictureBeside(t *testing.T) {
	c := Curve(invented())
	c.Lines[0].Y[3] = math.NaN() // JSON has no NaN
	i := c.Interactive()
	data, metadata := i.MIMEBundle()
	spec, ok := data["application/vnd.vegalite.v5+json"]
	if !ok || data["text/html"] != nil {
		t.Fatalf("bundle %v", data)
	}
	if _, err := json.Marshal(spec); err != nil {
		t.Error(err)
	}
	if size := metadata["image/png"].(map[string]any); size["width"] != 634 || size["height"] != 355 {
		t.Errorf("size on the page %v", size)
	}
	if !strings.HasPrefix(string(i.PNG()), "\x89PNG") || !strings.HasPrefix(i.SVG(), "<svg") || i.String() != c.Alt() {
		t.Error("no picture beside it")
	}
}
