//go:build unix

package registry

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lislab/lislab/lis"
)

// A child is this test binary as a process that fetches, to be killed or to be
// denied room.
type child struct {
	Dir, BaseURL string
	Set          Set
	// Room is the largest file that may be written, in bytes; 0 is any.
	Room uint64
}

const childEnv = "LISLAB_REGISTRY_CHILD"

func TestMain(m *testing.M) {
	text := os.Getenv(childEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	var c child
	err := json.Unmarshal([]byte(text), &c)
	if err == nil && c.Room > 0 {
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: c.Room, Max: c.Room})
	}
	if err == nil {
		g := &Getter{Dir: c.Dir, BaseURL: c.BaseURL, AcceptLicence: true}
		_, err = g.get(background, c.Set)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// process is the child, which says what went wrong on its output.
func (c child) process(t *testing.T) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	var out bytes.Buffer
	cmd.Stdout = &out
	return cmd, &out
}

// noise does not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func waitFor(t *testing.T, what string, there func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !there(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s did not come about", what)
		}
	}
}

// A fetch killed in the middle of a download leaves no folder under the set's
// name; the next one goes on where it was.
func TestKilledDownload(t *testing.T) {
	data := noise(1 << 20)
	sent, release := make(chan struct{}, 1), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		w.Write(data[:600_000])
		w.(http.Flusher).Flush()
		sent <- struct{}{}
		<-release
	}))
	defer s.Close()
	defer close(release)
	c := child{Dir: t.TempDir(), BaseURL: s.URL, Set: setOf(fileOf("https://upstream.example/x.csv", data))}
	cmd, _ := c.process(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-sent
	part := filepath.Join(c.Dir, ".toy.part", "x.csv")
	waitFor(t, "the beginning", func() bool { st, err := os.Stat(part); return err == nil && st.Size() >= 500_000 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	nothingKept(t, c.Dir)
	checkGet(t, c, "x.csv", data)
}

// checkGet fetches again, after whatever happened, and looks at the file.
func checkGet(t *testing.T, c child, name string, want []byte) {
	t.Helper()
	g := &Getter{Dir: c.Dir, BaseURL: c.BaseURL, AcceptLicence: true}
	dir, err := g.get(background, c.Set)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v", name, len(got), err)
	}
	if _, err := c.Set.check(background, dir); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(c.Dir); err != nil || len(entries) != 1 {
		t.Errorf("beside the folder there is more: %v %v", entries, err)
	}
}

// So does one that is killed while it unpacks.
func TestKilledUnpacking(t *testing.T) {
	var entries []entry
	for i := range 500 {
		entries = append(entries, entry{name: fmt.Sprintf("data/%04d.csv", i), text: fmt.Sprint(i)})
	}
	archive := tarOf(t, entries...)
	s := serve(t, map[string][]byte{"/x.tar.gz": archive})
	c := child{Dir: t.TempDir(), BaseURL: s.URL, Set: setOf(fileOf("https://upstream.example/x.tar.gz", archive))}
	cmd, out := c.process(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the unpacking", func() bool {
		begun, _ := filepath.Glob(filepath.Join(c.Dir, ".toy.part", "unpacked-*", "data", "0020.csv"))
		return len(begun) > 0
	})
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it was done before it could be killed: ", out.String())
	}
	nothingKept(t, c.Dir)
	checkGet(t, c, "data/0499.csv", []byte("499"))
}

// Where the disk has no room for a file, the error says so and nothing is taken
// for the set, neither of a download nor of an archive's content.
func TestNoRoom(t *testing.T) {
	data := noise(300_000)
	archive := zipOf(t, entry{name: "a.csv", text: "a"}, entry{name: "b.csv", text: strings.Repeat("0123456789", 100_000)})
	for name, content := range map[string][]byte{"x.csv": data, "x.zip": archive} {
		s := serve(t, map[string][]byte{"/" + name: content})
		c := child{Dir: t.TempDir(), BaseURL: s.URL, Set: setOf(fileOf("https://upstream.example/"+name, content)), Room: 200_000}
		cmd, out := c.process(t)
		if err := cmd.Run(); err == nil || !strings.HasPrefix(out.String(), "io: cannot write: file too large") || !strings.Contains(out.String(), "the space left on it") {
			t.Errorf("%s: %v, it says %s", name, err, out)
		}
		nothingKept(t, c.Dir)
		if left, _ := filepath.Glob(filepath.Join(c.Dir, ".toy.part", "unpacked-*")); len(left) > 0 {
			t.Errorf("%s: %v was left behind", name, left)
		}
		want := content
		if name == "x.zip" {
			name, want = "a.csv", []byte("a")
		}
		checkGet(t, c, name, want)
	}
}

// Servers that do not know Range, that answer with another part, or that lie
// about the length: what is kept is the pinned file or nothing.
func TestUncouthServers(t *testing.T) {
	data := noise(500_000)
	part := func(from int) string { return fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)) }
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		err    error
	}{
		"no Range": {func(w http.ResponseWriter, r *http.Request) { w.Write(data) }, nil},
		"another part": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				w.Write(data)
				return
			}
			w.Header().Set("Content-Range", part(7))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(data[7:])
		}, nil},
		"nothing is missing": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				w.Write(data)
				return
			}
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}, nil},
		"too long a length": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)+1000))
			w.Write(data)
		}, lis.ErrIO},
		"too short a length": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write(data[:1000])
		}, lis.ErrChecksum},
		"a page instead": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>please log in</html>") }, lis.ErrChecksum},
		"no permission":  {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) }, lis.ErrIO},
		"not well":       {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusBadGateway) }, lis.ErrIO},
		"to itself":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, lis.ErrIO},
	} {
		for _, begun := range []int{0, 123_456} {
			s := httptest.NewServer(http.HandlerFunc(c.answer))
			f := fileOf("https://upstream.example/x.csv", data)
			if name == "too long a length" || name == "a page instead" {
				f.Bytes, f.SHA256 = 0, "" // as of KuaiRand, of which upstream gives the MD5 alone
				f.MD5 = fmt.Sprintf("%x", md5.Sum(data))
			}
			g, _ := getter(t, &server{Server: s})
			if begun > 0 {
				dir := filepath.Join(g.Dir, ".toy.part")
				if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "x.csv"), data[:begun], 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			dir, err := g.get(background, setOf(f))
			s.Close()
			if !errors.Is(err, c.err) {
				t.Errorf("%s, %d bytes there: %v, expected %v", name, begun, err, c.err)
			}
			if c.err != nil {
				nothingKept(t, g.Dir)
				continue
			}
			if got, err := os.ReadFile(filepath.Join(dir, "x.csv")); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s, %d bytes there: %d bytes, %v", name, begun, len(got), err)
			}
		}
	}
}
