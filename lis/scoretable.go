package lis

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// scoreTable is what a sweep scored, for whoever wants to recompute its rows.
type scoreTable struct {
	plan    *Plan
	done    map[lineageID]*lineageScores
	seeds   int
	updates map[Protocol]*updates // by training
}

// WriteScores writes every scored impression as CSV: row (0-based data row of
// the source), day (t+1, the period scored), user, item, label, seed, fold
// (empty without folds), protocol, base, updates_SLOT (c_t) per slot, and per
// arm a column SLOT_nH without filter. Slots leaked together have one more
// column SLOTS_nH_mM per filter, because their filters act slot by slot. All
// scores are logits, in the shortest form that is exact for float32. The error
// is ErrUsage for a result that was read from a file, or w's.
func (r *Result) WriteScores(w io.Writer) error {
	if r.scores == nil {
		return usage("run the sweep to get its scores", "this result has no scores")
	}
	t := r.scores
	b := bufio.NewWriterSize(w, 1<<20)
	header := []string{"row", "day", "user", "item", "label", "seed", "fold", "protocol", "base"}
	for _, s := range t.plan.log.Slots {
		header = append(header, "updates_"+s.Name)
	}
	for _, a := range t.plan.arms(HeldOut) {
		if a.protocol != HeldOut {
			continue
		}
		name := fmt.Sprintf("%s_n%d", t.plan.names[a.slots], a.horizon)
		if a.maxUpdates != Inf {
			name += fmt.Sprintf("_m%d", a.maxUpdates)
		}
		header = append(header, name)
	}
	for i := range header {
		header[i] = quoteCSV(header[i])
	}
	b.WriteString(strings.Join(header, ",") + "\n")
	for _, protocol := range t.plan.Study.Protocols {
		for _, id := range t.plan.lineages() {
			if id.Training != protocol.training() || id.Seed > t.seeds {
				continue
			}
			if err := t.writeLineage(b, protocol, id, t.done[id]); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}

func (t *scoreTable) writeLineage(w *bufio.Writer, protocol Protocol, id lineageID, s *lineageScores) error {
	l := t.plan.log
	arms := t.plan.arms(id.Training)
	var buf []byte
	for k := range t.plan.sets {
		if s.base[k] == nil {
			continue
		}
		set := &t.plan.sets[k]
		fold := ""
		if set.fold >= 0 {
			fold = strconv.Itoa(set.fold)
		}
		for i, row := range set.rows {
			label := "0"
			if l.Label[row] {
				label = "1"
			}
			buf = strconv.AppendInt(buf[:0], l.Row[row], 10)
			buf = strconv.AppendInt(append(buf, ','), int64(set.t+1), 10)
			for _, text := range []string{l.Slots[0].IDs[l.Slots[0].Index[row]], l.Slots[1].IDs[l.Slots[1].Index[row]], label, strconv.Itoa(t.plan.Study.seed(id.Seed)), fold, string(protocol)} {
				buf = append(append(buf, ','), quoteCSV(text)...)
			}
			buf = appendScore(buf, s.base[k][i])
			for slot := range l.Slots {
				buf = strconv.AppendInt(append(buf, ','), int64(t.updates[id.Training].rows[k][slot][i]), 10)
			}
			for a := range arms {
				if arms[a].protocol == protocol {
					buf = appendScore(buf, s.arms[a][k][i])
				}
			}
			if _, err := w.Write(append(buf, '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

func appendScore(b []byte, x float32) []byte {
	return strconv.AppendFloat(append(b, ','), float64(x), 'g', -1, 32)
}

// quoteCSV quotes a field where RFC 4180 asks for it.
func quoteCSV(s string) string {
	if s == "" || !strings.ContainsAny(s, ",\"\r\n") && s[0] != ' ' {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
