package lis

import (
	"bufio"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"time"
	"unsafe"
)

// storedLog is where the columns of a log lie that NewStoredLog made: in files
// that have no name any more, mapped into memory.
type storedLog struct {
	dir     string
	columns []mapping
	dense   [][]float32 // Log.Numeric as a ranker sees it
}

// A mapping is one column: a value of size bytes per row, or, with offsets, as
// many as they say.
type mapping struct {
	bytes   []byte
	size    int
	offsets []int
}

// NewStoredLog makes the log that NewLog would make of the rows of all chunks,
// for logs that are larger than memory: in memory stays each distinct id, once;
// the columns go to files in dir ("" for $TMPDIR, else /var/tmp), 25 bytes an
// impression, 4 per slot and id, 12 per feature. A Log's slices are windows on
// these files, of which the system keeps in memory what it has room for, so that
// everything that takes a Log takes this one, to the same last bit.
//
// The rows must be in time order, and rows of equal time in one chunk, as
// datasets.Stream has them; an entry of a column's IDs must be the same id in
// every chunk. Name, File, Location and AllowDuplicates are the first chunk's.
// Nothing of it outlives the process, however that ends; Close gives the room
// back sooner.
//
// Errors are those of chunks, NewLog's with ErrBadTime for rows out of order,
// and ErrIO where the files cannot be written.
func NewStoredLog(chunks iter.Seq2[*Data, error], dir string) (_ *Log, err error) {
	s := &storing{log: &Log{stored: &storedLog{dir: storeDir(dir)}}, first: -1}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.closeFiles(), s.log.Close())
		}
	}()
	for d, err := range chunks {
		if err == nil {
			err = s.add(d)
		}
		if err != nil {
			return nil, err
		}
	}
	if s.rows == 0 {
		return nil, (&builder{}).refuse(ErrBadRow, -1, "", "the log has no rows", "")
	}
	if err := s.finish(); err != nil {
		return nil, err
	}
	return s.log, nil
}

// storeDir is where a log is stored that was not told. /tmp is in memory on many
// machines, which would defeat the purpose.
func storeDir(dir string) string {
	if dir != "" {
		return dir
	}
	if st, err := os.Stat("/var/tmp"); err == nil && st.IsDir() && os.Getenv("TMPDIR") == "" {
		return "/var/tmp"
	}
	return os.TempDir()
}

// Close gives back the room that a log of NewStoredLog takes on disk. Neither
// the log nor anything made of it but results may be used afterwards. Of other
// logs it does nothing.
func (l *Log) Close() error {
	if l.stored == nil {
		return nil
	}
	var errs []error
	for _, m := range l.stored.columns {
		errs = append(errs, unmapFile(m.bytes))
	}
	*l = Log{}
	return errors.Join(errs...)
}

// storing puts chunks by.
type storing struct {
	log     *Log
	head    Data // the first chunk, without rows
	rows    int
	last    int64 // the latest time
	time    storedColumn[int64]
	row     storedColumn[int64]
	hash    storedColumn[uint64]
	label   storedColumn[bool]
	weight  storedColumn[float32]
	numeric []storedColumn[float64]
	slots   []storingSlot
	// equal rows there were, first the source's row of the first.
	equal, first int
}

// storingSlot numbers ids by first appearance, as renumber does.
type storingSlot struct {
	check   idCheck
	index   storedColumn[uint32]
	offsets storedColumn[int]
	number  []uint32 // of a chunk's entry of IDs
	ids     []string
}

// add takes a chunk over.
func (s *storing) add(d *Data) error {
	b := builder{d: *d}
	if err := b.checkShape(); err != nil {
		return err
	}
	if s.rows == 0 {
		s.begin(&b)
	} else if err := s.follows(&b); err != nil {
		return err
	}
	checks := make([]idCheck, len(s.slots))
	for i := range s.slots {
		checks[i] = s.slots[i].check
	}
	if err := b.checkValues(checks); err != nil {
		return err
	}
	for i := range s.slots {
		s.slots[i].check = checks[i]
	}
	for r, t := range b.d.Time {
		if err := b.checkTime(r); err != nil {
			return err
		}
		if t < s.last {
			return b.refuse(ErrBadTime, b.source(r), "time", fmt.Sprintf("%s comes after %s, and the rows of a stored log must be in time order", when(t), when(s.last)), "sort them")
		}
		s.last = t
	}
	if b.d.Row == nil {
		for r := range b.d.Time {
			b.d.Row = append(b.d.Row, int64(s.rows+r))
		}
	}
	return s.write(&b)
}

// closeFiles ends what finish has not.
func (s *storing) closeFiles() error {
	errs := []error{s.time.close(), s.row.close(), s.hash.close(), s.label.close(), s.weight.close()}
	for i := range s.slots {
		errs = append(errs, s.slots[i].index.close(), s.slots[i].offsets.close())
	}
	for i := range s.numeric {
		errs = append(errs, s.numeric[i].close())
	}
	return errors.Join(errs...)
}

func (s *storing) begin(b *builder) {
	s.head = b.d
	s.head.Time, s.head.Label, s.head.Row = nil, nil, nil
	for range b.columns() {
		s.slots = append(s.slots, storingSlot{})
	}
	s.numeric = make([]storedColumn[float64], len(b.d.Numeric))
}

// follows refuses a chunk that is not shaped as the first.
func (s *storing) follows(b *builder) error {
	more, first := b.columns(), (&builder{d: s.head}).columns()
	same := len(more) == len(first) && len(b.d.Numeric) == len(s.head.Numeric) && (b.d.Weight == nil) == (s.head.Weight == nil)
	for i := 0; same && i < len(more); i++ {
		same = more[i].Name == first[i].Name && (more[i].Offsets == nil) == (first[i].Offsets == nil)
	}
	if !same {
		return b.refuse(ErrBadRow, b.source(0), "", "the chunks of the log have different columns", "")
	}
	if rows := int64(s.rows) + int64(len(b.d.Time)); rows > math.MaxInt32 {
		return b.refuse(ErrBadRow, -1, "", fmt.Sprintf("the log has more than %d rows", math.MaxInt32), "sample it")
	}
	return nil
}

// write appends a chunk to the files.
func (s *storing) write(b *builder) error {
	part := &Log{Time: b.d.Time, Label: b.d.Label, Numeric: b.d.Numeric, Weight: b.d.Weight, Row: b.d.Row}
	for i, c := range b.columns() {
		s.slots[i].renumber(c)
		part.Slots = append(part.Slots, *c)
	}
	before := part.makeHash()
	if n, first := part.equalRowsOf(before); n > 0 {
		if s.equal == 0 {
			s.first = int(part.Row[first])
		}
		s.equal += n
	}
	dir := s.log.stored.dir
	errs := []error{s.time.append(dir, part.Time), s.row.append(dir, part.Row), s.hash.append(dir, part.Hash), s.label.append(dir, part.Label), s.weight.append(dir, part.Weight)}
	for i, c := range part.Numeric {
		errs = append(errs, s.numeric[i].append(dir, c.Values))
	}
	for i := range part.Slots {
		c, to := &part.Slots[i], &s.slots[i]
		if c.Offsets != nil {
			base, offsets := to.index.n, slices.Clone(c.Offsets)
			for k := range offsets {
				offsets[k] += base
			}
			if to.offsets.n > 0 {
				offsets = offsets[1:] // where the chunk before ends is there
			}
			errs = append(errs, to.offsets.append(dir, offsets))
		}
		errs = append(errs, to.index.append(dir, c.Index))
	}
	s.rows += len(part.Time)
	return noRoom(dir, errors.Join(errs...))
}

func noRoom(dir string, err error) error {
	if err == nil {
		return nil
	}
	return &InputError{Kind: ErrIO, What: "the log's columns cannot be kept on disk: " + err.Error(), File: dir, Err: err, Do: "make room, or name a folder with room: TMPDIR=FOLDER"}
}

// renumber gives the chunk's ids the numbers of the whole log and keeps what is
// new of them.
func (s *storingSlot) renumber(c *Column) {
	for len(s.number) < len(c.IDs) {
		s.number = append(s.number, math.MaxUint32)
	}
	for i, k := range c.Index {
		if s.number[k] == math.MaxUint32 {
			s.number[k] = uint32(len(s.ids))
			s.ids = append(s.ids, c.IDs[k])
		}
		c.Index[i] = s.number[k]
	}
	c.IDs = s.ids
}

// finish maps the files and puts the log together.
func (s *storing) finish() error {
	l := s.log
	l.Name, l.Location = s.head.Name, s.head.Location
	if l.Location == nil {
		l.Location = time.UTC
	}
	store := l.stored
	err := errors.Join(
		mapColumn(store, &s.time, &l.Time, nil), mapColumn(store, &s.row, &l.Row, nil), mapColumn(store, &s.hash, &l.Hash, nil),
		mapColumn(store, &s.label, &l.Label, nil), mapColumn(store, &s.weight, &l.Weight, nil))
	for i := range s.slots {
		from, c := &s.slots[i], Column{Name: (&builder{d: s.head}).columns()[i].Name, IDs: s.slots[i].ids}
		err = errors.Join(err, mapColumn(store, &from.offsets, &c.Offsets, nil), mapColumn(store, &from.index, &c.Index, c.Offsets))
		l.Slots = append(l.Slots, c)
	}
	for i := range s.numeric {
		c := NumericColumn{Name: s.head.Numeric[i].Name}
		err = errors.Join(err, mapColumn(store, &s.numeric[i], &c.Values, nil))
		l.Numeric = append(l.Numeric, c)
	}
	if err != nil {
		return noRoom(store.dir, err)
	}
	for _, c := range l.Numeric {
		dense, err := store.standardised(c.Values)
		if err != nil {
			return noRoom(store.dir, err)
		}
		store.dense = append(store.dense, dense)
	}
	b := builder{d: s.head}
	b.d.Time = l.Time
	b.d.Row = l.Row
	if err := b.checkSpan(l.Time[0], l.Time[l.Len()-1]); err != nil {
		return err
	}
	l.forget(0, l.Len())
	return b.judgeDuplicates(l, s.equal, s.first)
}

// standardised is a feature as a ranker sees it.
func (s *storedLog) standardised(values []float64) ([]float32, error) {
	scale := scaleOf(values)
	return fillColumn(s, len(values), func(row int) float32 { return scale(values[row]) })
}

// newColumn makes a further column of a log, where its others lie.
func newColumn[T any](l *Log, value func(row int) T) ([]T, error) {
	if l.stored != nil {
		out, err := fillColumn(l.stored, l.Len(), value)
		return out, noRoom(l.stored.dir, err)
	}
	out := make([]T, l.Len())
	for row := range out {
		out[row] = value(row)
	}
	return out, nil
}

func fillColumn[T any](s *storedLog, n int, value func(row int) T) ([]T, error) {
	var to storedColumn[T]
	buf := make([]T, 0, 4096)
	for row := range n {
		if buf = append(buf, value(row)); len(buf) == cap(buf) || row == n-1 {
			if err := to.append(s.dir, buf); err != nil {
				return nil, errors.Join(err, to.close())
			}
			buf = buf[:0]
		}
	}
	var out []T
	err := mapColumn(s, &to, &out, nil)
	return out, err
}

// forgetRows is how many rows are read before what they took is given back.
const forgetRows = 1 << 20

// spans cuts the rows into pieces, and gives the memory of each back once it
// has been read.
func (l *Log) spans() iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from := 0; from < l.Len(); from += forgetRows {
			to := min(from+forgetRows, l.Len())
			if !yield(from, to) {
				return
			}
			l.forget(from, to)
		}
	}
}

// forget tells the system that rows from..to−1 of a stored log are not wanted
// in memory for now; they are read again where they are. Of a log in memory it
// does nothing.
func (l *Log) forget(from, to int) {
	if l.stored == nil || from >= to {
		return
	}
	for _, m := range l.stored.columns {
		lo, hi := from, to
		if m.offsets != nil {
			lo, hi = m.offsets[from], m.offsets[to]
		}
		forgetFile(m.bytes, lo*m.size, hi*m.size)
	}
}

// A storedColumn is a file that a column is appended to. Its name is gone as
// soon as it is open, so that nothing stays behind.
type storedColumn[T any] struct {
	file *os.File
	out  *bufio.Writer
	n    int
}

func (c *storedColumn[T]) close() error {
	if c.file == nil {
		return nil
	}
	err := c.file.Close()
	c.file = nil
	return err
}

func (c *storedColumn[T]) append(dir string, v []T) (err error) {
	if len(v) == 0 {
		return nil
	}
	if c.file == nil {
		if c.file, err = os.CreateTemp(dir, ".lislab-column-"); err != nil {
			return err
		}
		if err := os.Remove(c.file.Name()); err != nil {
			return err
		}
		c.out = bufio.NewWriterSize(c.file, 1<<18)
	}
	c.n += len(v)
	_, err = c.out.Write(unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0]))))
	return err
}

// mapColumn ends a column's file and makes to a window on it.
func mapColumn[T any](s *storedLog, c *storedColumn[T], to *[]T, offsets []int) error {
	if c.file == nil {
		return nil
	}
	var value T
	size := int(unsafe.Sizeof(value))
	err := c.out.Flush()
	var b []byte
	if err == nil {
		b, err = mapFile(c.file, c.n*size)
	}
	if err = errors.Join(err, c.close()); err != nil {
		return err
	}
	s.columns = append(s.columns, mapping{b, size, offsets})
	*to = unsafe.Slice((*T)(unsafe.Pointer(&b[0])), c.n)
	return nil
}
