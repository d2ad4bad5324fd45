package build

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The archive that the compiler writes: "!<arch>\n", then members with a header
// of 60 bytes each, padded to even length.
const (
	arMagic  = "!<arch>\n"
	arHeader = 60
)

// appendMember adds a file to an archive.
func appendMember(archive []byte, name string, content []byte) []byte {
	archive = fmt.Appendf(archive, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 0, 0, 0, 0o644, len(content))
	archive = append(archive, content...)
	if len(content)%2 != 0 {
		archive = append(archive, 0)
	}
	return archive
}

// member finds a file in an archive.
func member(archive []byte, name string) ([]byte, error) {
	if !bytes.HasPrefix(archive, []byte(arMagic)) {
		return nil, errors.New("not an archive")
	}
	for rest := archive[len(arMagic):]; len(rest) >= arHeader; {
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[48:58])))
		if err != nil || size < 0 || arHeader+size > len(rest) {
			return nil, errors.New("damaged archive")
		}
		if strings.TrimSpace(string(rest[:16])) == name {
			return rest[arHeader : arHeader+size], nil
		}
		rest = rest[min(len(rest), arHeader+size+size%2):]
	}
	return nil, fmt.Errorf("no %s in the archive", name)
}

// hidePluginTable renames the table of exported names that the compiler writes
// for a package called main: a cell's object is linked into later cells' plugins
// too, where the table of the wrong package would be found. Nobody looks names
// up in it; cells register themselves. The names keep their length, so no
// offset moves; id makes them unlike those of other cells.
func hidePluginTable(archive []byte, id string) {
	for _, name := range []string{"go:plugin.tabs", "go:plugin.exports"} {
		other := []byte(name[:3] + id + strings.Repeat("_", len(name)))[:len(name)]
		for i := 0; ; {
			j := bytes.Index(archive[i:], []byte(name))
			if j < 0 {
				break
			}
			copy(archive[i+j:], other)
			i += j + len(name)
		}
	}
}

// references lists the symbols that the Go object in an archive refers to and
// does not define, by name. The layout is that of cmd/internal/goobj, which says
// in its first bytes which one it is.
func references(archive []byte) ([]string, error) {
	object, err := member(archive, "_go_.o")
	if err != nil {
		return nil, err
	}
	const (
		magic      = "\x00go120ld"
		header     = len(magic) + 8 + 4 // magic, fingerprint, flags; then the offsets of the blocks
		nonpkgRefs = 7                  // the block wanted
		symSize    = 8 + 2 + 1 + 1 + 1 + 4 + 4
	)
	i := bytes.Index(object, []byte(magic))
	if i < 0 || len(object) < i+header+4*(nonpkgRefs+2) {
		return nil, errors.New("the object's layout is not the known one")
	}
	object = object[i:]
	le := binary.LittleEndian
	from, to := int(le.Uint32(object[header+4*nonpkgRefs:])), int(le.Uint32(object[header+4*(nonpkgRefs+1):]))
	if from > to || to > len(object) || (to-from)%symSize != 0 {
		return nil, errors.New("the object's layout is not the known one")
	}
	var names []string
	for ; from < to; from += symSize {
		size, off := int(le.Uint32(object[from:])), int(le.Uint32(object[from+4:]))
		if off+size > len(object) {
			return nil, errors.New("the object's layout is not the known one")
		}
		names = append(names, string(object[off:off+size]))
	}
	return names, nil
}

// unmark takes the marks of stub.go off an ELF object that the Go linker wrote.
// Names only get shorter, within their place in the string table.
func unmark(object []byte) error {
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		return fmt.Errorf("the Go linker's object: %w", err)
	}
	table := f.Section(".strtab")
	if table == nil {
		return errors.New("the Go linker's object has no string table")
	}
	names := object[table.Offset : table.Offset+table.FileSize]
	shorten := func(from, to string) {
		old := []byte(from + "\x00")
		for i := 0; ; {
			j := bytes.Index(names[i:], old)
			if j < 0 {
				return
			}
			clear(names[i+j : i+j+len(old)])
			copy(names[i+j:], to)
			i += j + len(old)
		}
	}
	shorten(abiSuffix, "")
	shorten(abiHash, abiHashHere)
	return nil
}
