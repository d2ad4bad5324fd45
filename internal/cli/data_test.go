package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lislab/lislab/datasets/table"
)

func TestDataList(t *testing.T) {
	root := t.TempDir()
	t.Setenv("LISLAB_DATA", root)
	if err := os.Mkdir(filepath.Join(root, "movielens-latest-small"), 0o700); err != nil {
		t.Fatal(err)
	}
	status, out, _ := command(t, "data", "list")
	for _, want := range []string{"kuairand-pure", "kuairand-1k", "mind-small", "ml-1m", "movietweetings-100k", "MIT", filepath.Join(root, "movielens-latest-small")} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, %q is not listed:\n%s", status, want, out)
		}
	}
}

func TestDataRefusals(t *testing.T) {
	served := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		served++
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte("not the archive")))
	}))
	defer s.Close()
	dir := t.TempDir()
	for _, c := range []struct {
		args []string
		want string
		code int
	}{
		{[]string{"data"}, "lislab: usage: say list, get NAME, check NAME or feed", 2},
		{[]string{"data", "fetch"}, `lislab: usage: data has no "fetch"`, 2},
		{[]string{"data", "get"}, "lislab: usage: which log?", 2},
		{[]string{"data", "get", "netflix", "--to", dir}, `lislab: no-such-log: no public log "netflix"`, 2},
		{[]string{"data", "check", "ml-1m", "--to", dir}, "lislab: no-such-log: ml-1m is not here", 2},
		{[]string{"data", "get", "ml-1m", "--to", dir, "--base-url", s.URL}, "lislab: usage: the licence of ml-1m", 2},
		{[]string{"data", "get", "ml-1m", "--to", dir, "--base-url", s.URL, "--accept-licence"}, "lislab: checksum: the file's size is 15 bytes, expected 5917549 (ml-1m.zip)", 2},
	} {
		code, out, errText := command(t, c.args...)
		if code != c.code || out != "" || !strings.HasPrefix(lastLine(errText), c.want) {
			t.Errorf("lislab %s: exit %d, out %q, last line\n  %s\nwant exit %d and\n  %s", strings.Join(c.args, " "), code, out, lastLine(errText), c.code, c.want)
		}
	}
	if served != 1 {
		t.Errorf("%d requests, expected the one after the licence was accepted", served)
	}
	if _, err := os.Stat(filepath.Join(dir, "ml-1m")); err == nil {
		t.Error("an unverified log was kept")
	}
}

// The real log at hand, served by a server of the test's own, is fetched,
// checked and can be swept under its name.
func TestDataGet(t *testing.T) {
	var from string
	for _, place := range append(filepath.SplitList(os.Getenv("LISLAB_DATA")), filepath.Join("..", "..", "..", "shared", "data")) {
		if dir := filepath.Join(place, "movietweetings-100k"); from == "" {
			if _, err := os.Stat(dir); err == nil {
				from = dir
			}
		}
	}
	if from == "" {
		const why = "no real logs: set LISLAB_DATA to a folder that holds movietweetings-100k"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, err := table.OpenFile(filepath.Join(from, filepath.Base(r.URL.Path)+".gz"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer in.Close()
		var b bytes.Buffer
		if _, err := b.ReadFrom(in); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
	}))
	defer s.Close()
	root := t.TempDir()
	t.Setenv("LISLAB_DATA", root)
	code, out, errText := command(t, "data", "get", "movietweetings-100k", "--base-url", s.URL, "--accept-licence")
	if dir := filepath.Join(root, "movietweetings-100k"); code != 0 || strings.TrimSpace(out) != dir || !strings.Contains(errText, "Licence: MIT") {
		t.Fatalf("exit %d, out %q\n%s", code, out, errText)
	}
	if code, out, errText := command(t, "data", "check", "movietweetings-100k"); code != 0 || strings.Count(out, "ok ") != 4 {
		t.Errorf("check: exit %d, out\n%s%s", code, out, errText)
	}
	if err := os.WriteFile(filepath.Join(root, "movietweetings-100k", "ratings.dat"), []byte("1::2::3::4\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errText := command(t, "data", "check", "movietweetings-100k"); code != 1 || !strings.Contains(out, "FAILED") || !strings.HasPrefix(lastLine(errText), "lislab: checksum: 1 of 4 files") {
		t.Errorf("check of a changed file: exit %d, out\n%s%s", code, out, errText)
	}
}
