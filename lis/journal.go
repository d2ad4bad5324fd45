package lis

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"os"
	"sync"
)

// A journal keeps the scores of finished lineages in a file, so that a sweep
// that was killed goes on where it was. It begins with a magic word and the
// sweep's id; each record is its length, its checksum and its content. What
// follows the last whole record (a write that the kill cut short) is cut off
// before more is appended. A journal of another sweep is begun anew.
type journal struct {
	mu   sync.Mutex
	file *os.File
}

// journalMagic changes with the format and with whatever changes scores.
const journalMagic = "lislab journal 1\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// journalID is of everything that scores depend on.
func (p *Plan) journalID() [32]byte {
	study, err := json.Marshal(p.Study)
	if err != nil {
		panic(err) // a study of plain values
	}
	return sha256.Sum256(append(study, p.log.SHA256()...))
}

// openJournal opens or begins the journal at path and hands over the lineages
// that it holds.
func openJournal(path string, id [32]byte, found func(record []byte) bool) (*journal, error) {
	fail := func(err error) (*journal, error) {
		return nil, &InputError{Kind: ErrIO, What: "the journal cannot be used", File: path, Err: err, Do: "check the folder, or remove the journal"}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return fail(err)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return fail(errors.Join(err, f.Close()))
	}
	head := append([]byte(journalMagic), id[:]...)
	good := 0
	if len(content) >= len(head) && string(content[:len(head)]) == string(head) {
		good = len(head)
		for {
			record, size := nextRecord(content[good:])
			if record == nil || !found(record) {
				break
			}
			good += size
		}
	}
	if err := f.Truncate(int64(good)); err != nil {
		return fail(errors.Join(err, f.Close()))
	}
	if _, err := f.Seek(int64(good), io.SeekStart); err != nil {
		return fail(errors.Join(err, f.Close()))
	}
	if good == 0 {
		if _, err := f.Write(head); err != nil {
			return fail(errors.Join(err, f.Close()))
		}
	}
	return &journal{file: f}, nil
}

// nextRecord gives the content of the first record of b and how many bytes it
// takes; nil where none is whole.
func nextRecord(b []byte) ([]byte, int) {
	const head = 12
	if len(b) < head {
		return nil, 0
	}
	n := binary.LittleEndian.Uint64(b)
	if n == 0 || n > uint64(len(b)-head) {
		return nil, 0
	}
	record := b[head : head+n]
	if crc32.Checksum(record, castagnoli) != binary.LittleEndian.Uint32(b[8:]) {
		return nil, 0
	}
	return record, head + int(n)
}

// append adds a record and waits until it is on the disk.
func (j *journal) append(record []byte) error {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(record)))
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(record, castagnoli))
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err := j.file.Write(append(b, record...))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return &InputError{Kind: ErrIO, What: "the journal cannot be written: " + err.Error(), File: j.file.Name(), Err: err, Do: "check the disk"}
	}
	return nil
}

func (j *journal) close() error { return j.file.Close() }

// encodeScores is a lineage as a record: which part, training, seed and fold,
// then the scores of the sets that it scored.
func encodeScores(part int, id lineageID, s *lineageScores) []byte {
	raw := uint32(0)
	if id.Training == Raw {
		raw = 1
	}
	var b []byte
	for _, v := range []uint32{uint32(part), raw, uint32(id.Seed), uint32(int32(id.Fold))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for k, base := range s.base {
		if base == nil {
			continue
		}
		for _, v := range base {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		for a := range s.arms {
			for _, v := range s.arms[a][k] {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
	}
	return b
}

// decodeScores reads what encodeScores wrote for the same parts; ok is false
// for anything else.
func decodeScores(parts []*part, b []byte) (number int, id lineageID, s *lineageScores, ok bool) {
	if len(b) < 16 || len(b)%4 != 0 {
		return 0, id, nil, false
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	number = int(word(0))
	if number >= len(parts) {
		return 0, id, nil, false
	}
	p := parts[number].plan
	id = lineageID{HeldOut, int(word(2)), int(int32(word(3)))}
	if word(1) == 1 {
		id.Training = Raw
	}
	s = p.newScores(id.Training)
	next := 4
	take := func(n int) []float32 {
		if 4*(next+n) > len(b) {
			next = len(b)
			return nil
		}
		v := make([]float32, n)
		for i := range v {
			v[i] = math.Float32frombits(word(next + i))
		}
		next += n
		return v
	}
	for k := range p.sets {
		if !id.scores(&p.sets[k]) {
			continue
		}
		s.base[k] = take(len(p.sets[k].rows))
		for a := range s.arms {
			s.arms[a][k] = take(len(p.sets[k].rows))
		}
	}
	return number, id, s, 4*next == len(b)
}
