package widget

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lislab/lislab/kernel/engine"
)

// TestAsIpywidgets has the same conversation as testdata/conversation.py had
// with ipywidgets, and compares every message.
func TestAsIpywidgets(t *testing.T) {
	raw, err := os.ReadFile("testdata/conversation.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	p, names := newPage(t), map[string]string{}
	compare := func(part string) {
		t.Helper()
		if d := cmp.Diff(want[part], renamed(p.take(), names)); d != "" {
			t.Errorf("%s: -ipywidgets +ours\n%s", part, d)
		}
	}
	s := NewIntSlider("horizon", 0, 30, 7)
	s.MIMEBundle()
	compare("open")
	p.move(s, `{"value":8}`)
	compare("move")
	if s.Value() != 8 {
		t.Errorf("stands at %d", s.Value())
	}
	s.SetValue(9)
	compare("set")
	p.send(s, `{"method":"request_state"}`)
	compare("request_state")
	names["of-the-page"] = "comm-4"
	if !Handle(engine.CommMessage{Kind: engine.CommOpen, ID: "of-the-page", Target: "jupyter.widget.control", Data: json.RawMessage(`{}`)}, p) {
		t.Error("the control comm is ours")
	}
	if len(p.take()) != 0 {
		t.Error("opening the control comm asks for nothing")
	}
	Handle(engine.CommMessage{Kind: engine.CommMsg, ID: "of-the-page", Data: json.RawMessage(`{"method":"request_states"}`)}, p)
	compare("request_states")
	s.Close()
	compare("close")
	NewImage([]byte("png")).MIMEBundle()
	compare("image")
}

// TestFixturesAreOfThisIpywidgets makes the fixtures anew where the project's
// Python environment is there.
func TestFixturesAreOfThisIpywidgets(t *testing.T) {
	python := os.Getenv("LISLAB_PYTHON")
	if python == "" {
		var err error
		if python, err = filepath.Abs("../../.venv/bin/python"); err != nil {
			t.Fatal(err)
		}
	}
	if exec.Command(python, "-c", "import ipywidgets").Run() != nil {
		const why = "no ipywidgets in .venv: run `make build`, or set LISLAB_PYTHON"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	for script, file := range map[string]string{
		"models.py": "models.json", "testdata/conversation.py": "testdata/conversation.json",
	} {
		got, err := exec.Command(python, script).Output()
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s is not what %s writes now: -file +now\n%s", file, script, d)
		}
	}
}
