package build

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"syscall"
)

// symbols are the dynamic symbols that the worker and the library plugins
// define, as far as a plugin may refer to them.
type symbols struct {
	machine uint16
	at      map[string]symbol
	under   *symbols // of what was loaded before, which come first
}

// find looks a symbol up.
func (s *symbols) find(name string) (symbol, bool) {
	if s.under != nil {
		if sym, ok := s.under.find(name); ok {
			return sym, true
		}
	}
	sym, ok := s.at[name]
	return sym, ok
}

type symbol struct {
	info byte
	size uint64
	addr uint64
	in   *image
}

// image is the ELF file that symbols were read from.
type image struct {
	file    []byte
	elf     *elf.File
	names   string // the string table of the dynamic symbols
	table   []byte // the dynamic symbols
	targets func() map[uint64]string
	addends func() map[uint64]uint64
}

// mapFile maps a file of the cache into memory, where it shares its pages with
// the processes that run it. It stays mapped: symbols refer to it as long as the
// kernel lives.
func mapFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, nil
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, &fs.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, nil
}

// readSymbols reads the dynamic symbols of an ELF file.
func readSymbols(path string) (*symbols, error) {
	file, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	f, err := elf.NewFile(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.Class != elf.ELFCLASS64 || f.ByteOrder != binary.LittleEndian {
		return nil, errors.New("only 64-bit little-endian ELF is understood")
	}
	dynsym := f.SectionByType(elf.SHT_DYNSYM)
	if dynsym == nil || int(dynsym.Link) >= len(f.Sections) {
		return nil, fmt.Errorf("%s has no dynamic symbols", path)
	}
	part := func(s *elf.Section) []byte { return file[s.Offset : s.Offset+s.FileSize] }
	in := &image{file: file, elf: f, names: string(part(f.Sections[dynsym.Link])), table: part(dynsym)}
	in.targets, in.addends = sync.OnceValue(in.typeAddresses), sync.OnceValue(in.relocations)
	s := &symbols{machine: uint16(f.Machine), at: make(map[string]symbol, len(in.table)/symbolSize)}
	for i := 0; i < len(in.table)/symbolSize; i++ {
		if name, sym, defined := in.symbol(i); defined {
			s.at[name] = sym
		}
	}
	return s, nil
}

const symbolSize = 24

// symbol returns the i-th dynamic symbol.
func (in *image) symbol(i int) (name string, sym symbol, defined bool) {
	entry := in.table[i*symbolSize:]
	name = in.names[binary.LittleEndian.Uint32(entry):]
	if end := strings.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	shndx := int(binary.LittleEndian.Uint16(entry[6:]))
	sym = symbol{info: entry[4], addr: binary.LittleEndian.Uint64(entry[8:]), size: binary.LittleEndian.Uint64(entry[16:]), in: in}
	return name, sym, shndx != int(elf.SHN_UNDEF) && shndx < len(in.elf.Sections)
}

// typeAddresses names the type descriptors by address.
func (in *image) typeAddresses() map[uint64]string {
	at := map[uint64]string{}
	for i := 0; i < len(in.table)/symbolSize; i++ {
		if name, sym, defined := in.symbol(i); defined && isTypeSymbol(name) {
			at[sym.addr] = name
		}
	}
	return at
}

// relocations tells what the loader writes where: for each address of a pointer,
// the address it is made to point to.
func (in *image) relocations() map[uint64]uint64 {
	relative, absolute := uint32(elf.R_X86_64_RELATIVE), uint32(elf.R_X86_64_64)
	if in.elf.Machine == elf.EM_AARCH64 {
		relative, absolute = uint32(elf.R_AARCH64_RELATIVE), uint32(elf.R_AARCH64_ABS64)
	}
	at := map[uint64]uint64{}
	for _, sect := range in.elf.Sections {
		if sect.Type != elf.SHT_RELA {
			continue
		}
		le := binary.LittleEndian
		for data := in.file[sect.Offset : sect.Offset+sect.FileSize]; len(data) >= 24; data = data[24:] {
			off, info, addend := le.Uint64(data), le.Uint64(data[8:]), le.Uint64(data[16:])
			switch uint32(info) {
			case relative:
				at[off] = addend
			case absolute:
				if _, sym, defined := in.symbol(int(info >> 32)); defined {
					at[off] = sym.addr + addend
				}
			}
		}
	}
	return at
}

// bytes returns the file's content at an address, nil where there is none.
func (in *image) bytes(addr, size uint64) []byte {
	for _, sect := range in.elf.Sections {
		if sect.Type == elf.SHT_PROGBITS && sect.Addr <= addr && addr+size <= sect.Addr+sect.FileSize {
			off := sect.Offset + addr - sect.Addr
			return in.file[off : off+size]
		}
	}
	return nil
}

func isTypeSymbol(name string) bool {
	return strings.HasPrefix(name, "type:") && !strings.HasPrefix(name, "type:.")
}

const (
	// stubLibrary is the name that the Go linker takes the worker for.
	stubLibrary = "liblislab.so"
	// abiSuffix marks a function of Go's register calling convention in a Go
	// shared library. An executable does not mark them, so the marks are taken
	// off the cell's object again before it is linked.
	abiSuffix = ".abiinternal"
	// abiHash is where a module finds the hash of the library it was linked
	// against, and abiHashHere the empty string in the worker that stands for it.
	abiHash     = "go:link.abihash." + stubLibrary
	abiHashHere = "lislab.abihash"
	// addModule is the worker's door to the runtime's addmoduledata.
	addModule = "lislab.addmoduledata"
)

// linkerNeeds are the symbols that the Go linker looks up on its own account.
var linkerNeeds = []string{
	addModule,
	"runtime.unreachableMethod",
	"runtime.tlsg",
	"runtime.lastmoduledatap",
	"runtime.deferreturn",
	"runtime.zerobase",
	"runtime.morestack",
	"type:runtime.moduledata",
}

// writeStub writes an ELF shared library that defines those of the wanted
// symbols which s has, for the Go linker to link against. A nil wanted means
// all of them. withTypes adds the content of type descriptors: the linker looks
// into them where the objects it links have variables of such types.
func (s *symbols) writeStub(path string, wanted []string, withTypes bool) error {
	w := stubWriter{s: s, done: map[string]int{}, withTypes: withTypes}
	w.names.WriteByte(0)
	w.table.Write(make([]byte, symbolSize))
	for _, name := range linkerNeeds {
		w.add(name)
	}
	w.emit("runtime.mapinitnoop"+abiSuffix, symbol{info: byte(elf.STT_FUNC) | byte(elf.STB_GLOBAL)<<4, size: 8})
	w.emit(abiHash, symbol{info: byte(elf.STT_OBJECT) | byte(elf.STB_GLOBAL)<<4, size: 16})
	if wanted == nil {
		for from := s; from != nil; from = from.under {
			for name := range from.at {
				w.add(strings.TrimSuffix(name, ".abi0"))
			}
		}
	}
	for _, name := range wanted {
		w.add(mangle(name))
	}
	for i := 0; i < len(w.pointers); i++ { // it grows: types lead to types
		w.relocate(w.pointers[i])
	}
	return os.WriteFile(path, sharedLibrary(s.machine, w.data.Bytes(), w.table.Bytes(), w.names.Bytes(), w.relocs), 0o644)
}

// stubWriter collects the parts of the stub library.
type stubWriter struct {
	s         *symbols
	withTypes bool
	done      map[string]int // name -> index in the table
	names     bytes.Buffer
	table     bytes.Buffer
	data      bytes.Buffer
	relocs    []byte
	pointers  []stubPointer
}

// stubPointer is a pointer in a type descriptor that was copied to the stub.
type stubPointer struct {
	at     uint64 // where it is in the stub
	target string // the type it points to
}

// stubData is the address that the stub's data is said to be loaded at.
const stubData = 0x1000

// add writes a symbol under the name that the linker of a shared library looks
// for.
func (w *stubWriter) add(name string) {
	if _, ok := w.done[name]; ok {
		return
	}
	w.done[name] = 0
	sym, ok := w.s.find(name)
	switch {
	case ok && elf.ST_TYPE(sym.info) == elf.STT_FUNC && !strings.HasPrefix(name, "type:"):
		// In an executable the plain name is the register convention where
		// there are two, and whatever there is where there is one.
		w.emit(name+abiSuffix, sym)
		if abi0, two := w.s.find(name + ".abi0"); two {
			w.emit(name+".abi0", abi0)
		} else {
			w.emit(name, sym)
		}
	case ok:
		w.emit(name, sym)
	default:
		if sym, ok := w.s.find(name + ".abi0"); ok {
			w.emit(name+".abi0", sym)
		}
	}
}

func (w *stubWriter) emit(name string, sym symbol) {
	var b [symbolSize]byte
	le := binary.LittleEndian
	for w.data.Len()%8 != 0 {
		w.data.WriteByte(0)
	}
	at := stubData + uint64(w.data.Len())
	le.PutUint32(b[0:], uint32(w.names.Len()))
	b[4] = sym.info
	le.PutUint16(b[6:], 1)
	le.PutUint64(b[8:], at)
	le.PutUint64(b[16:], sym.size)
	w.done[name] = w.table.Len() / symbolSize
	w.names.WriteString(name)
	w.names.WriteByte(0)
	w.table.Write(b[:])
	if sym.in == nil || !isTypeSymbol(name) {
		return
	}
	content := sym.in.bytes(sym.addr, sym.size)
	if !w.withTypes || content == nil {
		w.data.Write(content)
		return
	}
	// Size, then the length of the part with pointers; the mask of pointers is
	// where the fifth word points to.
	const ptrdata, gcdata = 8, 32
	content = bytes.Clone(content)
	to := sym.in.addends()
	var mask []byte
	if len(content) >= gcdata+8 {
		if addr, ok := to[sym.addr+gcdata]; ok {
			mask = sym.in.bytes(addr, (le.Uint64(content[ptrdata:])/8+7)/8)
			le.PutUint64(content[gcdata:], at+uint64(len(content)))
		}
	}
	for off := uint64(0); off+8 <= uint64(len(content)); off += 8 {
		if addr, ok := to[sym.addr+off]; ok && off != gcdata {
			if target := sym.in.targets()[addr]; target != "" {
				w.pointers = append(w.pointers, stubPointer{at + off, target})
			}
		}
	}
	w.data.Write(content)
	w.data.Write(mask)
}

// relocate says in the stub what a pointer points to, by name.
func (w *stubWriter) relocate(p stubPointer) {
	w.add(p.target)
	var b [24]byte
	kind := uint64(elf.R_X86_64_64)
	if elf.Machine(w.s.machine) == elf.EM_AARCH64 {
		kind = uint64(elf.R_AARCH64_ABS64)
	}
	binary.LittleEndian.PutUint64(b[0:], p.at)
	binary.LittleEndian.PutUint64(b[8:], uint64(w.done[p.target])<<32|kind)
	w.relocs = append(w.relocs, b[:]...)
}

// sharedLibrary lays out an ELF shared library of one data section, a symbol
// table and relocations.
func sharedLibrary(machine uint16, data, table, names, relocs []byte) []byte {
	type section struct {
		name    string
		kind    elf.SectionType
		addr    uint64
		link    uint32
		entry   uint64
		content []byte
	}
	sections := []section{
		{},
		{name: ".data", kind: elf.SHT_PROGBITS, addr: stubData, content: data},
		{name: ".dynsym", kind: elf.SHT_DYNSYM, link: 3, entry: 24, content: table},
		{name: ".dynstr", kind: elf.SHT_STRTAB, content: names},
		{name: ".rela", kind: elf.SHT_RELA, link: 2, entry: 24, content: relocs},
		{name: ".shstrtab", kind: elf.SHT_STRTAB},
	}
	var titles bytes.Buffer
	titleAt := make([]int, len(sections))
	for i, s := range sections {
		titleAt[i] = titles.Len()
		titles.WriteString(s.name)
		titles.WriteByte(0)
	}
	sections[len(sections)-1].content = titles.Bytes()
	out := make([]byte, 64)
	var headers []byte
	le := binary.LittleEndian
	for i, s := range sections {
		out = append(out, make([]byte, -len(out)&7)...)
		var h [64]byte
		le.PutUint32(h[0:], uint32(titleAt[i]))
		le.PutUint32(h[4:], uint32(s.kind))
		le.PutUint64(h[16:], s.addr)
		le.PutUint64(h[24:], uint64(len(out)))
		le.PutUint64(h[32:], uint64(len(s.content)))
		le.PutUint32(h[40:], s.link)
		le.PutUint64(h[48:], 8)
		le.PutUint64(h[56:], s.entry)
		headers = append(headers, h[:]...)
		out = append(out, s.content...)
	}
	out = append(out, make([]byte, -len(out)&7)...)
	copy(out, elf.ELFMAG+"\x02\x01\x01")
	le.PutUint16(out[16:], uint16(elf.ET_DYN))
	le.PutUint16(out[18:], machine)
	le.PutUint32(out[20:], 1)
	le.PutUint64(out[40:], uint64(len(out)))
	le.PutUint16(out[52:], 64)
	le.PutUint16(out[58:], 64)
	le.PutUint16(out[60:], uint16(len(sections)))
	le.PutUint16(out[62:], uint16(len(sections)-1))
	return append(out, headers...)
}

// mangle shortens the names of type descriptors as the Go linker does where
// there are plugins (cmd/link/internal/ld.typeSymbolMangle).
func mangle(name string) string {
	isType := strings.HasPrefix(name, "type:")
	switch {
	case !isType && !strings.Contains(name, "@"), strings.HasPrefix(name, "type:runtime."), strings.HasPrefix(name, "go:string."):
		return name
	case len(name) <= 14 && !strings.Contains(name, "@"):
		return name
	case isType:
		prefix := "type:"
		if name[5] == '.' {
			prefix = "type:."
		}
		return prefix + shortHash(name[5:])
	}
	i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if j <= i {
		j = len(name)
	}
	return name[:i+1] + shortHash(name[i+1:j]) + name[j:]
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	sum[0] ^= 0xff
	return base64.StdEncoding.EncodeToString(sum[:6])
}
