package datasets

import "github.com/lislab/lislab/lis"

// unknownID is the id of an item's attribute where its source has none.
const unknownID = "unknown"

// itemSlot makes the slot of an attribute of items: of gives the ids for an
// item, none standing for unknownID. Where any item has several the slot holds
// several ids per row.
func itemSlot(name string, item *lis.Column, of func(id string) []string) lis.Column {
	c := lis.Column{Name: name}
	number := map[string]uint32{}
	byItem := make([][]uint32, len(item.IDs))
	several := false
	for k, id := range item.IDs {
		values := of(id)
		if len(values) == 0 {
			values = []string{unknownID}
		}
		for _, v := range values {
			if v == "" {
				v = unknownID
			}
			n, ok := number[v]
			if !ok {
				n = uint32(len(c.IDs))
				number[v] = n
				c.IDs = append(c.IDs, v)
			}
			byItem[k] = append(byItem[k], n)
		}
		several = several || len(values) > 1
	}
	if several {
		c.Offsets = append(make([]int, 0, len(item.Index)+1), 0)
	}
	for _, k := range item.Index {
		c.Index = append(c.Index, byItem[k]...)
		if several {
			c.Offsets = append(c.Offsets, len(c.Index))
		}
	}
	return c
}

// one is an attribute with a single id, none for "".
func one(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}
