package scores

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lislab/lislab/lis"
)

// A Table says where scores stand and what its columns are called. Names left
// empty take the column of the default name where the table has it; what a
// sweep's --scores file holds needs no names at all.
type Table struct {
	// From is SQL that can stand after FROM: see Dialect's Files, Table, Query.
	From string
	// Stage copies what is read into the session first: for a source that is
	// slow to read once per score, such as CSV or a query with joins.
	Stage bool
	// Name of the log in results; "" means "scores".
	Name string
	// Day is the period scored (any type), User and Item the clusters, Label 0
	// or 1 (or a boolean). Defaults: "day", "user", "item", "label".
	Day, User, Item, Label string
	// Base is the column of the base score; default "base". Not in long form.
	Base string
	// Seed, Fold and Protocol part scores of different lineages, whose AUCs are
	// never pooled. Defaults "seed", "fold", "protocol" where there are such
	// columns; without them there is one of each.
	Seed, Fold, Protocol string
	// Row tells impressions apart across seeds; only the two-way interval of
	// user and item leaked together needs it. Default "row".
	Row string
	// Updates maps a slot to the column of its updates by t, for cold-start
	// filters. Default: each column updates_SLOT.
	Updates map[string]string
	// Arms; empty means each column SLOT_nH or SLOT_nH_mM of a wide table, and
	// each value SLOT:H or SLOT:H:mM of a long one's ArmColumn.
	Arms []Arm
	// ArmColumn and ScoreColumn make the table a long one, of a row per score.
	// ArmColumn holds "base" for the base score.
	ArmColumn, ScoreColumn string
}

// An Arm is one leaked scoring.
type Arm struct {
	Slot    string // "item", or "item+author" leaked together
	Horizon int    // periods
	// Protocol is what the arm's rows are called where the table has no column
	// for it; "" means lis.HeldOut.
	Protocol lis.Protocol
	// MaxUpdates, where not 0, says that the scores are already those under this
	// filter; 0 means that all rows were leaked.
	MaxUpdates int
	// Column of the scores; in long form the value in ArmColumn.
	Column string
}

// ParseArm reads SLOT:N[:PROTOCOL][:mM]=COLUMN; in long form, where value is
// true, SLOT:N[:PROTOCOL][:mM] alone. The error is lis.ErrUsage.
func ParseArm(s string, value bool) (Arm, error) {
	bad := func(what string) (Arm, error) {
		return Arm{}, &lis.InputError{Kind: lis.ErrUsage, What: fmt.Sprintf("arm %q: %s", s, what), Do: "write SLOT:HORIZON=COLUMN, as in item:7=score_item_7; after the horizon there may be a protocol and a filter, as in item+author:7:raw:m1000=COLUMN"}
	}
	key, column, ok := strings.Cut(s, "=")
	if value {
		key, column = s, s
	} else if !ok || column == "" {
		return bad("no column")
	}
	parts := strings.Split(key, ":")
	if len(parts) < 2 || parts[0] == "" {
		return bad("no slot or no horizon")
	}
	a := Arm{Slot: parts[0], Column: column}
	var err error
	if a.Horizon, err = strconv.Atoi(parts[1]); err != nil {
		return bad(fmt.Sprintf("horizon %q is no whole number", parts[1]))
	}
	for _, p := range parts[2:] {
		if m, ok := strings.CutPrefix(p, "m"); ok && a.MaxUpdates == 0 {
			if m, err := strconv.Atoi(m); err == nil && m > 0 {
				a.MaxUpdates = m
				continue
			}
		}
		if p == "" || a.Protocol != "" {
			return bad(fmt.Sprintf("%q is neither a protocol nor a filter", p))
		}
		a.Protocol = lis.Protocol(p)
	}
	return a, nil
}

// armColumn is how a sweep names a column of scores.
var armColumn = regexp.MustCompile(`^(.+)_n(-?\d+)(?:_m(\d+))?$`)

// A column of the source, and what it holds as far as labels and scores care.
type column struct {
	name string
	kind kind
}

type kind uint8

const (
	number kind = iota
	truth
	text
)

func kindOf(databaseType string) kind {
	t := strings.ToUpper(databaseType)
	switch {
	case strings.HasPrefix(t, "BOOL"):
		return truth
	case strings.Contains(t, "CHAR"), strings.HasPrefix(t, "STRING"), strings.HasPrefix(t, "ENUM"), strings.HasPrefix(t, "TEXT"):
		return text
	}
	return number
}

// columnsOf asks the engine what the table has.
func columnsOf(ctx context.Context, conn *sql.Conn, from string) ([]column, error) {
	rows, err := conn.QueryContext(ctx, "SELECT * FROM "+from+" AS src LIMIT 0")
	if err != nil {
		return nil, failed(ctx, "the score table cannot be read", err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, failed(ctx, "the score table cannot be read", err)
	}
	var out []column
	for _, t := range types {
		out = append(out, column{t.Name(), kindOf(t.DatabaseTypeName())})
	}
	return out, rows.Err()
}

// failed says what an engine refused, in its words.
func failed(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &lis.InputError{Kind: lis.ErrUsage, What: what + ": " + strings.TrimSpace(err.Error()), Err: err}
}

// resolve fills in defaults and refuses what the table does not have.
func (t Table) resolve(has []column) (Table, error) {
	exists := func(name string) bool {
		return slices.ContainsFunc(has, func(c column) bool { return c.name == name })
	}
	optional := func(field *string, name string) {
		if *field == "" && exists(name) {
			*field = name
		}
	}
	optional(&t.Seed, "seed")
	optional(&t.Fold, "fold")
	optional(&t.Protocol, "protocol")
	optional(&t.Row, "row")
	t.Name = cmp.Or(t.Name, "scores")
	t.Day, t.User, t.Item, t.Label = cmp.Or(t.Day, "day"), cmp.Or(t.User, "user"), cmp.Or(t.Item, "item"), cmp.Or(t.Label, "label")
	if !t.long() {
		t.Base = cmp.Or(t.Base, "base")
	}
	if t.Updates == nil {
		t.Updates = map[string]string{}
		for _, c := range has {
			if slot, ok := strings.CutPrefix(c.name, "updates_"); ok {
				t.Updates[slot] = c.name
			}
		}
	}
	if len(t.Arms) == 0 && !t.long() {
		for _, c := range has {
			if m := armColumn.FindStringSubmatch(c.name); m != nil {
				a := Arm{Slot: m[1], Column: c.name}
				a.Horizon, _ = strconv.Atoi(m[2])
				a.MaxUpdates, _ = strconv.Atoi(m[3])
				t.Arms = append(t.Arms, a)
			}
		}
	}
	var names []string
	for _, c := range has {
		names = append(names, c.name)
	}
	for _, name := range t.needed() {
		if !exists(name) {
			return t, &lis.InputError{Kind: lis.ErrUnknownColumn, What: fmt.Sprintf("no column %q in the score table", name), Do: "its columns are " + strings.Join(names, ", ")}
		}
		if err := printable("column", name); err != nil {
			return t, err
		}
	}
	return t, nil
}

// needed are the columns that are read, each once.
func (t Table) needed() []string {
	need := []string{t.Day, t.User, t.Item, t.Label}
	if t.long() {
		need = append(need, t.ArmColumn, t.ScoreColumn)
	} else {
		need = append(need, t.Base)
		for _, a := range t.Arms {
			need = append(need, a.Column)
		}
	}
	for _, name := range []string{t.Seed, t.Fold, t.Protocol, t.Row} {
		if name != "" {
			need = append(need, name)
		}
	}
	for _, name := range t.Updates {
		need = append(need, name)
	}
	slices.Sort(need)
	return slices.Compact(need)
}

func (t Table) long() bool { return t.ArmColumn != "" || t.ScoreColumn != "" }
