package table

import (
	"bytes"
	"context"
	"fmt"
	"io"
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
		f.names = append(f.names, strings.TrimSpace(string(b.text(header, nil))))
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
	from, to int
	escaped  bool // holds doubled marks
}

// text is the field's text; scratch may be used for it.
func (s span) text(b, scratch []byte) []byte {
	if !s.escaped {
		return b[s.from:s.to]
	}
	return bytes.ReplaceAll(b[s.from:s.to], []byte(`""`), []byte(`"`))
}

// record finds the fields of the record that begins at i, and gives the index
// after it, the number of line ends in it and what is wrong with it.
// A record that never ends gives −1.
func (f *csvFile) record(b []byte, i int, fields *[]span) (next, lines int, bad string) {
	out := (*fields)[:0]
	comma := f.comma
	for {
		if f.quotes && i < len(b) && b[i] == '"' {
			end := closing(b, i+1)
			if end < 0 {
				*fields = out
				return -1, bytes.Count(b[i:], []byte{'\n'}), "a quotation mark is not closed"
			}
			s := span{i + 1, end, false}
			if inner := b[s.from:s.to]; bytes.IndexByte(inner, '"') >= 0 {
				s.escaped = true
			}
			lines += bytes.Count(b[s.from:s.to], []byte{'\n'})
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
			if to > from && b[to-1] == '\r' && (i == len(b) || b[i] == '\n') {
				to--
			}
			out = append(out, span{from, to, false})
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

func (f *csvFile) sample(b []byte, records int, cell func(column int, c []byte)) {
	var fields []span
	for i := 0; i >= 0 && i < len(b) && records > 0; {
		i, _, _ = f.record(b, i, &fields)
		if len(fields) != len(f.names) {
			continue
		}
		records--
		for k, s := range fields {
			cell(k, s.text(b, nil))
		}
	}
}

func (f *csvFile) parse(b []byte, c *chunk) {
	var fields []span
	var scratch []byte
	line := 0 // line ends before the record, within the chunk
	for i := 0; i < len(b); {
		if b[i] == '\n' {
			i++
			line++
			continue
		}
		if b[i] == '\r' && (i+1 == len(b) || b[i+1] == '\n') {
			i++
			continue
		}
		next, lines, bad := f.record(b, i, &fields)
		at := line
		line += lines
		if bad == "" && len(fields) != len(f.names) {
			bad = fmt.Sprintf("%d fields, expected %d", len(fields), len(f.names))
		}
		i = next
		if bad != "" {
			// A mark that was closed too late has eaten other rows.
			c.bad(at, max(1, lines), bad)
			if next < 0 {
				c.unclosed = true
				break
			}
			continue
		}
		for k, s := range c.fields {
			sp := fields[s]
			text := b[sp.from:sp.to]
			if sp.escaped {
				scratch = unquote(scratch[:0], text)
				text = scratch
			}
			if !c.builders[k].cell(text) {
				c.refuse(k, at)
				return
			}
		}
		c.row(at)
	}
	c.lines = line
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
