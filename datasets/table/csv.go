package table

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"strings"

	"github.com/lislab/lislab/lis"
)

// ReadCSV reads files of comma- or tab-separated values as one table. Each file
// has a header line (unless Options.Header names the columns) and must have the
// wanted columns, in any order. Fields may be quoted as RFC 4180 has it: a mark
// inside is doubled, and separators and line ends inside are text; a mark inside
// an unquoted field is text. Lines end in LF or CRLF; blank ones are skipped; a
// byte-order mark is. Files are parsed in parallel by chunks that are cut at
// record ends; the result does not depend on it.
//
// Errors are lis.InputErrors with file, line and column: lis.ErrNoSuchLog,
// lis.ErrUnknownColumn, lis.ErrBadRow (malformed rows above Options.MaxBad, or a
// cell not of its kind), lis.ErrMissingValue, lis.ErrIO, and what a Want names.
func ReadCSV(ctx context.Context, files []string, o Options) (*Table, error) {
	r := textReader{o: &o, files: files}
	return r.read(ctx, func(s *textSource) (chunkParser, error) { return newCSVFile(s, &o) })
}

// csvFile is a chunkParser for one CSV file.
type csvFile struct {
	file   string
	comma  byte
	quotes bool
	names  []string
	line   int // of the first data row
}

func newCSVFile(s *textSource, o *Options) (*csvFile, error) {
	f := &csvFile{file: s.path, comma: o.Comma, quotes: !o.NoQuotes, line: 1}
	if o.Header != nil {
		f.names = o.Header
		if f.comma == 0 {
			first, err := s.peekLine()
			if err != nil && err != io.EOF {
				return nil, err
			}
			f.comma = separator(first)
		}
		return f, nil
	}
	header, lines, err := f.readHeader(s)
	if err != nil {
		return nil, err
	}
	f.line += lines
	if f.comma == 0 {
		f.comma = separator(header)
	}
	var bounds []span
	row, _, _ := f.record(header, 0, &bounds)
	if row < 0 {
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "the header's quotation marks do not match", File: f.file, Row: 1, Do: "correct the first line"}
	}
	for _, b := range bounds {
		f.names = append(f.names, strings.TrimSpace(string(b.text(header))))
	}
	return f, nil
}

// readHeader takes the first record that is not blank; lines counts those read.
func (f *csvFile) readHeader(s *textSource) (header []byte, lines int, err error) {
	for {
		line, err := s.peekLine()
		if err == io.EOF && len(line) == 0 {
			return nil, 0, &lis.InputError{Kind: lis.ErrBadRow, What: "the file is empty, expected a header line", File: f.file, Do: "check the file"}
		}
		if err != nil && err != io.EOF {
			return nil, 0, err
		}
		if lines == 0 && len(line) >= 2 && (line[0] == 0xff && line[1] == 0xfe || line[0] == 0xfe && line[1] == 0xff) {
			return nil, 0, &lis.InputError{Kind: lis.ErrBadRow, What: "the file is UTF-16, expected UTF-8", File: f.file, Row: 1, Do: "convert it: iconv -f UTF-16 -t UTF-8"}
		}
		s.skip(len(line))
		lines++
		if len(bytes.TrimSpace(line)) == 0 && err == nil {
			continue
		}
		if lines == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		return append([]byte(nil), line...), lines, nil
	}
}

// separator is tab where the line has one outside quotes, else comma.
func separator(line []byte) byte {
	quoted := false
	for _, c := range line {
		switch c {
		case '"':
			quoted = !quoted
		case '\t':
			if !quoted {
				return '\t'
			}
		}
	}
	return ','
}

func (f *csvFile) header() []string { return f.names }

func (f *csvFile) firstLine() int { return f.line }

func (f *csvFile) list(int) bool { return false }

// cut finds the end of the last whole record. A mark opens a quoted field only
// where a field begins; b begins with a record.
func (f *csvFile) cut(b []byte, last bool) int {
	if last {
		return len(b)
	}
	end, pos := 0, 0
	for f.quotes {
		q := bytes.IndexByte(b[pos:], '"')
		if q < 0 {
			break
		}
		q += pos
		if n := bytes.LastIndexByte(b[pos:q], '\n'); n >= 0 {
			end = pos + n + 1
		}
		if q > 0 && b[q-1] != f.comma && b[q-1] != '\n' {
			pos = q + 1
			continue
		}
		closed := closing(b, q+1)
		if closed < 0 {
			return end
		}
		pos = closed + 1
	}
	if n := bytes.LastIndexByte(b[pos:], '\n'); n >= 0 {
		end = pos + n + 1
	}
	return end
}

// closing is the index of the mark that closes a quoted field whose text begins
// at i, −1 if there is none.
func closing(b []byte, i int) int {
	for {
		q := bytes.IndexByte(b[i:], '"')
		if q < 0 {
			return -1
		}
		q += i
		if q+1 < len(b) && b[q+1] == '"' {
			i = q + 2
			continue
		}
		return q
	}
}

// span is a field's place in its chunk.
type span struct {
	from uint32
	to   uint32 // with the bit escaped where the field holds doubled marks
}

const escaped = 1 << 31

func (s span) escaped() bool { return s.to&escaped != 0 }

// raw is the field's text with doubled marks as they stand.
func (s span) raw(b []byte) []byte { return b[s.from : s.to&^escaped] }

// text is the field's text.
func (s span) text(b []byte) []byte {
	if !s.escaped() {
		return b[s.from:s.to]
	}
	return unquote(nil, s.raw(b))
}

// record appends the fields of the record that begins at i, and gives the index
// after it, the number of line ends in it and what is wrong with it.
// A record that never ends gives −1.
func (f *csvFile) record(b []byte, i int, fields *[]span) (next, lines int, bad string) {
	out := *fields
	comma := f.comma
	for {
		if f.quotes && i < len(b) && b[i] == '"' {
			end := closing(b, i+1)
			if end < 0 {
				*fields = out
				return -1, bytes.Count(b[i:], []byte{'\n'}), "a quotation mark is not closed"
			}
			s := span{uint32(i + 1), uint32(end)}
			inner := s.raw(b)
			if bytes.IndexByte(inner, '"') >= 0 {
				s.to |= escaped
			}
			lines += bytes.Count(inner, []byte{'\n'})
			out = append(out, s)
			i = end + 1
			if i < len(b) && b[i] != comma && b[i] != '\n' && !(b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n') {
				bad = "text follows a closing quotation mark"
			}
			for i < len(b) && b[i] != comma && b[i] != '\n' {
				i++
			}
		} else {
			from := i
			for i < len(b) && b[i] != comma && b[i] != '\n' {
				i++
			}
			to := i
			if i == len(b) || b[i] == '\n' {
				to = beforeCR(b, from, i)
			}
			out = append(out, span{uint32(from), uint32(to)})
		}
		if i == len(b) {
			*fields = out
			return i, lines, bad
		}
		if b[i] == '\n' {
			*fields = out
			return i + 1, lines + 1, bad
		}
		i++
	}
}

// plainRecord is record for a record without quoted fields; where it meets one
// it gives false, with fields as they were. It is the loop over bytes, eight at a
// time: a byte of m is 0x80 where that of the text is a comma or a line end, and
// 0 elsewhere.
func (f *csvFile) plainRecord(b []byte, i int, fields []span) (next int, out []span, ok bool) {
	const low, most, high = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	commas := uint64(f.comma) * low
	out = fields
	from, p := i, i
	if f.quotes && b[i] == '"' {
		return i, fields, false
	}
	for ; p+8 <= len(b); p += 8 {
		w := binary.LittleEndian.Uint64(b[p:])
		c, n := w^commas, w^('\n'*low)
		m := (^((c&most + most) | c) | ^((n&most + most) | n)) & high
		for ; m != 0; m &= m - 1 {
			at := p + bits.TrailingZeros64(m)>>3
			if b[at] == '\n' {
				return at + 1, append(out, span{uint32(from), uint32(beforeCR(b, from, at))}), true
			}
			out = append(out, span{uint32(from), uint32(at)})
			from = at + 1
			if f.quotes && from < len(b) && b[from] == '"' {
				return i, fields, false
			}
		}
	}
	for ; p < len(b); p++ {
		switch b[p] {
		case '\n':
			return p + 1, append(out, span{uint32(from), uint32(beforeCR(b, from, p))}), true
		case f.comma:
			out = append(out, span{uint32(from), uint32(p)})
			from = p + 1
			if f.quotes && from < len(b) && b[from] == '"' {
				return i, fields, false
			}
		}
	}
	return len(b), append(out, span{uint32(from), uint32(beforeCR(b, from, len(b)))}), true
}

// beforeCR is the end of a field that a line ends at.
func beforeCR(b []byte, from, to int) int {
	if to > from && b[to-1] == '\r' {
		return to - 1
	}
	return to
}

func (f *csvFile) sample(b []byte, records int, cell func(column int, c []byte)) {
	var fields []span
	for i := 0; i >= 0 && i < len(b) && records > 0; {
		fields = fields[:0]
		i, _, _ = f.record(b, i, &fields)
		if len(fields) != len(f.names) {
			continue
		}
		records--
		for k, s := range fields {
			cell(k, s.text(b))
		}
	}
}

// batchRecords are split into fields before their cells are read, a column at a
// time.
const batchRecords = 256

// recordBatch holds the fields of some whole records.
type recordBatch struct {
	fields []span // as many per record as the header has
	lines  []int  // of each record, within the chunk
}

func (f *csvFile) parse(b []byte, c *chunk) {
	stride := len(f.names)
	batch := recordBatch{fields: make([]span, 0, batchRecords*stride), lines: make([]int, 0, batchRecords)}
	for i := 0; i < len(b) && !c.cut; {
		i = f.fill(b, i, c, &batch)
		n := len(batch.lines)
		failed, builder := n, 0
		for k, field := range c.fields {
			if n == 0 {
				break
			}
			if r := c.builders[k].column(b, batch.fields[field:], stride, n); r < failed {
				failed, builder = r, k
			}
		}
		if failed < n {
			c.refuse(builder, batch.lines[failed])
			return
		}
		for _, line := range batch.lines {
			c.row(line)
		}
	}
}

// fill takes the next records that are whole; it counts malformed ones and the
// lines of the chunk.
func (f *csvFile) fill(b []byte, i int, c *chunk, batch *recordBatch) int {
	batch.fields, batch.lines = batch.fields[:0], batch.lines[:0]
	stride := len(f.names)
	for i < len(b) && len(batch.lines) < batchRecords {
		if b[i] == '\n' {
			i++
			c.lines++
			continue
		}
		if b[i] == '\r' && (i+1 == len(b) || b[i+1] == '\n') {
			i++
			continue
		}
		at, lines, bad := len(batch.fields), 1, ""
		next, fields, ok := f.plainRecord(b, i, batch.fields)
		if batch.fields = fields; !ok {
			next, lines, bad = f.record(b, i, &batch.fields)
		}
		if n := len(batch.fields) - at; bad == "" && n != stride {
			bad = fmt.Sprintf("%d fields, expected %d", n, stride)
		}
		if bad != "" {
			batch.fields = batch.fields[:at]
			// A mark that was closed too late has eaten other rows.
			cut := next < 0 || next == len(b) && b[next-1] != '\n'
			if c.bad(c.lines, max(1, lines), bad, cut); cut {
				return len(b)
			}
		} else {
			batch.lines = append(batch.lines, c.lines)
		}
		c.lines += lines
		i = next
	}
	return i
}

// unquote appends text with doubled marks made single.
func unquote(out, text []byte) []byte {
	for {
		q := bytes.IndexByte(text, '"')
		if q < 0 {
			return append(out, text...)
		}
		out = append(out, text[:q+1]...)
		text = text[min(q+2, len(text)):]
	}
}
