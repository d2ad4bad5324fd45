package registry

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lislab/lislab/lis"
)

// A Getter fetches sets into a directory. The zero value fetches into the
// working directory and refuses every licence.
type Getter struct {
	// Dir is where the set gets a folder of its name.
	Dir string
	// BaseURL replaces the place of every file: it is looked for at BaseURL/NAME,
	// then at BaseURL with the path that upstream has.
	BaseURL string
	// AcceptLicence has the licence accepted; it is shown nevertheless.
	AcceptLicence bool
	// Ask is asked whether the licence, which has been shown, is accepted; nil
	// refuses.
	Ask func(Set) bool
	// Say is told what a person should read, a line at a time; nil discards it.
	Say func(line string)
	// Progress is told the bytes fetched of a file.
	Progress lis.Progress
	// Client makes the requests; nil is one with sensible limits.
	Client *http.Client

	// pause before the n-th new attempt; nil waits 1 s, 2 s, 4 s.
	pause func(ctx context.Context, n int)
	// stall is how long a transfer may bring nothing; 0 is a minute.
	stall time.Duration
}

// attempts are made to fetch a file, each going on where the last one stopped.
const attempts = 4

// manifestName is the file that stands in a folder that was fetched whole.
const manifestName = ".lislab.json"

// manifest says what a fetched folder holds.
type manifest struct {
	Set     string    `json:"set"`
	Licence string    `json:"licence"`
	Fetched time.Time `json:"fetched"`
	// Sources are upstream's files, Files those in the folder. A SHA-256 is
	// recorded at the first fetch where upstream documents an MD5 alone.
	Sources []sum `json:"sources"`
	Files   []sum `json:"files"`
}

type sum struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	MD5    string `json:"md5,omitempty"`
}

// Get fetches a set and gives its folder, Dir and the set's name. A folder that
// was fetched before stays as it is. An interrupted fetch goes on where it
// stopped. Each file is verified before anything is unpacked, and the folder
// appears under its name in one step, when everything is in it.
//
// Errors: lis.ErrNoSuchLog, lis.ErrUsage (a licence that was not accepted, a
// folder that is something else), lis.ErrChecksum, lis.ErrUnsafePath, lis.ErrIO.
func (g *Getter) Get(ctx context.Context, name string) (string, error) {
	set, err := Lookup(name)
	if err != nil {
		return "", err
	}
	return g.get(ctx, set)
}

func (g *Getter) get(ctx context.Context, set Set) (string, error) {
	target := filepath.Join(g.Dir, set.Name)
	if _, err := readManifest(target); err == nil {
		g.say("%s is there already: %s", set.Name, target)
		return target, nil
	}
	if entries, err := os.ReadDir(target); err == nil && len(entries) > 0 {
		return "", &lis.InputError{Kind: lis.ErrUsage, What: "the folder is there and was not fetched by lislab", File: target, Do: "use it as it is, move it away, or fetch to another place"}
	}
	part := filepath.Join(g.Dir, "."+set.Name+".part")
	if err := g.licence(set, part); err != nil {
		return "", err
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return "", fileError(part, err)
	}
	accepted := filepath.Join(part, acceptedName)
	if err := os.WriteFile(accepted, []byte(set.Licence.Name+"\n"), 0o644); err != nil {
		return "", fileError(accepted, err)
	}
	m := manifest{Set: set.Name, Licence: set.Licence.Name, Fetched: time.Now().UTC().Truncate(time.Second)}
	for _, f := range set.Files {
		s, err := g.fetch(ctx, f, filepath.Join(part, f.Base()))
		if err != nil {
			return "", err
		}
		m.Sources = append(m.Sources, s)
	}
	staged, err := os.MkdirTemp(part, "unpacked-")
	if err != nil {
		return "", fileError(part, err)
	}
	defer os.RemoveAll(staged)
	if err := os.Chmod(staged, 0o755); err != nil {
		return "", fileError(staged, err)
	}
	for _, f := range set.Files {
		if err := g.place(ctx, f, part, staged); err != nil {
			return "", err
		}
	}
	if err := m.write(ctx, staged); err != nil {
		return "", err
	}
	os.Remove(target) // an empty folder may be in the way
	if err := os.Rename(staged, target); err != nil {
		return "", fileError(target, err)
	}
	os.RemoveAll(part)
	g.say("%s is in %s", set.Name, target)
	return target, nil
}

const acceptedName = "LICENCE-ACCEPTED"

// licence shows the licence and what is known of the checksums, and has the
// licence accepted unless it was for the fetch that is going on.
func (g *Getter) licence(set Set, part string) error {
	if _, err := os.Stat(filepath.Join(part, acceptedName)); err == nil {
		return nil
	}
	l := set.Licence
	g.say("%s: %s", set.Name, set.Title)
	g.say("Licence: %s. %s", l.Name, l.Text)
	g.say("See %s", l.URL)
	for _, f := range set.Files {
		if f.Unconfirmed {
			g.say("The checksum of %s (%s) was never confirmed by hand; a file with another one is refused.", f.Base(), f.Source)
		}
	}
	if g.AcceptLicence || g.Ask != nil && g.Ask(set) {
		return nil
	}
	return &lis.InputError{Kind: lis.ErrUsage, What: "the licence of " + set.Name + " (" + l.Name + ") was not accepted", Do: "read it at " + l.URL + " and say --accept-licence"}
}

func (g *Getter) say(format string, a ...any) {
	if g.Say != nil {
		g.Say(fmt.Sprintf(format, a...))
	}
}

// place puts a verified file into the folder in the making.
func (g *Getter) place(ctx context.Context, f File, part, staged string) error {
	into := filepath.Join(staged, f.Into)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return fileError(into, err)
	}
	from := filepath.Join(part, f.Base())
	if f.archive() {
		return unpack(ctx, from, into)
	}
	to := filepath.Join(into, f.Base())
	// A link and no move: should something fail later, the file is still there.
	if os.Link(from, to) == nil {
		return nil
	}
	if err := copyFile(ctx, from, to); err != nil {
		return fileError(to, err)
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, contextReader{ctx, in})
	return errors.Join(err, out.Sync(), out.Close())
}

// fetch brings a file to path, whole and verified. What is at path already is
// the beginning of it.
func (g *Getter) fetch(ctx context.Context, f File, path string) (sum, error) {
	var last error
	for n := range attempts {
		if n > 0 {
			g.say("%v; trying again", last)
			g.wait(ctx, n)
		}
		resumed, err := g.transfer(ctx, f, path)
		if ctx.Err() != nil {
			return sum{}, ctx.Err()
		}
		if err != nil {
			var fatal *lis.InputError
			if errors.As(err, &fatal) {
				return sum{}, err
			}
			last = err
			continue
		}
		s, err := verify(ctx, f, path)
		if err == nil || !errors.Is(err, lis.ErrChecksum) {
			return s, err
		}
		if err := os.Remove(path); err != nil {
			return sum{}, fileError(path, err)
		}
		if !resumed {
			return sum{}, err
		}
		last = err // the beginning may have been another file's
	}
	return sum{}, &lis.InputError{Kind: lis.ErrIO, What: "the file cannot be fetched: " + last.Error(), File: f.URL, Do: "try again later; what was fetched is kept", Err: last}
}

func (g *Getter) wait(ctx context.Context, n int) {
	if g.pause != nil {
		g.pause(ctx, n)
		return
	}
	select {
	case <-time.After(time.Second << (n - 1)):
	case <-ctx.Done():
	}
}

// addresses are where the file is looked for.
func (g *Getter) addresses(f File) ([]string, error) {
	if g.BaseURL == "" {
		return []string{f.URL}, nil
	}
	base, err := url.Parse(g.BaseURL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("%q is no address", g.BaseURL), Do: "write https://host/path"}
	}
	upstream, err := url.Parse(f.URL)
	if err != nil {
		panic("registry: bad address " + f.URL)
	}
	return []string{base.JoinPath(f.Base()).String(), base.JoinPath(upstream.Path).String()}, nil
}

// transfer fetches what is missing of a file; resumed tells that there was a
// beginning that was kept. An error that is no lis.InputError may pass.
func (g *Getter) transfer(ctx context.Context, f File, path string) (resumed bool, err error) {
	addresses, err := g.addresses(f)
	if err != nil {
		return false, err
	}
	for i, address := range addresses {
		resumed, err = g.transferFrom(ctx, f, address, path)
		if !errors.Is(err, errNotFound) || i == len(addresses)-1 {
			break
		}
	}
	if errors.Is(err, errNotFound) {
		return false, &lis.InputError{Kind: lis.ErrIO, What: "there is no such file (404)", File: strings.Join(addresses, ", "), Do: "it may have moved: say where with --base-url"}
	}
	return resumed, err
}

var errNotFound = errors.New("not found")

func (g *Getter) transferFrom(ctx context.Context, f File, address, path string) (resumed bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return false, fileError(path, err)
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return false, fileError(path, err)
	}
	if f.Bytes > 0 && have == f.Bytes {
		return true, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, &lis.InputError{Kind: lis.ErrUsage, What: "this is no address", File: address, Err: err}
	}
	req.Header.Set("User-Agent", "lislab")
	req.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(have, 10)+"-")
	}
	stall := g.stall
	if stall == 0 {
		stall = time.Minute
	}
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer watch.Stop()
	resp, err := g.client().Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return false, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		have = 0
	case http.StatusPartialContent:
		if !strings.HasPrefix(resp.Header.Get("Content-Range"), "bytes "+strconv.FormatInt(have, 10)+"-") {
			have = 0
			return false, errors.Join(errors.New("the server sent another part than was asked for"), out.Truncate(0))
		}
	case http.StatusRequestedRangeNotSatisfiable:
		// Nothing is missing, or the beginning is longer than the file.
		return true, nil
	case http.StatusNotFound, http.StatusGone:
		return false, errNotFound
	default:
		err := fmt.Errorf("the server answers %s", resp.Status)
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			return false, err
		}
		return false, &lis.InputError{Kind: lis.ErrIO, What: err.Error(), File: address, Do: "look at the address in a browser, or say where the file is with --base-url"}
	}
	resumed = have > 0
	if err := out.Truncate(have); err != nil {
		return false, fileError(path, err)
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return false, fileError(path, err)
	}
	total := f.Bytes
	if total == 0 && resp.ContentLength > 0 {
		total = have + resp.ContentLength
	}
	buf := make([]byte, 1<<18)
	for {
		n, rerr := resp.Body.Read(buf)
		if n > 0 {
			watch.Reset(stall)
			if _, err := out.Write(buf[:n]); err != nil {
				return resumed, fileError(path, err)
			}
			have += int64(n)
			if g.Progress != nil {
				g.Progress(int(have), int(max(total, have)), f.Base())
			}
			if f.Bytes > 0 && have > f.Bytes {
				break // verification will say what is wrong
			}
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			if cause := context.Cause(ctx); cause != nil {
				rerr = cause
			}
			return resumed, rerr
		}
	}
	if err := out.Sync(); err != nil {
		return resumed, fileError(path, err)
	}
	if f.Bytes > 0 && have < f.Bytes && resp.ContentLength < 0 {
		// Nobody said how long the answer is, so it may have been cut off.
		return resumed, fmt.Errorf("the transfer ended after %d of %d bytes", have, f.Bytes)
	}
	return resumed, nil
}

func (g *Getter) client() *http.Client {
	if g.Client != nil {
		return g.Client
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			ResponseHeaderTimeout: 30 * time.Second,
			TLSHandshakeTimeout:   15 * time.Second,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= 10 {
				return errors.New("more than ten redirections")
			}
			if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
				return errors.New("the server redirects to an unencrypted address")
			}
			return nil
		},
	}
}

// verify compares a file with its pinned size and checksums.
func verify(ctx context.Context, f File, path string) (sum, error) {
	s, err := sumOf(ctx, path)
	if err != nil {
		return s, err
	}
	s.Name = f.Base()
	wrong := func(what, got, want string) error {
		return &lis.InputError{Kind: lis.ErrChecksum, What: fmt.Sprintf("the file's %s is %s, expected %s", what, got, want), File: f.Base(), Do: "nothing was kept; fetch it again, and if it stays so upstream has changed the file"}
	}
	switch {
	case f.Bytes > 0 && s.Bytes != f.Bytes:
		return s, wrong("size", strconv.FormatInt(s.Bytes, 10)+" bytes", strconv.FormatInt(f.Bytes, 10))
	case f.SHA256 != "" && s.SHA256 != f.SHA256:
		return s, wrong("SHA-256", s.SHA256, f.SHA256)
	case f.MD5 != "" && s.MD5 != f.MD5:
		return s, wrong("MD5", s.MD5, f.MD5)
	case f.SHA256 == "" && f.MD5 == "":
		panic("registry: no checksum is pinned for " + f.URL)
	}
	return s, nil
}

// sumOf reads a file for its checksums.
func sumOf(ctx context.Context, path string) (sum, error) {
	in, err := os.Open(path)
	if err != nil {
		return sum{}, fileError(path, err)
	}
	defer in.Close()
	s, err := sumReader(contextReader{ctx, in})
	if err != nil && ctx.Err() == nil {
		err = fileError(path, err)
	}
	return s, err
}

func sumReader(in io.Reader) (sum, error) {
	hashes := []hash.Hash{sha256.New(), md5.New()}
	n, err := io.Copy(io.MultiWriter(hashes[0], hashes[1]), in)
	return sum{Bytes: n, SHA256: hex.EncodeToString(hashes[0].Sum(nil)), MD5: hex.EncodeToString(hashes[1].Sum(nil))}, err
}

// write lists what dir holds and puts the list there.
func (m *manifest) write(ctx context.Context, dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s, err := sumOf(ctx, path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s.Name, s.MD5 = filepath.ToSlash(rel), ""
		m.Files = append(m.Files, s)
		return nil
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, manifestName)
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fileError(path, err)
	}
	return nil
}

func readManifest(dir string) (*manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, &lis.InputError{Kind: lis.ErrIO, What: "the list of the folder's files is damaged", File: filepath.Join(dir, manifestName), Do: "remove the folder and fetch it again", Err: err}
	}
	return &m, nil
}
