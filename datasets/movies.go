package datasets

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/lis"
)

// ratingLayout is how a set of film ratings lies in a directory. Film ratings
// become a log with the slots genre (the first one listed) and decade (of
// release); the label is 1 where the rating reaches a threshold.
type ratingLayout struct {
	ratings, films string // file names, .gz aside
	options        table.Options
	user, item     string
	rating, time   string
	readFilms      func(path string, text []byte, add func(film)) error
}

// film is what a set says of one item.
type film struct {
	id, title string
	genres    []string
}

// The layouts of MovieLens since 2015, of its older sets and MovieTweetings
// (fields separated by "::": with ":" as the separator every other field is
// empty), and of ml-100k. users.dat, which in MovieTweetings holds people's
// Twitter ids, is never opened.
var ratingLayouts = []ratingLayout{
	{
		ratings: "ratings.csv", films: "movies.csv",
		user: "userId", item: "movieId", rating: "rating", time: "timestamp",
		readFilms: filmsCSV,
	},
	{
		ratings: "ratings.dat", films: "movies.dat",
		options: table.Options{Comma: ':', NoQuotes: true, Header: []string{"user", "", "item", "", "rating", "", "time"}},
		user:    "user", item: "item", rating: "rating", time: "time",
		readFilms: filmsDAT,
	},
	{
		ratings: "u.data", films: "u.item",
		options: table.Options{Comma: '\t', NoQuotes: true, Header: []string{"user", "item", "rating", "time"}},
		user:    "user", item: "item", rating: "rating", time: "time",
		readFilms: films100K,
	},
}

// present finds a file in a directory, plain or compressed; "" if there is none.
func present(dir, name string) string {
	for _, z := range []string{"", ".gz", ".zst"} {
		path := filepath.Join(dir, name+z)
		if st, err := os.Stat(path); err == nil && !st.IsDir() {
			return path
		}
	}
	return ""
}

// matching finds the files in a directory that a pattern means, plain or
// compressed, sorted by name.
func matching(dir, pattern string) []string {
	var found []string
	for _, z := range []string{"", ".gz", ".zst"} {
		names, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern+z))
		if err != nil {
			panic("datasets: bad pattern " + pattern)
		}
		found = append(found, names...)
	}
	slices.Sort(found)
	return found
}

// escapeGlob takes a directory's name literally in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

// log reads the ratings of dir.
func (l ratingLayout) log(ctx context.Context, dir string, o readOptions) (*lis.Log, error) {
	if err := o.refuse("a set of film ratings", false, true); err != nil {
		return nil, err
	}
	path := present(dir, l.ratings)
	t := l.options
	t.Progress, t.MaxBad = o.table.Progress, o.table.MaxBad
	t.Want = []table.Want{
		{Column: l.time, Kind: table.Time, Required: true, Bad: lis.ErrBadTime, TimeFormat: "s"},
		{Column: l.user, Kind: table.IDs, Required: true},
		{Column: l.item, Kind: table.IDs, Required: true},
		{Column: l.rating, Kind: table.Float, Required: true, Bad: lis.ErrBadLabel, Do: "expected a rating"},
	}
	tab, err := table.ReadCSV(ctx, []string{path}, t)
	if err != nil {
		return nil, err
	}
	films, err := l.catalogue(dir)
	if err != nil {
		return nil, err
	}
	zone, err := o.location()
	if err != nil {
		return nil, err
	}
	ratings := tab.Columns[3].Floats
	least := 4.0 // of 5 stars
	switch {
	case o.labelAtLeast != nil:
		least = *o.labelAtLeast
	case len(ratings) > 0 && slices.Max(ratings) > 5:
		least = 8 // of 10
	}
	d := lis.Data{
		Name: filepath.Base(filepath.Clean(dir)), Location: zone, AllowDuplicates: o.allowDuplicates,
		Time: tab.Columns[0].Ints,
		User: ids("user", &tab.Columns[1]), Item: ids("item", &tab.Columns[2]),
		Label: make([]bool, tab.Rows),
	}
	for r, v := range ratings {
		d.Label[r] = v >= least
	}
	known := make(map[string]film, len(films))
	for _, f := range films {
		known[f.id] = f
	}
	unknown := 0
	for _, id := range d.Item.IDs {
		if _, ok := known[id]; !ok {
			unknown++
		}
	}
	items := len(d.Item.IDs)
	d.Slots = []lis.Column{
		itemSlot("genre", &d.Item, func(id string) []string { return one(firstGenre(known[id])) }),
		itemSlot("decade", &d.Item, func(id string) []string { return one(decade(known[id].title)) }),
	}
	log, err := lis.NewLog(d)
	if err != nil {
		return nil, placed(err, tab, lis.Columns{Time: l.time, User: l.user, Item: l.item, Label: l.rating})
	}
	log.Notes = append(log.Notes, tab.Notes()...)
	if unknown > 0 {
		log.Notes = append(log.Notes, fmt.Sprintf("%d of %d items are not in %s; their genre and decade are \"unknown\".", unknown, items, l.films))
	}
	return log, nil
}

// firstGenre is the genre listed first, "" where there is none.
func firstGenre(f film) string {
	if len(f.genres) == 0 || f.genres[0] == "(no genres listed)" {
		return ""
	}
	return f.genres[0]
}

// year finds the year that ends a title in brackets, as "Alien (1979)" or
// "Title (2010–2012)"; 0 if there is none.
func year(title string) int {
	open := strings.LastIndexByte(title, '(')
	if open < 0 || len(title) < open+5 {
		return 0
	}
	y := 0
	for _, c := range []byte(title[open+1 : open+5]) {
		if c < '0' || c > '9' {
			return 0
		}
		y = 10*y + int(c-'0')
	}
	if y < 1870 || y > 2100 {
		return 0
	}
	return y
}

// decade is the decade of a title's year as a slot's id, "1990s"; "" where the
// title has no year.
func decade(title string) string {
	y := year(title)
	if y == 0 {
		return ""
	}
	return fmt.Sprintf("%ds", y-y%10)
}

// catalogue reads the catalogue of dir.
func (l ratingLayout) catalogue(dir string) ([]film, error) {
	path := present(dir, l.films)
	r, err := table.OpenFile(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var films []film
	err = l.readFilms(path, text, func(f film) { films = append(films, f) })
	return films, err
}

func filmsCSV(path string, text []byte, add func(film)) error {
	t, err := table.ReadCSV(context.Background(), []string{path}, table.Options{Want: []table.Want{
		{Column: "movieId", Kind: table.String, Required: true}, {Column: "title", Kind: table.String}, {Column: "genres", Kind: table.String},
	}})
	if err != nil {
		return err
	}
	for r := range t.Rows {
		add(film{t.Columns[0].Strings[r], t.Columns[1].Strings[r], strings.Split(t.Columns[2].Strings[r], "|")})
	}
	return nil
}

func filmsDAT(path string, text []byte, add func(film)) error {
	return lines(path, text, "::", 3, func(f []string) {
		add(film{f[0], f[1], strings.Split(f[2], "|")})
	})
}

// genres100K are the flags that end a line of u.item.
var genres100K = []string{"unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"}

func films100K(path string, text []byte, add func(film)) error {
	return lines(path, text, "|", 5+len(genres100K), func(f []string) {
		var genres []string
		for i, g := range genres100K {
			if f[5+i] == "1" {
				genres = append(genres, g)
			}
		}
		add(film{f[0], f[1], genres})
	})
}

// lines splits each line of a small file into exactly n fields. Text that is not
// UTF-8 is Latin-1, as the older sets of MovieLens are.
func lines(path string, text []byte, separator string, n int, row func([]string)) error {
	if !utf8.Valid(text) {
		var b bytes.Buffer
		for _, c := range text {
			b.WriteRune(rune(c))
		}
		text = b.Bytes()
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		fields := strings.Split(line, separator)
		if len(fields) != n {
			return &lis.InputError{Kind: lis.ErrBadRow, What: fmt.Sprintf("%d fields, expected %d", len(fields), n), File: path, Row: number, Do: "fetch the file anew"}
		}
		row(fields)
	}
	return nil
}
