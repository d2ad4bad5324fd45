package scores

import (
	"fmt"
	"strconv"
	"strings"
)

// scale is the integer that an influence of 1 is added as.
const scale = 1 << 60

// A binner maps scores to bins, monotonically. Probabilities are spread by
// their logit, for click rates crowd near 0.
type binner struct {
	logit  bool
	lo, hi float64 // of the score, or of its logit
	bins   int     // 0 for exact: the score is its own bin
}

func double(x float64) string {
	s := strconv.FormatFloat(x, 'e', -1, 64)
	if !strings.HasPrefix(s, "-") {
		return s
	}
	return "(" + s + ")"
}

// sql is the bin of the score s, which is neither NULL nor NaN.
func (b binner) sql(s string) string {
	if b.bins == 0 {
		return s
	}
	last := double(float64(b.bins - 1))
	linear := func(x string) string {
		return fmt.Sprintf("least(greatest(floor((%s - %s) * %s), 0e0), %s)", x, double(b.lo), double(float64(b.bins)/(b.hi-b.lo)), last)
	}
	if !b.logit {
		return "CAST(" + linear(s) + " AS INT)"
	}
	return fmt.Sprintf("CAST(CASE WHEN %s <= 0e0 THEN 0e0 WHEN %s >= 1e0 THEN %s ELSE %s END AS INT)", s, s, last, linear(fmt.Sprintf("ln(%s / (1e0 - %s))", s, s)))
}

// keys are the columns that part AUCs, as every statement calls them: the day
// (d), and where the table has them protocol (pr), seed (sd) and fold (fo).
func (p *plan) keys() []string {
	k := []string{"d"}
	for _, c := range [][2]string{{p.t.Protocol, "pr"}, {p.t.Seed, "sd"}, {p.t.Fold, "fo"}} {
		if c[0] != "" {
			k = append(k, c[1])
		}
	}
	return k
}

func (p *plan) keyList(of string) string {
	k := p.keys()
	for i := range k {
		k[i] = of + k[i]
	}
	return strings.Join(k, ", ")
}

func (p *plan) sameKeys(a, b string) string {
	k := p.keys()
	for i := range k {
		k[i] = a + "." + k[i] + " = " + b + "." + k[i]
	}
	return strings.Join(k, " AND ")
}

// within is the window of one lineage's days, over which weights sum to 1.
func (p *plan) within() string {
	var k []string
	for _, key := range p.keys() {
		if key == "pr" || key == "sd" {
			k = append(k, key)
		}
	}
	if k == nil {
		return ""
	}
	return "PARTITION BY " + strings.Join(k, ", ")
}

// rows is a sample as a query: its keys, label y (2 where it is none), score s,
// and the extra columns asked for, by name.
func (p *plan) rows(s *sample, extra ...string) string {
	q := p.d.quote
	cols := []string{q(p.t.Day) + " AS d"}
	if p.t.Protocol != "" {
		cols = append(cols, q(p.t.Protocol)+" AS pr")
	}
	if p.t.Seed != "" {
		cols = append(cols, q(p.t.Seed)+" AS sd")
	}
	if p.t.Fold != "" {
		cols = append(cols, "COALESCE(CAST("+q(p.t.Fold)+" AS STRING), '') AS fo")
	}
	cols = append(cols, p.label()+" AS y", p.castScore(s.score)+" AS s")
	for _, e := range extra {
		if e == "filters" {
			cols = append(cols, p.noUpdates()+" AS c_filters")
			continue
		}
		cols = append(cols, q(map[string]string{"user": p.t.User, "item": p.t.Item, "row": p.t.Row}[e])+" AS c_"+e)
	}
	sql := "SELECT " + strings.Join(cols, ", ") + " FROM " + p.t.From + " AS src"
	if s.where != "" {
		sql += " WHERE " + s.where
	}
	return sql
}

// noUpdates tells whether an impression lacks the updates that a filter needs.
func (p *plan) noUpdates() string {
	var missing []string
	for _, column := range p.filters {
		missing = append(missing, p.number(column)+" IS NULL")
	}
	if missing == nil {
		return "0"
	}
	return "CASE WHEN " + strings.Join(missing, " OR ") + " THEN 1 ELSE 0 END"
}

func (p *plan) label() string {
	l := p.d.quote(p.t.Label)
	switch p.kind(p.t.Label) {
	case truth:
		return fmt.Sprintf("CASE WHEN %s THEN 1 WHEN NOT %s THEN 0 ELSE 2 END", l, l)
	case text:
		return fmt.Sprintf("CASE WHEN lower(%s) IN ('1', '1.0', 'true') THEN 1 WHEN lower(%s) IN ('0', '0.0', 'false') THEN 0 ELSE 2 END", l, l)
	}
	return fmt.Sprintf("CASE WHEN %s = 1 THEN 1 WHEN %s = 0 THEN 0 ELSE 2 END", l, l)
}

func (p *plan) castScore(expr string) string {
	column := p.t.Base
	if p.t.long() {
		column = p.t.ScoreColumn
	}
	if p.kind(column) == text {
		return "TRY_CAST(" + expr + " AS DOUBLE)"
	}
	return "CAST(" + expr + " AS DOUBLE)"
}

// What can be wrong with a row, in the order of the codes from 1.
var faults = []string{"a label that is neither 0 nor 1", "no score, or one that is no number", "a score that is NaN", "no day, protocol or seed", "no user or item", "no updates, or ones that are no number"}

// histogram counts a sample's impressions by keys, bin b and label: p of label
// 1, q of label 0. Rows with a fault are counted under its code e.
func (p *plan) histogram(i int, b binner) string {
	missing := p.keyList("")
	missing = strings.ReplaceAll(missing, ", ", " IS NULL OR ") + " IS NULL"
	return fmt.Sprintf(`SELECT %[1]s, e, b, CAST(sum(CASE WHEN y = 1 THEN 1 ELSE 0 END) AS BIGINT) AS p, CAST(sum(CASE WHEN y = 1 THEN 0 ELSE 1 END) AS BIGINT) AS q
FROM (SELECT %[1]s, y, CASE WHEN y = 2 THEN 1 WHEN s IS NULL THEN 2 WHEN isnan(s) THEN 3 WHEN %[2]s THEN 4 WHEN c_user IS NULL OR c_item IS NULL THEN 5 WHEN c_filters = 1 THEN 6 ELSE 0 END AS e,
 CASE WHEN s IS NULL OR isnan(s) THEN NULL ELSE %[3]s END AS b
 FROM (%[4]s) AS x) AS z
GROUP BY %[1]s, e, b`, p.keyList(""), missing, b.sql("s"), p.rows(&p.samples[i], "user", "item", "filters"))
}

// below is a histogram with the counts of each label in the bins below.
func (p *plan) below(histogram string) string {
	run := func(c string) string {
		return fmt.Sprintf("CAST(sum(%s) OVER (PARTITION BY %s ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) - %s", c, p.keyList(""), c)
	}
	return fmt.Sprintf("SELECT %s, b, p, q, %s AS bp, %s AS bq FROM %s WHERE e = 0", p.keyList(""), run("p"), run("q"), histogram)
}

// cells are the integers that each AUC is made of: positives, negatives, 2U and
// twice its largest error.
func (p *plan) cells(histogram string) string {
	cols := make([]string, 0, 4)
	for _, k := range []string{"d", "pr", "sd", "fo"} {
		if strings.Contains(" "+strings.Join(p.keys(), " ")+" ", " "+k+" ") {
			cols = append(cols, "CAST("+k+" AS STRING)")
		} else {
			cols = append(cols, "''")
		}
	}
	return fmt.Sprintf("SELECT %s, CAST(sum(p) AS BIGINT), CAST(sum(q) AS BIGINT), CAST(sum(p * (2 * bq + q)) AS BIGINT), CAST(sum(p * q) AS BIGINT) FROM (%s) AS w GROUP BY %s",
		strings.Join(cols, ", "), p.below(histogram), p.keyList(""))
}

// faulty counts the rows that cannot be scored.
func faulty(histogram string) string {
	return fmt.Sprintf("SELECT CAST(e AS BIGINT), CAST(sum(p + q) AS BIGINT) FROM %s WHERE e <> 0 GROUP BY e ORDER BY e", histogram)
}

// influences gives for each bin the influence of an impression of either label
// on the pooled AUC, fp and fn, in integers of 1/scale. all is the histogram of
// the base score of all impressions: a day that is left out there, for want of
// impressions or of a class, is left out everywhere.
func (p *plan) influences(histogram, all string, seeds int) string {
	return fmt.Sprintf(`WITH w AS (%[1]s),
v AS (SELECT %[2]s FROM %[3]s WHERE e = 0 GROUP BY %[2]s HAVING sum(p + q) >= %[4]d AND sum(p) > 0 AND sum(q) > 0),
c AS (SELECT %[5]s, CAST(sum(w.p) AS DOUBLE) AS cp, CAST(sum(w.q) AS DOUBLE) AS cq, CAST(CAST(sum(w.p * (2 * w.bq + w.q)) AS BIGINT) AS DOUBLE) AS u2
 FROM w JOIN v ON %[6]s GROUP BY %[5]s HAVING sum(w.p) > 0 AND sum(w.q) > 0),
t AS (SELECT %[2]s, cp, cq, u2 / (2e0 * cp * cq) AS a, (cp + cq) / sum(cp + cq) OVER (%[7]s) / %[8]s AS wt FROM c)
SELECT %[5]s, w.b,
 CAST(floor((CAST(2 * w.bq + w.q AS DOUBLE) / (2e0 * t.cq) - t.a) / t.cp * t.wt * %[9]s + 5e-1) AS BIGINT) AS fp,
 CAST(floor(((2e0 * (t.cp - CAST(w.bp AS DOUBLE)) - CAST(w.p AS DOUBLE)) / (2e0 * t.cp) - t.a) / t.cq * t.wt * %[9]s + 5e-1) AS BIGINT) AS fn
FROM w JOIN t ON %[10]s`,
		p.below(histogram), p.keyList(""), all, minImpressions, p.keyList("w."), p.sameKeys("w", "v"), p.within(), double(float64(seeds)), double(scale), p.sameKeys("w", "t"))
}

// sums adds a sample's influences within clusters.
func (p *plan) sums(s *sample, b binner, cluster, influences string) string {
	pr := "''"
	if p.t.Protocol != "" {
		pr = "x.pr"
	}
	return fmt.Sprintf(`SELECT %s AS pr, x.c AS c, CAST(sum(CASE WHEN x.y = 1 THEN f.fp ELSE f.fn END) AS BIGINT) AS v
FROM (SELECT %s, y, c_%s AS c, %s AS b FROM (%s) AS r) AS x JOIN %s AS f ON %s AND x.b = f.b GROUP BY %s, x.c`,
		pr, p.keyList(""), cluster, b.sql("s"), p.rows(s, cluster), influences, p.sameKeys("x", "f"), pr)
}

// squares gives per protocol the number of clusters and the sum of their
// squared differences, in integers of 1/scale².
func squares(base, leaked string) string {
	return fmt.Sprintf(`SELECT CAST(pr AS STRING), CAST(count(*) AS BIGINT), CAST(sum(CAST(v AS DECIMAL(19,0)) * CAST(v AS DECIMAL(19,0))) AS STRING)
FROM (SELECT l.pr AS pr, l.v - b.v AS v FROM %s AS l JOIN %s AS b ON l.pr = b.pr AND l.c = b.c) AS x GROUP BY pr`, leaked, base)
}

// members counts the clusters of a sample, per protocol.
func members(sums string) string {
	return fmt.Sprintf("SELECT CAST(pr AS STRING), CAST(count(*) AS BIGINT) FROM %s GROUP BY pr", sums)
}
