package registry

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

var background = context.Background()

func TestPinnedSets(t *testing.T) {
	hexadecimal := regexp.MustCompile(`^[0-9a-f]+$`)
	seen := map[string]bool{}
	for _, s := range Sets() {
		if seen[s.Name] || s.Title == "" || s.Licence.Text == "" || !strings.HasPrefix(s.Licence.URL, "https://") || len(s.Files) == 0 {
			t.Errorf("set %s is incomplete", s.Name)
		}
		seen[s.Name] = true
		for _, f := range s.Files {
			if !strings.HasPrefix(f.URL, "https://") || f.Source == "" {
				t.Errorf("%s: no secure address or no source", f.URL)
			}
			if f.SHA256 == "" && f.MD5 == "" || f.SHA256 != "" && (len(f.SHA256) != 64 || !hexadecimal.MatchString(f.SHA256)) || f.MD5 != "" && (len(f.MD5) != 32 || !hexadecimal.MatchString(f.MD5)) {
				t.Errorf("%s: no checksum", f.URL)
			}
		}
	}
	for _, name := range []string{"movietweetings-100k", "ml-latest-small", "movielens-latest-small", "KuaiRand-Pure", "kuairand-1k", "mind-small"} {
		if _, err := Lookup(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := Lookup("netflix"); !errors.Is(err, lis.ErrNoSuchLog) || !strings.Contains(err.Error(), "ml-latest-small") {
		t.Errorf("got %v", err)
	}
}

type entry struct {
	name, text string
	mode       fs.FileMode
	link       string
}

func zipOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		h.SetMode(e.mode | 0o644)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(e.text + e.link))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text)), Typeflag: tar.TypeReg, Linkname: e.link}
		if e.link != "" {
			h.Typeflag = tar.TypeSymlink
		}
		if e.mode == fs.ModeDevice {
			h.Typeflag = tar.TypeChar
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(e.text))
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// server gives files by path, cut to a length at the first requests.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	files    map[string][]byte
	cut      map[string][]int // for each path how many bytes the next answers give before the connection breaks
	requests []string         // path and Range
}

func serve(t *testing.T, files map[string][]byte) *server {
	s := &server{files: files, cut: map[string][]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.URL.Path+" "+r.Header.Get("Range"))
		body, ok := s.files[r.URL.Path]
		cut := -1
		if c := s.cut[r.URL.Path]; len(c) > 0 {
			cut, s.cut[r.URL.Path] = c[0], c[1:]
		}
		s.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		if cut >= 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.Write(body[:cut])
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	}))
	t.Cleanup(s.Close)
	return s
}

func fileOf(url string, data []byte) File {
	h, m := sha256.Sum256(data), md5.Sum(data)
	return File{URL: url, Bytes: int64(len(data)), SHA256: hex.EncodeToString(h[:]), MD5: hex.EncodeToString(m[:]), Source: "the test"}
}

func getter(t *testing.T, s *server) (*Getter, *[]string) {
	var said []string
	return &Getter{Dir: t.TempDir(), BaseURL: s.URL, AcceptLicence: true, Say: func(l string) { said = append(said, l) }, pause: func(context.Context, int) {}}, &said
}

func setOf(files ...File) Set {
	return Set{Name: "toy", Title: "a toy", Licence: Licence{"Toy", "Play with it.", "https://toy.example", true}, Files: files}
}

// nothingKept fails where the set's folder exists, or anything outside the
// folder of the unfinished fetch.
func nothingKept(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".toy.part" {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func TestGet(t *testing.T) {
	archive := zipOf(t, entry{name: "toy-1/ratings.csv", text: "a,b\n"}, entry{name: "toy-1/", mode: fs.ModeDir}, entry{name: "toy-1/users.dat", text: "people"})
	more := tarOf(t, entry{name: "./sub/x.txt", text: "x"})
	plain := []byte("caption\n")
	s := serve(t, map[string][]byte{"/toy.zip": archive, "/path/at/upstream/more.tar.gz": more, "/captions.csv": plain})
	captions := fileOf("https://upstream.example/captions.csv", plain)
	captions.Into, captions.SHA256, captions.Unconfirmed = "toy-1", "", true
	set := setOf(fileOf("https://upstream.example/a/toy.zip", archive), fileOf("https://upstream.example/path/at/upstream/more.tar.gz", more), captions)
	g, said := getter(t, s)
	dir, err := g.get(background, set)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"toy-1/ratings.csv": "a,b\n", "sub/x.txt": "x", "toy-1/captions.csv": "caption\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "toy-1/users.dat")); err == nil {
		t.Error("users.dat was unpacked")
	}
	if _, err := os.Stat(filepath.Join(g.Dir, ".toy.part")); err == nil {
		t.Error("the folder of the fetch was left behind")
	}
	words := strings.Join(*said, "\n")
	for _, w := range []string{"Licence: Toy. Play with it.", "https://toy.example", "The checksum of captions.csv (the test) was never confirmed by hand"} {
		if !strings.Contains(words, w) {
			t.Errorf("%q was not said: %s", w, words)
		}
	}
	n := len(s.requests)
	if again, err := g.get(background, set); err != nil || again != dir || len(s.requests) != n {
		t.Errorf("a second get: %v, %d requests", err, len(s.requests)-n)
	}

	found, err := set.check(background, dir)
	if err != nil || len(found) != 6 {
		t.Errorf("check: %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sub/x.txt"), []byte("y"), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "toy-1/ratings.csv"))
	found, err = set.check(background, dir)
	if !errors.Is(err, lis.ErrChecksum) || !strings.Contains(err.Error(), "2 of 6") {
		t.Errorf("check of a changed folder: %v, %v", found, err)
	}
}

func TestLicenceComesFirst(t *testing.T) {
	data := []byte("x")
	s := serve(t, map[string][]byte{"/x.csv": data})
	set := setOf(fileOf("https://upstream.example/x.csv", data))
	g, said := getter(t, s)
	g.AcceptLicence = false
	if _, err := g.get(background, set); !errors.Is(err, lis.ErrUsage) || !strings.Contains(err.Error(), "--accept-licence") || len(s.requests) != 0 || len(*said) == 0 {
		t.Errorf("not accepted: %v, %d requests, said %v", err, len(s.requests), *said)
	}
	nothingKept(t, g.Dir)
	g.Ask = func(Set) bool { return false }
	if _, err := g.get(background, set); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("declined: %v", err)
	}
	g.Ask = func(Set) bool { return true }
	if _, err := g.get(background, set); err != nil {
		t.Errorf("accepted: %v", err)
	}
}

// A broken transfer goes on where it stopped; so does a fetch that was killed.
func TestResume(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	s := serve(t, map[string][]byte{"/x.csv": data})
	s.cut["/x.csv"] = []int{400_000}
	set := setOf(fileOf("https://upstream.example/x.csv", data))
	g, said := getter(t, s)
	if _, err := g.get(background, set); err != nil {
		t.Fatal(err)
	}
	if len(s.requests) != 2 || !strings.HasPrefix(s.requests[1], "/x.csv bytes=") || !strings.Contains(strings.Join(*said, "\n"), "trying again") {
		t.Errorf("requests %v, said %v", s.requests, *said)
	}

	g, _ = getter(t, s)
	part := filepath.Join(g.Dir, ".toy.part")
	if err := os.MkdirAll(part, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(part, "x.csv"), data[:123_456], 0o600); err != nil {
		t.Fatal(err)
	}
	s.requests = nil
	if _, err := g.get(background, set); err != nil || len(s.requests) != 1 || s.requests[0] != "/x.csv bytes=123456-" {
		t.Errorf("after a kill: %v, requests %v", err, s.requests)
	}

	// The beginning of something else is noticed and fetched anew.
	for _, wrong := range [][]byte{[]byte("something else"), append(bytes.Clone(data), "longer"...)} {
		g, _ = getter(t, s)
		part = filepath.Join(g.Dir, ".toy.part")
		if err := errors.Join(os.MkdirAll(part, 0o700), os.WriteFile(filepath.Join(part, "x.csv"), wrong, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := g.get(background, set); err != nil {
			t.Errorf("after another beginning: %v", err)
		}
	}
}

func TestNothingUnverifiedIsKept(t *testing.T) {
	good := zipOf(t, entry{name: "a.csv", text: strings.Repeat("a,b\n", 1000)})
	corrupt := bytes.Clone(good)
	corrupt[len(corrupt)/2] ^= 1
	for name, served := range map[string][]byte{"corrupted": corrupt, "truncated": good[:len(good)/2], "longer": append(bytes.Clone(good), 'x'), "empty": {}} {
		s := serve(t, map[string][]byte{"/x.zip": served})
		g, _ := getter(t, s)
		_, err := g.get(background, setOf(fileOf("https://upstream.example/x.zip", good)))
		if !errors.Is(err, lis.ErrChecksum) || !strings.Contains(err.Error(), "x.zip") {
			t.Errorf("%s: %v, expected checksum", name, err)
		}
		nothingKept(t, g.Dir)
		if _, err := os.Stat(filepath.Join(g.Dir, ".toy.part", "x.zip")); err == nil {
			t.Errorf("%s: the bad file was kept", name)
		}
	}
	// A connection that breaks every time.
	s := serve(t, map[string][]byte{"/x.zip": good})
	s.cut["/x.zip"] = []int{10, 10, 10, 10, 10}
	g, _ := getter(t, s)
	if _, err := g.get(background, setOf(fileOf("https://upstream.example/x.zip", good))); !errors.Is(err, lis.ErrIO) {
		t.Errorf("broken: %v", err)
	}
	nothingKept(t, g.Dir)
}

// An archive whose checksum is right may still be bad: what it holds is looked at.
func TestMaliciousArchives(t *testing.T) {
	outside := entry{name: "../outside.txt", text: "x"}
	ok := entry{name: "ok.txt", text: "x"}
	for name, c := range map[string]struct {
		archive []byte
		file    string
		kind    error
	}{
		"zip up":         {zipOf(t, ok, outside), "x.zip", lis.ErrUnsafePath},
		"zip deep up":    {zipOf(t, ok, entry{name: "a/../../outside.txt"}), "x.zip", lis.ErrUnsafePath},
		"zip absolute":   {zipOf(t, ok, entry{name: "/tmp/outside.txt"}), "x.zip", lis.ErrUnsafePath},
		"zip backslash":  {zipOf(t, ok, entry{name: `..\outside.txt`}), "x.zip", lis.ErrUnsafePath},
		"zip drive":      {zipOf(t, ok, entry{name: "C:/outside.txt"}), "x.zip", lis.ErrUnsafePath},
		"zip link":       {zipOf(t, ok, entry{name: "link", link: "../..", mode: fs.ModeSymlink}), "x.zip", lis.ErrUnsafePath},
		"zip twice":      {zipOf(t, ok, ok), "x.zip", lis.ErrUnsafePath},
		"tar up":         {tarOf(t, ok, outside), "x.tar.gz", lis.ErrUnsafePath},
		"tar absolute":   {tarOf(t, ok, entry{name: "/tmp/outside.txt"}), "x.tar.gz", lis.ErrUnsafePath},
		"tar link":       {tarOf(t, entry{name: "link", link: ".."}, entry{name: "link/outside.txt", text: "x"}), "x.tar.gz", lis.ErrUnsafePath},
		"tar device":     {tarOf(t, entry{name: "dev", mode: fs.ModeDevice}), "x.tar.gz", lis.ErrUnsafePath},
		"tar cut":        {tarOf(t, ok, entry{name: "b.txt", text: strings.Repeat("b", 100_000)})[:150], "x.tar.gz", lis.ErrIO},
		"tar no archive": {[]byte("no archive at all"), "x.tar.gz", lis.ErrIO},
		"zip no archive": {[]byte("no archive at all"), "x.zip", lis.ErrIO},
	} {
		s := serve(t, map[string][]byte{"/" + c.file: c.archive})
		g, _ := getter(t, s)
		_, err := g.get(background, setOf(fileOf("https://upstream.example/"+c.file, c.archive)))
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, expected %v", name, err, c.kind)
		}
		nothingKept(t, g.Dir)
		err = filepath.WalkDir(filepath.Dir(g.Dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.Contains(d.Name(), "outside") {
				t.Errorf("%s: %s was written", name, path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		leftovers, _ := filepath.Glob(filepath.Join(g.Dir, ".toy.part", "unpacked-*"))
		if len(leftovers) > 0 {
			t.Errorf("%s: %v was left behind", name, leftovers)
		}
	}
}

// An archive that grows beyond belief is given up, not written to the end.
func TestBombs(t *testing.T) {
	dir := t.TempDir()
	archive := filepath.Join(dir, "x.zip")
	if err := os.WriteFile(archive, zipOf(t, entry{name: "a", text: strings.Repeat("0", 1<<20)}), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	u := &unpacker{archive: "x.zip", root: root, left: 1 << 10}
	if err := u.zip(background, archive); !errors.Is(err, lis.ErrIO) || !strings.Contains(err.Error(), "far more") {
		t.Errorf("got %v", err)
	}
	if st, err := root.Stat("a"); err == nil && st.Size() > 1<<11 {
		t.Errorf("%d bytes were written", st.Size())
	}
	u = &unpacker{archive: "x.zip", root: root, left: 1 << 30, files: maxFiles}
	if err := u.zip(background, archive); !errors.Is(err, lis.ErrIO) {
		t.Errorf("too many files: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	data := []byte("x")
	s := serve(t, map[string][]byte{})
	set := setOf(fileOf("https://upstream.example/x.csv", data))
	g, _ := getter(t, s)
	if _, err := g.get(background, set); !errors.Is(err, lis.ErrIO) || !strings.Contains(err.Error(), "404") {
		t.Errorf("absent: %v", err)
	}
	g.BaseURL = "ftp://host/x"
	if _, err := g.get(background, set); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("address: %v", err)
	}
	g, _ = getter(t, s)
	if err := os.MkdirAll(filepath.Join(g.Dir, "toy", "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := g.get(background, set); !errors.Is(err, lis.ErrUsage) || !strings.Contains(err.Error(), "not fetched by lislab") {
		t.Errorf("a folder in the way: %v", err)
	}
	if _, err := g.Get(background, "netflix"); !errors.Is(err, lis.ErrNoSuchLog) {
		t.Errorf("unknown: %v", err)
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	g, _ = getter(t, s)
	if _, err := g.get(ctx, set); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	nothingKept(t, g.Dir)
}

// A server that stops sending is given up and asked again.
func TestStall(t *testing.T) {
	data := []byte("0123456789")
	var once sync.Once
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stalled := false
		once.Do(func() { stalled = true })
		if stalled {
			w.Header().Set("Content-Length", "10")
			w.Write(data[:4])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	defer s.Close()
	g := &Getter{Dir: t.TempDir(), BaseURL: s.URL, AcceptLicence: true, stall: 50 * time.Millisecond, pause: func(context.Context, int) {}}
	if _, err := g.get(background, setOf(fileOf("https://upstream.example/x.csv", data))); err != nil {
		t.Error(err)
	}
}

// A folder that was not fetched is compared with the pins of unpacked files,
// compressed or not.
func TestCheckForeign(t *testing.T) {
	data := []byte("1::2::3\n")
	set := setOf(fileOf("https://upstream.example/ratings.dat", data))
	dir := t.TempDir()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(data)
	w.Close()
	if err := os.WriteFile(filepath.Join(dir, "ratings.dat.gz"), z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := set.check(background, dir); err != nil || len(found) != 1 || !found[0].OK || found[0].File != "ratings.dat.gz" {
		t.Errorf("compressed: %v, %v", found, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ratings.dat"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := set.check(background, dir); !errors.Is(err, lis.ErrChecksum) {
		t.Errorf("changed: %v, %v", found, err)
	}
	if _, err := setOf(fileOf("https://upstream.example/x.zip", data)).check(background, dir); !errors.Is(err, lis.ErrUsage) {
		t.Errorf("nothing to compare with: %v", err)
	}
	if found, err := set.check(background, t.TempDir()); !errors.Is(err, lis.ErrChecksum) || found[0].What != "is missing" {
		t.Errorf("empty: %v, %v", found, err)
	}
}

// The real log at hand has the pinned checksums.
func TestPinsOfMovieTweetings(t *testing.T) {
	for _, place := range append(filepath.SplitList(os.Getenv("LISLAB_DATA")), filepath.Join("..", "..", "..", "shared", "data")) {
		dir := filepath.Join(place, "movietweetings-100k")
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		found, err := Check(background, "movietweetings-100k", dir)
		if err != nil || len(found) != 2 {
			t.Errorf("%v, %v", found, err)
		}
		return
	}
	const why = "no real logs: set LISLAB_DATA to a folder that holds movietweetings-100k"
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}
