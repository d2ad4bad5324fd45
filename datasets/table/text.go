package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"

	"github.com/lislab/lislab/lis"
)

// chunkSize is how much text one worker parses at a time: small enough for the
// cache and for every core to get some, large enough to be worth a hand-over.
const chunkSize = 2 << 20

// maxRecord is the longest row that is believed; beyond it a quotation mark was
// most likely never closed.
const maxRecord = 64 << 20

// A chunkParser knows one file's layout: how its columns are found and how a
// chunk of whole records is parsed.
type chunkParser interface {
	header() []string
	// firstLine is the 1-based line of the first record.
	firstLine() int
	// list tells whether a column's cells are lists.
	list(column int) bool
	// cut gives the length of the part of b that holds whole records, 0 for
	// none; last says that b ends the file.
	cut(b []byte, last bool) int
	// parse appends the records of b to the chunk.
	parse(b []byte, c *chunk)
	// sample calls cell for each field of the first records of b.
	sample(b []byte, records int, cell func(column int, c []byte))
}

// chunk is what parsing one piece of a file gives.
type chunk struct {
	builders []*builder
	fields   []int // for each builder its field in the record
	rows     int
	lines    int     // line ends in the chunk
	at       []int32 // for each row its line within the chunk; nil while row r is on line r
	badRows  int
	badLine  int    // of the first malformed row, within the chunk
	badWhat  string // what is wrong with it
	cut      bool   // the file ends within this row, so that it may not be whole
	failed   int    // builder that refused a cell, −1 for none
	failLine int
	done     chan struct{}
	buf      []byte
	file     int // index in files
}

// bad counts rows that are malformed; cut tells that the file ends within them.
func (c *chunk) bad(line, rows int, what string, cut bool) {
	if c.cut = cut; cut {
		what += ", and there the file ends: it was cut off"
	}
	if c.badRows == 0 || cut {
		c.badLine, c.badWhat = line, what
	}
	c.badRows += rows
}

func (c *chunk) refuse(builder, line int) { c.failed, c.failLine = builder, line }

func (c *chunk) row(line int) {
	if c.at == nil && line != c.rows {
		c.at = make([]int32, c.rows, c.rows+1024)
		for r := range c.at {
			c.at[r] = int32(r)
		}
	}
	if c.at != nil {
		c.at = append(c.at, int32(line))
	}
	c.rows++
}

// textReader reads files of records in lines: it cuts them into chunks, has the
// chunks parsed on all cores and puts the parts together in order.
type textReader struct {
	o     *Options
	files []string
	// emit, if set, is given each chunk once it is parsed, in order, in place of
	// assembling them; it is told the specs and the line that the chunk begins on.
	emit func(c *chunk, specs []*spec, line int) error

	// perByte is about how many rows come in a byte, for the builders' first
	// size.
	perByte float64
}

// widening asks to read again with a column of a wider kind.
type widening struct {
	column string
	kind   Kind
}

func (w *widening) Error() string { return "column " + w.column + " widens to " + w.kind.String() }

func (r *textReader) read(ctx context.Context, open func(*textSource) (chunkParser, error)) (*Table, error) {
	kinds := map[string]Kind{} // of inferred columns
	for {
		t, err := r.once(ctx, open, kinds)
		var w *widening
		if errors.As(err, &w) {
			kinds[w.column] = w.kind // wider each time, so this ends
			continue
		}
		return t, err
	}
}

func (r *textReader) once(ctx context.Context, open func(*textSource) (chunkParser, error), kinds map[string]Kind) (*Table, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := newMeter(r.o.Progress, r.files)
	jobs := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range jobs {
				job()
			}
		})
	}
	defer workers.Wait()
	defer close(jobs)

	var specs []*spec
	var chunks []*chunk
	var lines []int // first line of each file's data
	var firstErr error
	settled := 0            // chunks[:settled] are parsed and looked at
	line, lastLines := 0, 0 // where the last of them begins, and how many it has
	settle := func(upTo int) bool {
		for ; settled < upTo && firstErr == nil; settled++ {
			c := chunks[settled]
			<-c.done
			if line += lastLines; settled == 0 || c.file != chunks[settled-1].file {
				line = lines[c.file]
			}
			lastLines = c.lines
			if firstErr = r.check(c, line); firstErr == nil && r.emit != nil {
				firstErr = r.emit(c, specs, line)
				c.builders, c.at = nil, nil
			}
		}
		return firstErr == nil
	}
	free := make(chan []byte, 2*runtime.GOMAXPROCS(0)+2)
	for i, path := range r.files {
		s, err := newTextSource(ctx, path, r.chunkSize())
		if err != nil {
			return nil, err
		}
		defer s.close()
		p, err := open(s)
		if err != nil {
			return nil, err
		}
		if specs == nil {
			if specs, err = r.specs(p, s, kinds); err != nil {
				return nil, err
			}
		}
		fields, err := fieldsOf(path, p.header(), specs)
		if err != nil {
			return nil, err
		}
		lines = append(lines, p.firstLine())
		for {
			buf, err := s.next(p, free)
			m.add(s.progress())
			if err != nil && err != io.EOF {
				if !settle(len(chunks)) {
					return nil, firstErr
				}
				return nil, err
			}
			if len(buf) > 0 {
				c := &chunk{fields: fields, failed: -1, done: make(chan struct{}), buf: buf, file: i}
				chunks = append(chunks, c)
				rows := int(r.perByte*float64(len(buf))) + 16
				for _, s := range specs {
					b, err := newBuilder(s, rows)
					if err != nil {
						return nil, err
					}
					c.builders = append(c.builders, b)
				}
				jobs <- func() {
					p.parse(c.buf, c)
					select {
					case free <- c.buf[:0]:
					default:
					}
					c.buf = nil
					close(c.done)
				}
				// Bad cells stop the reading soon, in the order of the file.
				if !settle(len(chunks) - 2*runtime.GOMAXPROCS(0)) {
					return nil, firstErr
				}
			}
			if err == io.EOF {
				break
			}
		}
		s.close()
	}
	if !settle(len(chunks)) {
		return nil, firstErr
	}
	if r.emit != nil {
		return nil, nil
	}
	return r.assemble(specs, chunks, lines, jobs)
}

func (r *textReader) chunkSize() int {
	if r.o.chunk > 0 {
		return r.o.chunk
	}
	return chunkSize
}

// specs finds the wanted columns in the first file and what their kinds are.
func (r *textReader) specs(p chunkParser, s *textSource, kinds map[string]Kind) ([]*spec, error) {
	want := r.o.Want
	if len(want) == 0 {
		for _, name := range p.header() {
			want = append(want, Want{Column: name})
		}
	}
	specs := make([]*spec, len(want))
	byField := map[int][]*spec{}
	for i, w := range want {
		specs[i] = &spec{Want: w, infer: w.Kind == Any}
	}
	fields, err := fieldsOf(s.path, p.header(), specs)
	if err != nil {
		return nil, err
	}
	for i, f := range fields {
		byField[f] = append(byField[f], specs[i])
	}
	head, err := s.peekChunk(p)
	if err != nil && err != io.EOF {
		return nil, err
	}
	r.perByte = 1.05 * float64(bytes.Count(head, []byte{'\n'})) / float64(max(1, len(head)))
	narrowest := make([]Kind, len(p.header()))
	p.sample(head, sampleRows, func(column int, c []byte) {
		for _, sp := range byField[column] {
			sp.sampled += len(c)
			switch {
			case sp.infer:
				narrowest[column] = widest(narrowest[column], kindOf(trim(c)))
			case sp.Kind == Time && sp.unit == "" && (sp.TimeFormat == "" || sp.TimeFormat == "auto"):
				whole, _, _ := bytes.Cut(trim(c), []byte("."))
				if v, ok := parseInt(whole); ok {
					sp.unit = unitOf(v)
				}
			}
		}
	})
	for i, sp := range specs {
		if !sp.infer {
			continue
		}
		if p.list(fields[i]) {
			sp.Kind, sp.List = IDs, true
			continue
		}
		sp.Kind = max(narrowest[fields[i]], kinds[sp.Column])
		if sp.Kind == Any {
			sp.Kind = Int // nothing but empty cells so far
		}
	}
	return specs, nil
}

// sampleRows are looked at to find out kinds; a later cell that does not fit
// widens its column and reading begins anew.
const sampleRows = 1000

// kindOf is the narrowest kind of a cell, Any for an empty one.
func kindOf(c []byte) Kind {
	if isNull(c) {
		return Any
	}
	if v, ok := parseBool(c); ok && (v && len(c) == 4 || !v && len(c) == 5) {
		return Bool
	}
	if padded(c) {
		return String
	}
	if _, ok := parseInt(c); ok {
		return Int
	}
	if _, ok := parseFloat(c); ok && !isInteger(c) {
		return Float
	}
	return String
}

// widest is the narrowest kind that holds both.
func widest(a, b Kind) Kind {
	if a == Any || a == b {
		return b
	}
	if b == Any {
		return a
	}
	if a != Bool && b != Bool {
		return max(a, b)
	}
	return String
}

// fieldsOf finds each spec's column in a header.
func fieldsOf(path string, header []string, specs []*spec) ([]int, error) {
	fields := make([]int, len(specs))
	for i, s := range specs {
		names := []string{s.Column}
		if s.List {
			names = append(names, strings.TrimSuffix(s.Column, "[]"))
		}
		fields[i] = -1
		for _, name := range names {
			for k, h := range header {
				if h != name {
					continue
				}
				if fields[i] >= 0 {
					return nil, &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("two columns are called %q", name), File: path, Row: 1, Do: "rename one of them"}
				}
				fields[i] = k
			}
			if fields[i] >= 0 {
				break
			}
		}
		if fields[i] < 0 {
			return nil, unknownColumn(path, s.Column, header)
		}
	}
	return fields, nil
}

// check turns a chunk's refused cell into an error with its place; the chunk
// begins on line.
func (r *textReader) check(c *chunk, line int) error {
	if c.failed < 0 {
		return nil
	}
	b := c.builders[c.failed]
	if b.widen != Any {
		return &widening{b.spec.Column, b.widen}
	}
	return &lis.InputError{Kind: b.kind, What: b.err.Error(), File: r.files[c.file], Row: line + c.failLine, Column: b.spec.Column, Do: doAbout(b.kind, b.spec)}
}

// badRow is the error for the chunk's first malformed row.
func (r *textReader) badRow(c *chunk, line int) error {
	do := "correct the row or leave it out"
	if c.cut {
		do = "fetch or write the file again, or end its last row"
	}
	return &lis.InputError{Kind: lis.ErrBadRow, What: c.badWhat, File: r.files[c.file], Row: line + c.badLine, Do: do}
}

func doAbout(kind error, s *spec) string {
	if s.Do != "" && kind != lis.ErrMissingValue {
		return s.Do
	}
	switch kind {
	case lis.ErrMissingValue:
		return "fill the cell in, or leave the row out"
	case lis.ErrBadTime:
		return "correct the cell, or name the format (auto, s, ms, us, ns, rfc3339)"
	}
	return "correct the cell"
}

// assemble joins the chunks, a column per job.
func (r *textReader) assemble(specs []*spec, chunks []*chunk, lines []int, jobs chan<- func()) (*Table, error) {
	t := &Table{Columns: make([]Column, len(specs))}
	line := make([]int, len(r.files))
	copy(line, lines)
	for _, c := range chunks {
		if c.badRows > 0 && t.Bad == 0 {
			t.FirstBad = r.badRow(c, line[c.file])
		}
		t.Bad += c.badRows
		if c.cut {
			return nil, r.badRow(c, line[c.file])
		}
		if c.rows > 0 {
			t.places = append(t.places, place{r.files[c.file], t.Rows, line[c.file], c.at})
		}
		t.Rows += c.rows
		line[c.file] += c.lines
	}
	if err := t.checkBad(r.o); err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	for k, s := range specs {
		wg.Add(1)
		jobs <- func() {
			defer wg.Done()
			parts := make([]*builder, len(chunks))
			for i, c := range chunks {
				parts[i] = c.builders[k]
			}
			t.Columns[k] = concat(s.Column, s.Kind, parts, nil)
		}
	}
	wg.Wait()
	return t, nil
}
