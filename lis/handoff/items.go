package handoff

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/lislab/lislab/lis"
)

// Item is the content of one item, as an encoder gets it.
type Item struct {
	ID   string
	Text string
	// AsOf is the period up to which the content was known: content from later
	// than the student was taught is content from the future.
	AsOf int32
	// Image is the path of the item's picture; "" for none.
	Image string
	// Vec is a raw content vector; nil for none.
	Vec []float32
}

// Items is the content of items.parquet: every item of a log.
type Items []Item

// Write makes items.parquet, whole or not at all, with the columns image and
// vec only where some item has them. The error is lis.ErrIO.
func (items Items) Write(path string) error {
	fields := []arrow.Field{
		{Name: "item_id", Type: arrow.BinaryTypes.String},
		{Name: "text", Type: arrow.BinaryTypes.String},
		{Name: "asof", Type: arrow.PrimitiveTypes.Int32},
	}
	image, vec := -1, -1
	for i := range items {
		if items[i].Image != "" && image < 0 {
			image = len(fields)
			fields = append(fields, arrow.Field{Name: "image", Type: arrow.BinaryTypes.String, Nullable: true})
		}
		if items[i].Vec != nil && vec < 0 {
			vec = len(fields)
			fields = append(fields, arrow.Field{Name: "vec", Type: arrow.ListOf(arrow.PrimitiveTypes.Float32), Nullable: true})
		}
	}
	return writeTable(path, arrow.NewSchema(fields, nil), func(b *array.RecordBuilder) {
		for i := range items {
			b.Field(0).(*array.StringBuilder).Append(items[i].ID)
			b.Field(1).(*array.StringBuilder).Append(items[i].Text)
			b.Field(2).(*array.Int32Builder).Append(items[i].AsOf)
			if image >= 0 {
				s := b.Field(image).(*array.StringBuilder)
				if items[i].Image == "" {
					s.AppendNull()
				} else {
					s.Append(items[i].Image)
				}
			}
			if vec >= 0 {
				l := b.Field(vec).(*array.ListBuilder)
				l.Append(items[i].Vec != nil)
				l.ValueBuilder().(*array.Float32Builder).AppendValues(items[i].Vec, nil)
			}
		}
	})
}

// ReadItems reads items.parquet. An item that stands twice is lis.ErrBadRow.
func ReadItems(path string) (Items, error) {
	t, _, err := readTable(path)
	if err != nil {
		return nil, err
	}
	defer t.Release()
	c := columns{path, t}
	ids, err := c.texts("item_id")
	if err != nil {
		return nil, err
	}
	texts, err := c.texts("text")
	if err != nil {
		return nil, err
	}
	asof, err := c.integers("asof")
	if err != nil {
		return nil, err
	}
	items, seen := make(Items, len(ids)), map[string]int{}
	for i, id := range ids {
		if first, ok := seen[id]; ok {
			return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("item %q stands here and in row %d", id, first+1), File: path, Row: i + 1, Column: "item_id", Do: "keep one row per item"}
		}
		seen[id] = i
		items[i] = Item{ID: id, Text: texts[i], AsOf: int32(asof[i])}
	}
	if c.has("vec") {
		v, err := c.vectors("vec")
		if err != nil {
			return nil, err
		}
		for i := range items {
			items[i].Vec = v[i]
		}
	}
	if c.has("image") {
		err := c.each("image", func(row int, a arrow.Array, i int) error {
			s, ok := a.(*array.String)
			if !ok {
				return c.wrong("image", row, a, "text")
			}
			if s.IsValid(i) {
				items[row].Image = s.Value(i)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}
