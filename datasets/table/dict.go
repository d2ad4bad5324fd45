package table

import "hash/maphash"

// dict numbers distinct texts in the order of first appearance: open addressing
// with linear probing, because this is the inner loop of reading a log.
type dict struct {
	ids   []string
	slots []dictSlot // a power of two, at most half full
}

type dictSlot struct {
	hash uint32
	id   uint32 // number + 1; 0 is empty
}

var dictSeed = maphash.MakeSeed()

func (d *dict) add(b []byte) uint32 {
	if 2*len(d.ids) >= len(d.slots) {
		d.growSlots()
	}
	h := uint32(maphash.Bytes(dictSeed, b))
	mask := uint32(len(d.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.id == 0 {
			*s = dictSlot{h, uint32(len(d.ids) + 1)}
			d.ids = append(d.ids, string(b))
			return s.id - 1
		}
		if s.hash == h && d.ids[s.id-1] == string(b) {
			return s.id - 1
		}
	}
}

func (d *dict) addString(id string) uint32 {
	if 2*len(d.ids) >= len(d.slots) {
		d.growSlots()
	}
	h := uint32(maphash.String(dictSeed, id))
	mask := uint32(len(d.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &d.slots[i]
		if s.id == 0 {
			*s = dictSlot{h, uint32(len(d.ids) + 1)}
			d.ids = append(d.ids, id)
			return s.id - 1
		}
		if s.hash == h && d.ids[s.id-1] == id {
			return s.id - 1
		}
	}
}

func (d *dict) growSlots() {
	old := d.slots
	d.slots = make([]dictSlot, max(256, 4*len(old)))
	mask := uint32(len(d.slots) - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		i := s.hash & mask
		for d.slots[i].id != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = s
	}
}
