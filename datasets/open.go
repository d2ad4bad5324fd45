package datasets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/lislab/lislab/datasets/registry"
	"github.com/lislab/lislab/datasets/table"
	"github.com/lislab/lislab/internal/nearest"
	"github.com/lislab/lislab/lis"
)

// Open opens a log by its directory or its name. What a directory holds is told
// by the files in it; a name is looked for in $LISLAB_DATA and in the user's
// cache, and "feed" is the simulated feed D0. A file is read as Read does with
// the columns time, user, item and label.
//
//   - MovieLens and MovieTweetings: a label 1 from 4 of 5 stars or 8 of 10 points,
//     unless WithLabelAtLeast says otherwise; slots genre (the first listed) and
//     decade.
//   - KuaiRand: what its standard policy showed; the label is is_click unless
//     WithLabel names another column; slots author, music, tag (several ids per
//     row), tab, and category where the file of categories lies there.
//   - MIND: each news item shown, clicked or not; slots category, subcategory.
//
// What is not there is lis.ErrNoSuchLog; it lists the names there are.
func Open(ctx context.Context, name string, opts ...Option) (*lis.Log, error) {
	if st, err := os.Stat(name); err == nil && !st.IsDir() {
		return Read(ctx, name, lis.Columns{}, opts...)
	}
	o := options(opts)
	if name == "feed" {
		if err := o.refuse("the feed", false, false); err != nil {
			return nil, err
		}
		if o.timezone != "" || o.allowDuplicates {
			return nil, &lis.InputError{Kind: lis.ErrUsage, What: "the feed has a zone of its own and no duplicates to allow", Do: "leave it out"}
		}
		return D0().Log(ctx)
	}
	dir, err := Find(name)
	if err != nil {
		return nil, err
	}
	layout, at, err := layoutOf(dir)
	if err != nil {
		return nil, err
	}
	log, err := layout.log(ctx, at, o)
	if err != nil {
		return nil, err
	}
	log.Name = filepath.Base(filepath.Clean(dir))
	return log, nil
}

// Text is what an item says in words.
type Text struct {
	Item string // its id in the log
	Text string
}

// Texts reads the items' texts of a directory or name that Open knows: films'
// titles with their year, videos' captions and cover texts, headlines and
// abstracts. Items come in the order of the catalogue; those without text are
// left out.
func Texts(ctx context.Context, name string) ([]Text, error) {
	dir, err := Find(name)
	if err != nil {
		return nil, err
	}
	layout, at, err := layoutOf(dir)
	if err != nil {
		return nil, err
	}
	return layout.texts(ctx, at)
}

// layout is a public log's way of lying in a directory.
type layout interface {
	// files that tell the layout, as patterns; all must be there.
	files() []string
	log(ctx context.Context, dir string, o readOptions) (*lis.Log, error)
	texts(ctx context.Context, dir string) ([]Text, error)
}

func (l ratingLayout) files() []string { return []string{l.ratings, l.films} }

func (l ratingLayout) texts(_ context.Context, dir string) ([]Text, error) {
	films, err := l.catalogue(dir)
	if err != nil {
		return nil, err
	}
	texts := make([]Text, len(films))
	for i, f := range films {
		texts[i] = Text{f.id, strings.TrimSpace(f.title)}
	}
	return texts, nil
}

func layouts() []layout {
	var all []layout
	for _, l := range ratingLayouts {
		all = append(all, l)
	}
	return append(all, kuaiRand{}, mind{})
}

// layoutOf tells a directory's layout, looking up to two levels down where an
// archive has put everything into folders of its own.
func layoutOf(dir string) (layout, string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, "", &lis.InputError{Kind: lis.ErrIO, What: "cannot list the directory", File: dir, Err: err}
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	places := []string{dir}
	for from := 0; from < len(places); from++ {
		entries, err := os.ReadDir(places[from])
		if err != nil {
			continue // a folder that may not be read holds no log
		}
		for _, e := range entries {
			path := filepath.Join(places[from], e.Name())
			if e.IsDir() && strings.Count(path[len(dir):], string(filepath.Separator)) <= 2 {
				places = append(places, path)
			}
		}
	}
	var expected []string
	for _, l := range layouts() {
		expected = append(expected, strings.Join(l.files(), " and "))
		for _, p := range places {
			if all(l.files(), func(f string) bool { return len(matching(p, f)) > 0 }) {
				return l, p, nil
			}
		}
	}
	sort.Strings(names)
	if len(names) > 6 {
		names = append(names[:6], "…")
	}
	return nil, "", &lis.InputError{
		Kind: lis.ErrNoSuchLog, What: fmt.Sprintf("the directory holds no log that is known (%s)", strings.Join(names, ", ")), File: dir,
		Do: "expected " + strings.Join(expected, ", or ") + ", plain or compressed; any other table is read by its columns",
	}
}

func all[T any](s []T, f func(T) bool) bool {
	for _, v := range s {
		if !f(v) {
			return false
		}
	}
	return true
}

// Find is the directory of a log: name itself if it is one, else the folder of
// that name in $LISLAB_DATA (several places, as in PATH) or in the user's cache.
func Find(name string) (string, error) {
	if st, err := os.Stat(name); err == nil {
		if st.IsDir() {
			return name, nil
		}
		return "", &lis.InputError{Kind: lis.ErrNoSuchLog, What: "this is a file, expected a directory or a name", File: name, Do: "read it by its columns"}
	}
	places := Places()
	if !strings.ContainsAny(name, `/\`) && name != "" {
		names := []string{name}
		if set, err := registry.Lookup(name); err == nil {
			names = append(append(names, set.Name), set.Aliases...)
		}
		for _, n := range names {
			for _, p := range places {
				dir := filepath.Join(p, n)
				if st, err := os.Stat(dir); err == nil && st.IsDir() {
					return dir, nil
				}
			}
		}
	}
	if files, err := table.Files(name); err == nil && len(files) > 0 {
		return "", &lis.InputError{Kind: lis.ErrNoSuchLog, What: "these are files, expected a directory or a name", File: name, Do: "read them by their columns"}
	}
	if set, err := registry.Lookup(name); err == nil {
		return "", &lis.InputError{Kind: lis.ErrNoSuchLog, What: set.Name + " is not on this machine", Do: "fetch it: lislab data get " + set.Name}
	}
	found := here(places)
	do := "give a file, a directory, feed, or a log in " + strings.Join(places, " or ")
	known := append([]string{"feed"}, found...)
	for _, set := range registry.Sets() {
		known = append(known, set.Name)
	}
	if near := nearest.Word(name, known); near != "" {
		do = "did you mean " + near + "? " + do
	}
	if len(found) > 0 {
		do += " (" + strings.Join(found, ", ") + ")"
	}
	return "", &lis.InputError{Kind: lis.ErrNoSuchLog, What: fmt.Sprintf("no log %q", name), Do: do}
}

// Places are the directories in which named logs are looked for: those of
// $LISLAB_DATA, then lislab in the user's cache.
func Places() []string {
	places := filepath.SplitList(os.Getenv("LISLAB_DATA"))
	if cache, err := os.UserCacheDir(); err == nil {
		places = append(places, filepath.Join(cache, "lislab"))
	}
	return places
}

// here are the names of the directories in places.
func here(places []string) []string {
	var names []string
	for _, p := range places {
		entries, err := os.ReadDir(p)
		if err != nil {
			continue // a place need not exist
		}
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				names = append(names, e.Name())
			}
		}
	}
	return names
}
