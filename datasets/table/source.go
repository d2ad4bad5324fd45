package table

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/lislab/lislab/lis"
)

// Files are the files that a path or glob names, sorted by name; a directory
// stands for the files of known formats in it. Nothing found is lis.ErrNoSuchLog.
func Files(path string) ([]string, error) {
	st, err := os.Stat(path)
	switch {
	case err == nil && st.IsDir():
		return filesIn(path)
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, ioError(path, err)
	}
	if strings.ContainsAny(path, "*?[") {
		found, err := filepath.Glob(path)
		if err != nil {
			return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "the pattern cannot be read", File: path, Do: "close its brackets", Err: err}
		}
		if len(found) > 0 {
			return found, nil
		}
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "no file matches", File: path, Do: "check the pattern, and quote it against the shell"}
	}
	return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "no such file or directory", File: path, Do: "check the path"}
}

func filesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, ioError(dir, err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(e.Name(), "_") && FormatOf(e.Name()) != Unknown {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "the directory holds no file of a known format", File: dir, Do: "name a file or a pattern"}
	}
	return files, nil
}

func ioError(path string, err error) error {
	var known *lis.InputError
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	kind := lis.ErrIO
	if errors.Is(err, fs.ErrNotExist) {
		kind = lis.ErrNoSuchLog
	}
	var pe *fs.PathError
	what := err.Error()
	if errors.As(err, &pe) {
		what = fmt.Sprintf("cannot %s: %v", pe.Op, pe.Err)
	}
	return &lis.InputError{Kind: kind, What: what, File: path, Err: err}
}

// A Format is how a file is written.
type Format uint8

// The formats that are told by a file's name, compression aside.
const (
	Unknown Format = iota
	CSV            // .csv .tsv .txt .tab .dat: separated by comma or tab
	JSON           // .jsonl .ndjson .json: an object a line
	Parquet        // .parquet .pq
	Arrow          // .arrow .feather .ipc .arrows
	NPY            // .npy: an array a file, columns side by side
)

var endings = map[string]Format{
	".csv": CSV, ".tsv": CSV, ".txt": CSV, ".tab": CSV, ".dat": CSV,
	".jsonl": JSON, ".ndjson": JSON, ".json": JSON,
	".parquet": Parquet, ".pq": Parquet,
	".arrow": Arrow, ".feather": Arrow, ".ipc": Arrow, ".arrows": Arrow,
	".npy": NPY,
}

// FormatOf tells the format by the name's ending before .gz or .zst.
func FormatOf(name string) Format {
	return endings[strings.ToLower(filepath.Ext(Plain(name)))]
}

// Plain is the name without the ending of a compression.
func Plain(name string) string {
	lower := strings.ToLower(name)
	for _, z := range []string{".gz", ".zst", ".zstd"} {
		if strings.HasSuffix(lower, z) {
			return name[:len(name)-len(z)]
		}
	}
	return name
}

// meter adds up what was read of all files and reports at most a hundred times
// or so. A nil meter reports nothing.
type meter struct {
	report      lis.Progress
	done, total int64
	said        int64
}

func newMeter(report lis.Progress, files []string) *meter {
	if report == nil {
		return nil
	}
	m := &meter{report: report}
	for _, f := range files {
		m.total += fileSize(f)
	}
	return m
}

// fileSize in bytes, 0 where it cannot be told; opening the file says why.
func fileSize(path string) int64 {
	st, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return st.Size()
}

func (m *meter) add(n int64) {
	if m == nil {
		return
	}
	m.done += n
	if m.done == m.total || m.done-m.said > m.total/100 {
		m.said = m.done
		m.report(int(m.done), int(m.total), "bytes")
	}
}

// counted reads from a file and counts for the meter. It is read from one
// goroutine; what is outstanding is told by the goroutine that owns the meter.
type counted struct {
	f *os.File
	n atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.f.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// OpenFile opens a file for reading, decompressing .gz and .zst, whatever the
// name says: it is the first bytes that decide.
func OpenFile(path string) (io.ReadCloser, error) {
	s, err := openStream(path)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// stream is an opened, decompressed file.
type stream struct {
	io.Reader
	path  string
	raw   *counted
	close func()
}

func openStream(path string) (*stream, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, ioError(path, err)
	}
	raw := &counted{f: f}
	s := &stream{path: path, raw: raw, close: func() {}}
	if st, err := f.Stat(); err == nil && st.IsDir() {
		f.Close()
		return nil, &lis.InputError{Kind: lis.ErrNoSuchLog, What: "this is a directory, expected a file", File: path}
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		f.Close()
		return nil, ioError(path, err)
	}
	head = head[:n]
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		// A pipe: what was read goes first.
		raw.n.Add(int64(n))
		s.Reader = io.MultiReader(strings.NewReader(string(head)), raw)
	} else {
		s.Reader = raw
	}
	switch {
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		z, err := gzip.NewReader(bufio.NewReaderSize(s.Reader, 1<<18))
		if err != nil {
			f.Close()
			return nil, s.broken(err)
		}
		s.Reader = z
	case len(head) == 4 && slices.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(s.Reader)
		if err != nil {
			f.Close()
			return nil, s.broken(err)
		}
		s.Reader, s.close = z, z.Close
	}
	return s, nil
}

// Read reads on; a compressed file that ends too early is an error that says so.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = s.broken(err)
	}
	return n, err
}

func (s *stream) broken(err error) error {
	var known *lis.InputError
	if errors.As(err, &known) {
		return err
	}
	what := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		what = "the compressed file ends too early"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, zstd.ErrCRCMismatch):
		what = "the compressed file is damaged: " + what
	}
	return &lis.InputError{Kind: lis.ErrIO, What: what, File: s.path, Do: "fetch or write it anew", Err: err}
}

// Close closes the file.
func (s *stream) Close() error {
	s.close()
	return s.raw.f.Close()
}

// contextReader stops at the end of a context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

func columnsHint(name string, header []string) string {
	do := "the columns are " + strings.Join(header, ", ")
	for _, h := range header {
		if strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(name)) {
			return "did you mean " + h + "? " + do
		}
	}
	if len(header) == 1 && strings.ContainsAny(header[0], ";|") {
		do += "; a table is separated by comma or tab"
	}
	return do
}
