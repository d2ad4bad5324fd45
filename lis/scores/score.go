package scores

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lislab/lislab/lis"
	"github.com/lislab/lislab/lis/auc"
)

// DefaultBins is the number of bins of a histogram.
const DefaultBins = 65536

// minImpressions is what a day needs to count, as in a sweep.
const minImpressions = 20

// sampled is the number of rows that a histogram's range is read off.
const sampled = 100_000

// Options says what to compute. The zero value works.
type Options struct {
	// MaxUpdates are the cold-start filters; empty means lis.Inf alone.
	MaxUpdates []int
	// Exact counts distinct scores, where a histogram counts bins. It needs
	// memory, or room to spill, for as many groups as there are scores.
	Exact bool
	// Bins of a histogram; 0 means DefaultBins.
	Bins int
	// Threshold above which |LIS| may be significant; 0 means 0.0010.
	Threshold float64
	// Cluster of the intervals, "item", "user" or "two-way"; "" means user for
	// the slot user, two-way where user is leaked with others, item otherwise.
	Cluster string
	// Progress, if set, is told which of the reads are done.
	Progress lis.Progress
}

// Score computes the LIS of each arm of a score table, for each filter, over
// all impressions and over the cold ones. The database keeps its intermediate
// tables for one session, and Score drops them.
//
// Errors: lis.ErrUsage for what the engine or a study refuses,
// lis.ErrUnknownColumn, lis.ErrBadRow for rows that cannot be scored (a label
// that is neither 0 nor 1, a missing or NaN score, an arm that scores other
// impressions than the base), lis.ErrOneClass where all labels are equal,
// lis.ErrTooFewPeriods where no day has 20 impressions and both classes.
func Score(ctx context.Context, db *sql.DB, d Dialect, t Table, o Options) (*Result, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx) // temporary tables belong to a session
	if err != nil {
		return nil, failed(ctx, "the database cannot be reached", err)
	}
	defer conn.Close()
	has, err := columnsOf(ctx, conn, t.From)
	if err != nil {
		return nil, err
	}
	if t, err = t.resolve(has); err != nil {
		return nil, err
	}
	r := &run{conn: conn, began: time.Now(), prefix: newPrefix()}
	defer r.dropAll(ctx, d)
	if t.Stage {
		if err := r.stage(ctx, d, &t); err != nil {
			return nil, err
		}
	}
	if t.long() && len(t.Arms) == 0 {
		if t.Arms, err = r.armsOf(ctx, d, t); err != nil {
			return nil, err
		}
	}
	p, err := newPlan(t, d, o, has)
	if err != nil {
		return nil, err
	}
	r.plan = p
	if err := r.checkRow(); err != nil {
		return nil, err
	}
	return r.result(ctx)
}

func (o Options) withDefaults() (Options, error) {
	if len(o.MaxUpdates) == 0 {
		o.MaxUpdates = []int{lis.Inf}
	}
	if o.Bins == 0 {
		o.Bins = DefaultBins
	}
	if o.Threshold == 0 {
		o.Threshold = 0.0010
	}
	bad := func(what, do string) (Options, error) {
		return o, &lis.InputError{Kind: lis.ErrUsage, What: what, Do: do}
	}
	for _, m := range o.MaxUpdates {
		if m < 1 {
			return bad(fmt.Sprintf("max-updates %d lets nothing through", m), "give 1 or more, or inf")
		}
	}
	if o.Bins < 2 || o.Bins > 1<<24 {
		return bad(fmt.Sprintf("%d bins", o.Bins), "give 2 to 16777216; 65536 is the default")
	}
	if !slices.Contains([]string{"", "item", "user", twoWay}, o.Cluster) {
		return bad(fmt.Sprintf("no cluster %q", o.Cluster), "give item, user or two-way")
	}
	return o, nil
}

// A run is one Score under way.
type run struct {
	*plan
	conn  *sql.Conn
	began time.Time
	// prefix of the names of this run's tables, unlike any other's.
	prefix string
	kept   []string
	done   int
	total  int
}

func newPrefix() string {
	id := make([]byte, 6)
	rand.Read(id)
	return "lis_" + hex.EncodeToString(id) + "_"
}

// stage copies the columns that are needed into the session.
func (r *run) stage(ctx context.Context, d Dialect, t *Table) error {
	var columns []string
	for _, c := range t.needed() {
		columns = append(columns, d.quote(c))
	}
	name := r.prefix + "src"
	if err := r.keepAs(ctx, d, name, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.From+" AS src"); err != nil {
		return err
	}
	t.From = name
	return nil
}

// keep stores a query's answer for the session.
func (r *run) keep(ctx context.Context, name, query string) error {
	return r.keepAs(ctx, r.d, name, query)
}

func (r *run) keepAs(ctx context.Context, d Dialect, name, query string) error {
	if _, err := r.conn.ExecContext(ctx, d.keep(name, query)); err != nil {
		return failed(ctx, "the engine refused a step", err)
	}
	r.kept = append(r.kept, name)
	return nil
}

// dropAll forgets what was kept, also where the context has ended.
func (r *run) dropAll(ctx context.Context, d Dialect) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for _, name := range r.kept {
		if _, err := r.conn.ExecContext(ctx, d.drop(name)); err != nil {
			return // the session's end drops them too
		}
	}
}

func (r *run) progress(label string) {
	if r.o.Progress != nil {
		r.o.Progress(r.done, r.total, label)
	}
	r.done++
}

// each calls read for every row of an answer.
func (r *run) each(ctx context.Context, query string, cells []any, read func() error) error {
	rows, err := r.conn.QueryContext(ctx, query)
	if err != nil {
		return failed(ctx, "the engine refused a step", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return failed(ctx, "the engine's answer cannot be read", err)
		}
		if err := read(); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return failed(ctx, "the engine's answer cannot be read", err)
	}
	return nil
}

// armsOf reads the arms that a long table has.
func (r *run) armsOf(ctx context.Context, d Dialect, t Table) ([]Arm, error) {
	var out []Arm
	var value sql.NullString
	err := r.each(ctx, fmt.Sprintf("SELECT DISTINCT CAST(%s AS STRING) AS arm FROM %s AS src ORDER BY arm", d.quote(t.ArmColumn), t.From), []any{&value}, func() error {
		if !value.Valid {
			return &lis.InputError{Kind: lis.ErrMissingValue, What: "rows without an arm", Column: t.ArmColumn, Do: `write "base" or SLOT:HORIZON`}
		}
		if value.String == "base" {
			return nil
		}
		a, err := ParseArm(value.String, true)
		out = append(out, a)
		return err
	})
	return out, err
}

// checkRow refuses a two-way interval without a column that tells impressions
// apart.
func (r *run) checkRow() error {
	for _, m := range r.measures {
		if m.cluster == twoWay && r.t.Row == "" {
			return &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("the two-way interval of %s needs a column that numbers impressions", m.arm.Slot), Do: "name it (--row COLUMN), or choose one cluster (--cluster item)"}
		}
	}
	return nil
}

// A key names a cell: the impressions of one AUC.
type key struct{ day, protocol, seed, fold string }

// A cell is an AUC's integers.
type cell struct{ pos, neg, u2, tied int64 }

func (c cell) auc() float64 { return float64(c.u2) / (2 * float64(c.pos) * float64(c.neg)) }

// bound is the most that counting within bins can be wrong by.
func (c cell) bound() float64 { return float64(c.tied) / (2 * float64(c.pos) * float64(c.neg)) }

func (c cell) n() int64 { return c.pos + c.neg }

// result makes the two passes and reads the rows off them.
func (r *run) result(ctx context.Context) (*Result, error) {
	prefix := r.prefix
	r.total = len(r.samples) + 1
	for i := range r.samples {
		r.total += len(r.samples[i].kinds)
	}
	cells := make([]map[key]cell, len(r.samples))
	bins := make([]binner, len(r.samples))
	histogram := func(i int) string { return fmt.Sprintf("%sh%d", prefix, i) }
	for i := range r.samples {
		s := &r.samples[i]
		r.progress("counting " + s.what)
		var err error
		if bins[i], err = r.binner(ctx, s); err != nil {
			return nil, err
		}
		if err := r.keep(ctx, histogram(i), r.plan.histogram(i, bins[i])); err != nil {
			return nil, err
		}
		if err := r.refuseFaults(ctx, s, histogram(i)); err != nil {
			return nil, err
		}
		if cells[i], err = r.cellsOf(ctx, histogram(i)); err != nil {
			return nil, err
		}
	}
	w, err := newWeights(cells[0])
	if err != nil {
		return nil, err
	}
	for _, m := range r.measures {
		if err := sameImpressions(cells[m.base], cells[m.leaked], r.samples[m.leaked].what); err != nil {
			return nil, err
		}
	}
	sums := func(i int, kind string) string { return fmt.Sprintf("%sc%d_%s", prefix, i, kind) }
	for i := range r.samples {
		s := &r.samples[i]
		influences := fmt.Sprintf("%sf%d", prefix, i)
		if err := r.keep(ctx, influences, r.plan.influences(histogram(i), histogram(0), len(w.seeds))); err != nil {
			return nil, err
		}
		for _, kind := range s.kinds {
			r.progress("adding within " + kind + ", " + s.what)
			if err := r.keep(ctx, sums(i, kind), r.plan.sums(s, bins[i], kind, influences)); err != nil {
				return nil, err
			}
		}
	}
	res := r.newResult(w)
	variances := make([]map[string]float64, len(r.measures))
	for i := range r.measures {
		if variances[i], err = r.variances(ctx, &r.measures[i], sums); err != nil {
			return nil, err
		}
	}
	for _, protocol := range w.protocols {
		for i := range r.measures {
			m := &r.measures[i]
			res.add(r.row(m, protocol, w, cells[m.base], cells[m.leaked], variances[i][protocol]))
		}
	}
	r.progress("done")
	res.finish()
	return res, nil
}

// binner chooses the bins of a sample, off its first rows.
func (r *run) binner(ctx context.Context, s *sample) (binner, error) {
	if r.o.Exact {
		return binner{}, nil
	}
	first := fmt.Sprintf("SELECT s FROM (SELECT s FROM (%s) AS r LIMIT %d) AS x WHERE s IS NOT NULL AND NOT isnan(s) AND abs(s) < 1e300", r.rows(s), sampled)
	b := binner{bins: r.o.Bins}
	var lo, hi sql.NullFloat64
	read := func(query string) error {
		return r.each(ctx, query, []any{&lo, &hi}, func() error { return nil })
	}
	if err := read("SELECT min(s), max(s) FROM (" + first + ") AS y"); err != nil {
		return b, err
	}
	if lo.Valid && lo.Float64 >= 0 && hi.Float64 <= 1 && hi.Float64 > 0 {
		b.logit = true
		if err := read("SELECT min(ln(s / (1e0 - s))), max(ln(s / (1e0 - s))) FROM (" + first + " AND s > 0e0 AND s < 1e0) AS y"); err != nil {
			return b, err
		}
	}
	b.lo, b.hi = lo.Float64, hi.Float64
	if margin := (b.hi - b.lo) / 20; margin > 0 && !math.IsInf(float64(b.bins)/margin, 0) {
		b.lo, b.hi = b.lo-margin, b.hi+margin
	} else { // all equal: any width will do
		b.lo, b.hi = b.lo-1, b.lo+1
	}
	return b, nil
}

func (r *run) refuseFaults(ctx context.Context, s *sample, histogram string) error {
	var code, n int64
	var found []string
	err := r.each(ctx, faulty(histogram), []any{&code, &n}, func() error {
		found = append(found, fmt.Sprintf("%d rows with %s", n, faults[code-1]))
		return nil
	})
	if err != nil || found == nil {
		return err
	}
	kind := lis.ErrBadRow
	if strings.HasSuffix(found[0], faults[0]) {
		kind = lis.ErrBadLabel
	}
	return &lis.InputError{Kind: kind, What: strings.Join(found, ", ") + " in " + s.what, Do: "correct them, or leave them out by a query"}
}

func (r *run) cellsOf(ctx context.Context, histogram string) (map[key]cell, error) {
	out := map[key]cell{}
	var k key
	var c cell
	err := r.each(ctx, r.cells(histogram), []any{&k.day, &k.protocol, &k.seed, &k.fold, &c.pos, &c.neg, &c.u2, &c.tied}, func() error {
		out[k] = c
		return nil
	})
	return out, err
}

// sameImpressions makes sure that two samples score the same impressions, as
// far as counts by day and label can tell.
func sameImpressions(base, leaked map[key]cell, what string) error {
	for k, b := range base {
		if l := leaked[k]; l.pos != b.pos || l.neg != b.neg {
			return &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("on day %s the base score has %d impressions, %d of label 1, and %s has %d, %d of label 1", k.day, b.n(), b.pos, what, l.n(), l.pos), Do: "both must score the same impressions"}
		}
	}
	if len(leaked) > len(base) {
		return &lis.InputError{Kind: lis.ErrBadRow, What: what + " scores days that the base score does not", Do: "both must score the same impressions"}
	}
	return nil
}

// weights are the cells that count, and how much.
type weights struct {
	counts    map[key]bool
	left      []string // days of which some cell does not count
	protocols []string
	seeds     []string
}

func newWeights(all map[key]cell) (*weights, error) {
	w := &weights{counts: map[key]bool{}}
	var pos, neg int64
	for k, c := range all {
		pos += c.pos
		neg += c.neg
		if c.n() >= minImpressions && c.pos > 0 && c.neg > 0 {
			w.counts[k] = true
			w.protocols = append(w.protocols, k.protocol)
			w.seeds = append(w.seeds, k.seed)
		} else {
			w.left = append(w.left, k.day)
		}
	}
	switch {
	case pos+neg == 0:
		return nil, &lis.InputError{Kind: lis.ErrBadRow, What: "the score table has no rows", Do: "look at its path, its query, its arms' names"}
	case pos == 0 || neg == 0:
		return nil, &lis.InputError{Kind: lis.ErrOneClass, What: fmt.Sprintf("all %d labels are equal", pos+neg), Do: "an AUC needs both classes"}
	case len(w.counts) == 0:
		return nil, &lis.InputError{Kind: lis.ErrTooFewPeriods, What: fmt.Sprintf("no day has %d impressions and both classes", minImpressions), Do: "score more impressions a day, or longer days"}
	}
	w.protocols, w.seeds, w.left = distinct(w.protocols), distinct(w.seeds), distinct(w.left)
	for _, protocol := range w.protocols {
		var n []int64
		for _, seed := range w.seeds {
			var sum int64
			for k := range w.counts {
				if k.protocol == protocol && k.seed == seed {
					sum += all[k].n()
				}
			}
			if n = append(n, sum); sum != n[0] {
				return nil, &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("seed %s scores %d impressions and seed %s %d", w.seeds[0], n[0], seed, sum), Do: "all seeds must score the same impressions"}
			}
		}
	}
	return w, nil
}

func distinct(s []string) []string {
	slices.SortFunc(s, byNumber)
	return slices.Compact(s)
}

// byNumber orders numbers by value, before any other text.
func byNumber(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return x - y
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// variances are the clustered variances of a measure, by protocol.
func (r *run) variances(ctx context.Context, m *measure, sums func(int, string) string) (map[string]float64, error) {
	of := func(kind string) (map[string]float64, error) {
		base, leaked := sums(m.base, kind), sums(m.leaked, kind)
		counts := map[string]int64{}
		var protocol, square string
		var k int64
		if m.base != m.leaked {
			for _, s := range []string{base, leaked} {
				if err := r.each(ctx, members(s), []any{&protocol, &k}, func() error {
					counts[protocol] = max(counts[protocol], k)
					return nil
				}); err != nil {
					return nil, err
				}
			}
		}
		out := map[string]float64{}
		return out, r.each(ctx, squares(base, leaked), []any{&protocol, &k, &square}, func() error {
			if k < counts[protocol] {
				return &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("the base score has other %ss than %s", kind, r.samples[m.leaked].what), Do: "both must score the same impressions"}
			}
			v, err := clusterVariance(square, k)
			out[protocol] = v
			return err
		})
	}
	if m.cluster != twoWay {
		return of(m.cluster)
	}
	var v [3]map[string]float64
	for i, kind := range []string{"item", "user", "row"} {
		var err error
		if v[i], err = of(kind); err != nil {
			return nil, err
		}
	}
	out := map[string]float64{}
	for protocol := range v[0] {
		out[protocol] = auc.TwoWayVariance(v[0][protocol], v[1][protocol], v[2][protocol])
	}
	return out, nil
}

// clusterVariance is K/(K−1)·Σ² of a sum of squares in integers of 1/scale².
func clusterVariance(square string, k int64) (float64, error) {
	square, _, _ = strings.Cut(square, ".")
	sum, ok := new(big.Int).SetString(square, 10)
	if !ok {
		return 0, fmt.Errorf("scores: the engine gave %q as a sum of squares", square)
	}
	if k < 2 {
		return 0, nil
	}
	f, _ := new(big.Float).SetInt(sum).Float64()
	return f / scale / scale * float64(k) / float64(k-1), nil
}

// row pools the AUCs of one measure and one protocol.
func (r *run) row(m *measure, protocol string, w *weights, base, leaked map[key]cell, variance float64) (lis.Row, float64) {
	nan := math.NaN()
	name := lis.Protocol(protocol)
	if r.t.Protocol == "" {
		name = m.arm.Protocol
		if name == "" {
			name = lis.HeldOut
		}
	}
	row := lis.Row{Log: r.t.Name, Protocol: name, Slot: m.arm.Slot, Horizon: m.arm.Horizon, MaxUpdates: m.maxUpdates, Scope: m.scope, Seeds: len(w.seeds),
		Share: nan, AUCBase: nan, AUCLeaked: nan, LIS: nan, SE: nan, CILow: nan, CIHigh: nan, P: nan, PAdj: nan, Memorised: nan}
	var used []key
	n, days := map[string]int64{}, map[string]bool{}
	for k, c := range base {
		if k.protocol == protocol && w.counts[k] && c.pos > 0 && c.neg > 0 {
			used = append(used, k)
			n[k.seed] += c.n()
			days[k.day] = true
			if k.seed == w.seeds[0] {
				row.N += int(c.n())
				row.NPos += int(c.pos)
			}
		}
	}
	row.Days = len(days)
	if row.N == 0 {
		return row, nan
	}
	slices.SortFunc(used, func(a, b key) int {
		for _, c := range [][2]string{{a.seed, b.seed}, {a.day, b.day}, {a.fold, b.fold}} {
			if d := byNumber(c[0], c[1]); d != 0 {
				return d
			}
		}
		return 0
	})
	bySeed, same, bound := map[string]float64{}, true, 0.0
	row.AUCBase, row.AUCLeaked = 0, 0
	s := float64(len(w.seeds))
	for _, k := range used {
		b, l := base[k], leaked[k]
		wt := float64(b.n()) / float64(n[k.seed])
		row.AUCBase += wt * b.auc() / s
		row.AUCLeaked += wt * l.auc() / s
		bySeed[k.seed] += wt * (l.auc() - b.auc())
		bound += wt * (b.bound() + l.bound()) / s
		same = same && b == l
	}
	row.LIS = row.AUCLeaked - row.AUCBase
	if same && variance == 0 {
		row.AUCLeaked, row.LIS, row.SE, row.CILow, row.CIHigh, row.P = row.AUCBase, 0, 0, 0, 0, 1
		return row, 0
	}
	row.SE = math.Sqrt(variance + seedVariance(bySeed))
	row.CILow, row.CIHigh = row.LIS-auc.Z95*row.SE, row.LIS+auc.Z95*row.SE
	row.P = auc.PValue(row.LIS, row.SE)
	if r.o.Exact {
		bound = 0
	}
	return row, bound
}

// seedVariance is the variance of the mean over seeds; 0 for one seed.
func seedVariance(lis map[string]float64) float64 {
	s := float64(len(lis))
	if s < 2 {
		return 0
	}
	var seeds []string
	for k := range lis {
		seeds = append(seeds, k)
	}
	slices.Sort(seeds)
	var mean, v float64
	for _, k := range seeds {
		mean += lis[k] / s
	}
	for _, k := range seeds {
		v += (lis[k] - mean) * (lis[k] - mean)
	}
	return v / (s - 1) / s
}
