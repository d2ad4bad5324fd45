package registry

import (
	"archive/tar"
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/lislab/lislab/lis"
)

// What an archive may unpack to, whatever it claims: this many times its size
// and slack bytes, and so many files.
const (
	maxRatio = 100
	slack    = 1 << 30
	maxFiles = 10_000
)

// notUnpacked are left in the archive: MovieLens' and MovieTweetings' files
// about people.
var notUnpacked = map[string]bool{"users.dat": true}

// unpacker writes an archive's files below one directory.
type unpacker struct {
	archive string // for error messages
	root    *os.Root
	left    int64 // bytes that may still be written
	files   int
}

// unpack unpacks a .zip or .tar.gz into dir, which exists. Names that would leave
// dir, links and devices are lis.ErrUnsafePath; an archive that is too large for
// what it is, damaged or cut off is lis.ErrIO. The caller throws dir away then.
func unpack(ctx context.Context, archive, dir string) error {
	st, err := os.Stat(archive)
	if err != nil {
		return fileError(archive, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fileError(dir, err)
	}
	defer root.Close()
	u := &unpacker{archive: path.Base(archive), root: root, left: st.Size()*maxRatio + slack}
	if strings.HasSuffix(archive, ".zip") {
		return u.zip(ctx, archive)
	}
	return u.tar(ctx, archive)
}

func (u *unpacker) zip(ctx context.Context, archive string) error {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return u.damaged(err)
	}
	defer r.Close()
	for _, f := range r.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := u.name(f.Name)
		if err != nil {
			return err
		}
		switch mode := f.Mode(); {
		case mode.IsDir() || strings.HasSuffix(f.Name, "/"):
			continue // folders come with their files
		case !mode.IsRegular():
			return u.unsafe(f.Name, "it is a link or a device")
		}
		in, err := f.Open()
		if err != nil {
			return u.damaged(err)
		}
		err = u.write(ctx, name, in)
		in.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) tar(ctx context.Context, archive string) error {
	f, err := os.Open(archive)
	if err != nil {
		return fileError(archive, err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return u.damaged(err)
	}
	r := tar.NewReader(z)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if errors.Is(err, tar.ErrInsecurePath) {
			return u.unsafe(h.Name, "it would leave the target")
		}
		if err != nil {
			return u.damaged(err)
		}
		name, err := u.name(h.Name)
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader:
			continue
		case tar.TypeReg:
		default:
			return u.unsafe(h.Name, "it is a link or a device")
		}
		if err := u.write(ctx, name, r); err != nil {
			return err
		}
	}
	// The checksum of the stream comes after the archive's end.
	if _, err := io.Copy(io.Discard, z); err != nil {
		return u.damaged(err)
	}
	return nil
}

// name is an entry's name as a clean relative path.
func (u *unpacker) name(name string) (string, error) {
	if strings.ContainsAny(name, "\\\x00") || strings.Contains(name, ":") {
		return "", u.unsafe(name, "its name holds a backslash, a colon or a zero byte")
	}
	clean := path.Clean(name)
	if !fs.ValidPath(clean) || path.IsAbs(name) {
		return "", u.unsafe(name, "it would leave the target")
	}
	return clean, nil
}

func (u *unpacker) write(ctx context.Context, name string, in io.Reader) error {
	if notUnpacked[path.Base(name)] {
		n, err := io.Copy(io.Discard, io.LimitReader(in, u.left+1))
		return u.spend(n, err)
	}
	if u.files++; u.files > maxFiles {
		return &lis.InputError{Kind: lis.ErrIO, What: fmt.Sprintf("the archive holds more than %d files", maxFiles), File: u.archive, Do: "it is not the set it is said to be"}
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fileError(name, err)
	}
	out, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return u.unsafe(name, "it is there twice")
		}
		return fileError(name, err)
	}
	n, err := io.Copy(out, io.LimitReader(contextReader{ctx, in}, u.left+1))
	if err := u.spend(n, err); err != nil {
		out.Close()
		return err
	}
	if err := out.Sync(); err != nil {
		out.Close()
		return fileError(name, err)
	}
	if err := out.Close(); err != nil {
		return fileError(name, err)
	}
	return nil
}

// spend counts n bytes.
func (u *unpacker) spend(n int64, err error) error {
	u.left -= n
	var pe *fs.PathError
	switch {
	case u.left < 0:
		return &lis.InputError{Kind: lis.ErrIO, What: "the archive unpacks to far more than it can hold", File: u.archive, Do: "it is not the set it is said to be"}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &pe):
		return fileError(pe.Path, err)
	case err != nil:
		return u.damaged(err)
	}
	return nil
}

func (u *unpacker) unsafe(name, why string) error {
	return &lis.InputError{Kind: lis.ErrUnsafePath, What: fmt.Sprintf("the entry %q is refused: %s", name, why), File: u.archive, Do: "nothing was kept of the archive"}
}

func (u *unpacker) damaged(err error) error {
	return &lis.InputError{Kind: lis.ErrIO, What: "the archive is damaged: " + err.Error(), File: u.archive, Do: "fetch it again", Err: err}
}

func fileError(name string, err error) error {
	what := err.Error()
	var pe *fs.PathError
	if errors.As(err, &pe) {
		what = fmt.Sprintf("cannot %s: %v", pe.Op, pe.Err)
	}
	return &lis.InputError{Kind: lis.ErrIO, What: what, File: name, Do: "check the place and the space left on it", Err: err}
}

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
