package ranker

// Scores are the logits of impressions rows of d by a ranker as it is now.
func Scores(r Ranker, d *Data, rows []int32) []float32 {
	offset, width := make([]int, len(d.Slots)), 0
	for s := range d.Slots {
		offset[s] = width
		width += r.RowLen(s)
	}
	x := make([]float32, width*len(rows))
	var one []float32
	for i, row := range rows {
		for s := range d.Slots {
			dst := x[i*width+offset[s]:][:r.RowLen(s)]
			ids := d.Slots[s].At(row)
			if len(ids) == 1 {
				r.Row(dst, s, ids[0])
				continue
			}
			one = append(one[:0], dst...)
			for _, id := range ids {
				r.Row(one, s, id)
				for j, v := range one {
					dst[j] += float32(v / float32(len(ids)))
				}
			}
		}
	}
	out := make([]float32, len(rows))
	r.Score(out, r.Dense(), x, d, rows)
	return out
}
