package datasets

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/lislab/lislab/lis"
)

// small is D0 with fewer people, so that tests that need no exact figures are quick.
func small() World {
	w := D0()
	w.Days, w.Users, w.ItemsPerDay, w.ImpressionsPerDay = 12, 300, 60, 2000
	return w
}

func drawn(t testing.TB, w World) *Impressions {
	t.Helper()
	f, err := w.Make(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Draw(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// digest hashes the first n impressions and the truth behind them.
func digest(m *Impressions, n int) string {
	h := sha256.New()
	for r := range n {
		var b [33]byte
		binary.LittleEndian.PutUint64(b[0:], uint64(m.Time[r]))
		binary.LittleEndian.PutUint32(b[8:], m.User[r])
		binary.LittleEndian.PutUint32(b[12:], m.Item[r])
		binary.LittleEndian.PutUint32(b[16:], m.Context[r])
		binary.LittleEndian.PutUint64(b[20:], math.Float64bits(math.Round(m.Probability[r]*1e9)))
		if m.Label[r] {
			b[28] = 1
		}
		it := m.Feed.Items[m.Item[r]]
		binary.LittleEndian.PutUint16(b[29:], uint16(it.Author))
		binary.LittleEndian.PutUint16(b[31:], uint16(it.Topic))
		h.Write(b[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// A changed digest means that every published figure measured on the feed must
// be measured again: change it only together with them.
func TestFeedGolden(t *testing.T) {
	for _, c := range []struct {
		keys, want string
	}{
		{"", "4585283ebb6e9c7a"},
		{"world=q", "699ab8e7ae3e5679"},
		{"labels=coin", "87da2e9f0aa374cf"},
	} {
		w, err := ParseFeed(c.keys)
		if err != nil {
			t.Fatal(err)
		}
		w.Days = 2
		if got := digest(drawn(t, w), 10_000); got != c.want {
			t.Errorf("feed %q: digest of the first rows is %s, was %s", c.keys, got, c.want)
		}
	}
}

// auc is the plain sum of ranks; true probabilities have no ties to speak of.
func auc(scores []float64, labels []bool) float64 {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return scores[order[a]] < scores[order[b]] })
	var pos, ranks float64
	for k, i := range order {
		if labels[i] {
			pos++
			ranks += float64(k + 1)
		}
	}
	return (ranks - pos*(pos+1)/2) / (pos * (float64(len(scores)) - pos))
}

// The oracle's AUC and the base rate are known of D0: .785±.015 and .32.
func TestD0OracleAndBaseRate(t *testing.T) {
	w := D0()
	w.Days = 32
	m := drawn(t, w)
	n := w.ImpressionsPerDay
	var mean, p, l float64
	for day := 16; day <= 31; day++ {
		mean += auc(m.Probability[day*n:(day+1)*n], m.Label[day*n:(day+1)*n]) / 16
	}
	if math.Abs(mean-0.785) > 0.015 {
		t.Errorf("oracle AUC %.4f, expected .785±.015", mean)
	}
	for r := range m.Label {
		p += m.Probability[r]
		if m.Label[r] {
			l++
		}
	}
	p, l = p/float64(len(m.Label)), l/float64(len(m.Label))
	if math.Abs(p-0.32) > 0.02 {
		t.Errorf("mean probability %.4f, expected .32±.02", p)
	}
	if se := math.Sqrt(p * (1 - p) / float64(len(m.Label))); math.Abs(p-l) > 4*se {
		t.Errorf("label rate %.4f is not the mean probability %.4f (se %.4f)", l, p, se)
	}
}

func TestFeedIsDeterministic(t *testing.T) {
	w := small()
	want := drawn(t, w)
	before := runtime.GOMAXPROCS(1)
	one := drawn(t, w)
	runtime.GOMAXPROCS(before)
	n := len(want.Time)
	if digest(one, n) != digest(want, n) {
		t.Error("another number of cores, another feed")
	}
	shorter := w
	shorter.Days = 5
	k := shorter.Days * w.ImpressionsPerDay
	if digest(drawn(t, shorter), k) != digest(want, k) {
		t.Error("fewer days are not a prefix")
	}
	redrawn := w
	redrawn.LogSeed = 1
	again := drawn(t, redrawn)
	if digest(again, n) == digest(want, n) {
		t.Error("another LogSeed, the same log")
	}
	if !slices.Equal(again.Feed.content, want.Feed.content) || !slices.Equal(again.Feed.latent, want.Feed.latent) {
		t.Error("another LogSeed, another world")
	}
	other := w
	other.Seed = 2
	if digest(drawn(t, other), n) == digest(want, n) {
		t.Error("another Seed, the same feed")
	}
}

func TestCoinChangesLabelsOnly(t *testing.T) {
	w := small()
	model := drawn(t, w)
	w.Labels = LabelsCoin
	coin := drawn(t, w)
	if !slices.Equal(model.Item, coin.Item) || !slices.Equal(model.User, coin.User) || !slices.Equal(model.Time, coin.Time) {
		t.Error("coin labels changed what is shown")
	}
	var ones float64
	for r, l := range coin.Label {
		if coin.Probability[r] != w.CoinRate {
			t.Fatalf("probability %g, expected the coin's", coin.Probability[r])
		}
		if l {
			ones++
		}
	}
	n := float64(len(coin.Label))
	if rate := ones / n; math.Abs(rate-w.CoinRate) > 4*math.Sqrt(w.CoinRate*(1-w.CoinRate)/n) {
		t.Errorf("coin's rate is %.4f, expected %.2f", rate, w.CoinRate)
	}
}

func TestTimesAscendWithinTheirParts(t *testing.T) {
	m := drawn(t, small())
	w := m.Feed.World
	origin := w.Start.UnixNano()
	part := int64(msPerDay) * 1e6 / int64(w.ImpressionsPerDay)
	for r := range m.Time {
		if r > 0 && m.Time[r] <= m.Time[r-1] {
			t.Fatalf("row %d is not after the one before", r)
		}
		if (m.Time[r]-origin)/part != int64(r) {
			t.Fatalf("row %d is outside its part of the day", r)
		}
		if born := m.Feed.Items[m.Item[r]].Born; born >= float64(m.Time[r]-origin)/(msPerDay*1e6) {
			t.Fatalf("row %d shows an item that is not born", r)
		}
	}
}

// Candidates follow the exposure at the exact time: with a policy that does not
// look, the shares shown are the exposure's shares, in each part of each day.
func TestCandidatesFollowExposure(t *testing.T) {
	w := small()
	w.Days, w.ImpressionsPerDay, w.PolicyGain = 3, 400_000, 0
	w.WarmDays, w.ItemsPerDay, w.LifetimeDays = 3, 10, 1.2
	m := drawn(t, w)
	f := m.Feed
	const parts = 8
	for cell := range w.Days * parts {
		rows := w.ImpressionsPerDay / parts
		lo := cell * rows
		observed := make([]float64, len(f.Items))
		for _, i := range m.Item[lo : lo+rows] {
			observed[i]++
		}
		// Expected shares by integrating over the part.
		expected := make([]float64, len(f.Items))
		const steps = 400
		for s := range steps {
			at := (float64(cell) + (float64(s)+0.5)/steps) / parts
			var total float64
			for i := range f.Items {
				total += f.Exposure(i, at)
			}
			for i := range f.Items {
				expected[i] += f.Exposure(i, at) / total * float64(rows) / steps
			}
		}
		var chi2, cells float64
		var restO, restE float64
		for i := range expected {
			if expected[i] < 20 {
				restO, restE = restO+observed[i], restE+expected[i]
				continue
			}
			chi2 += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i]
			cells++
		}
		if restE >= 20 {
			chi2 += (restO - restE) * (restO - restE) / restE
		}
		if df := cells; chi2 > df+5*math.Sqrt(2*df) {
			t.Errorf("part %d of day %d: χ² %.1f on %g items", cell%parts, cell/parts, chi2, df)
		}
	}
}

// What is shown is softmax(gain·logit) of the candidates: with two candidates of
// equal exposure, the better one wins with σ(gain·difference).
func TestPolicyPrefersWhatIsLiked(t *testing.T) {
	lift := func(gain float64) float64 {
		w := small()
		w.PolicyGain = gain
		m := drawn(t, w)
		var p float64
		for _, v := range m.Probability {
			p += v / float64(len(m.Probability))
		}
		return p
	}
	blind, seeing := lift(0), lift(0.5)
	if seeing < blind+0.03 {
		t.Errorf("mean probability %.4f with the policy, %.4f without", seeing, blind)
	}
}

// The moments that the definition of the world states.
func TestWorldMoments(t *testing.T) {
	w := D0()
	w.Days = 61
	w.Topics, w.Authors = 4000, 20000 // many, so that their sampling error is small
	f, err := w.Make(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want, tol float64) {
		t.Helper()
		if math.Abs(got-want) > tol {
			t.Errorf("%s is %.4f, expected %.4f±%.4f", name, got, want, tol)
		}
	}
	var q2, b2, tau, home, x2 float64
	n := float64(len(f.Items))
	for i, it := range f.Items {
		for _, v := range it.Latent {
			q2 += v * v / n / float64(w.LatentDim)
		}
		b2 += it.Quality * it.Quality / n
		tau += it.Lifetime / n
		if it.Topic == f.AuthorTopic[it.Author] {
			home += 1 / n
		}
		for _, v := range f.Content(i) {
			x2 += float64(v) * float64(v) / n / float64(w.ContentDim)
		}
	}
	check("variance of q", q2, 1, 0.02)
	check("sd of b", math.Sqrt(b2), w.QualitySD, 0.02)
	check("mean of τ", tau, w.LifetimeDays, 0.15)
	check("share of home topics", home, 1-w.OtherTopic, 0.02)
	// Per coordinate of the signal: .25+.20+.55α and .3+.7α; W is one draw of 64×9.
	signal := (8*(0.25+0.20+0.55*w.Alpha) + 0.3 + 0.7*w.Alpha) / 9
	check("variance of x", x2, signal+0.25, 0.12)
	var now, later, dot float64
	for u := range w.Users {
		a, b := f.UserLatent(u, 0), f.UserLatent(u, 30)
		for j := range a {
			now, later, dot = now+a[j]*a[j], later+b[j]*b[j], dot+a[j]*b[j]
		}
	}
	check("variance of u", later/float64(w.Users*w.LatentDim), 1, 0.03)
	check("correlation of u over 30 days", dot/math.Sqrt(now*later), math.Pow(w.Drift, 30), 0.02)
	if rows := len(f.Items); rows != (w.Days+w.WarmDays)*w.ItemsPerDay {
		t.Errorf("%d items", rows)
	}
}

// Content explains α of the item-level part: at 0 it knows nothing of e, be.
func TestAlphaOnlyMovesTheItemsOwnPart(t *testing.T) {
	for _, alpha := range []float64{0, 1} {
		w := small()
		w.Alpha = alpha
		f, err := w.Make(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var gap float64
		for i := range f.Items {
			for j, v := range f.Items[i].Latent {
				gap += math.Abs(v - f.signal[i*(w.LatentDim+1)+j])
			}
		}
		if (alpha == 1) != (gap == 0) {
			t.Errorf("α = %g: q and the content's signal differ by %g", alpha, gap)
		}
	}
}

func TestFeedLog(t *testing.T) {
	w := small()
	log, err := w.Log(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	m := drawn(t, w)
	if log.Len() != len(m.Time) || log.Name != "feed" {
		t.Fatalf("%d rows of log %q", log.Len(), log.Name)
	}
	var names []string
	for _, s := range log.Slots {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, " "); got != "user item author topic context" {
		t.Errorf("slots are %s", got)
	}
	author := log.Slots[2]
	for r := 0; r < log.Len(); r += 997 {
		it := m.Feed.Items[m.Item[r]]
		if author.IDs[author.Index[r]] != numbered("a", w.Authors)[it.Author] || log.Time[r] != m.Time[r] || log.Label[r] != m.Label[r] {
			t.Fatalf("row %d differs from what was drawn", r)
		}
		if p := m.Feed.Probability(int(m.User[r]), int(m.Item[r]), int(m.Context[r]), r/w.ImpressionsPerDay); math.Abs(p-m.Probability[r]) > 1e-12 {
			t.Fatalf("row %d: probability %g, Feed says %g", r, m.Probability[r], p)
		}
	}
	if log, err = w.Log(canceled()); !errors.Is(err, context.Canceled) || log != nil {
		t.Errorf("a cancelled draw gave %v, %v", log, err)
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestParseFeed(t *testing.T) {
	w, err := ParseFeed(" alpha=.25, world=q ,days=30,labels=coin, lifetime_days=3,alpha=0.75 ")
	want := Q()
	want.Alpha, want.Days, want.Labels, want.LifetimeDays = 0.75, 30, LabelsCoin, 3
	if err != nil || w != want {
		t.Errorf("got %+v, %v", w, err)
	}
	if w, err := ParseFeed(""); err != nil || w != D0() {
		t.Errorf("no keys: %+v, %v", w, err)
	}
	for _, k := range feedKeys {
		if _, err := ParseFeed(k.name + "=rubbish"); !errors.Is(err, lis.ErrUsage) || !strings.Contains(err.Error(), "rubbish") {
			t.Errorf("%s=rubbish: %v", k.name, err)
		}
	}
	for _, c := range []struct {
		keys  string
		kind  error
		words string
	}{
		{"alhpa=1", lis.ErrUnknownKey, "did you mean alpha?"},
		{"items-per-day=3", lis.ErrUnknownKey, "did you mean items_per_day?"},
		{"seed=3", lis.ErrUnknownKey, "the keys are world, labels"},
		{"world=p", lis.ErrUsage, "d0, q, text"},
		{"alpha", lis.ErrUsage, "key=value"},
		{"alpha=1.5", lis.ErrUsage, "alpha"},
		{"alpha=NaN", lis.ErrUsage, "alpha"},
		{"days=0", lis.ErrUsage, "days"},
		{"users=1e9", lis.ErrUsage, "users"},
		{"lifetime_days=0", lis.ErrUsage, "lifetime_days"},
		{"drift=1.01", lis.ErrUsage, "drift"},
		{"impressions_per_day=86400001", lis.ErrUsage, "impressions_per_day"},
	} {
		if _, err := ParseFeed(c.keys); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, expected %v and the words %q", c.keys, err, c.kind, c.words)
		}
	}
}

func TestNothingToShow(t *testing.T) {
	w := small()
	w.ItemsPerDay, w.LifetimeDays, w.LifetimeSigma = 1, 0.01, 0
	_, err := w.Log(context.Background())
	if !errors.Is(err, lis.ErrUsage) || !strings.Contains(err.Error(), "no item to show on day 0") {
		t.Errorf("got %v", err)
	}
}

func TestCaptions(t *testing.T) {
	w := small()
	w.Captions = true
	f, err := w.Make(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	captions := f.Captions()
	if !slices.Equal(captions, f.Captions()) {
		t.Error("captions are not the same twice")
	}
	vocabulary := map[string]bool{}
	var words float64
	for _, c := range captions {
		fields := strings.Fields(c)
		words += float64(len(fields)) / float64(len(captions))
		seen := map[string]bool{}
		for _, s := range fields {
			if seen[s] {
				t.Fatalf("caption %q repeats %s", c, s)
			}
			seen[s], vocabulary[s] = true, true
		}
	}
	if math.Abs(words-16) > 0.5 {
		t.Errorf("captions have %.2f words on average, expected about 16", words)
	}
	if most := w.Topics*topicWords + w.Authors + (w.LatentDim+1)*2*poleWords; len(vocabulary) > most {
		t.Errorf("%d words, more than the vocabulary's %d", len(vocabulary), most)
	}
	// The whitened directions have mean 0 and covariance I.
	z := f.whitened()
	n, d := z.Dims()
	for a := range d {
		for b := range d {
			var dot float64
			for i := range n {
				dot += z.At(i, a) * z.At(i, b) / float64(n)
			}
			want := 0.0
			if a == b {
				want = 1
			}
			if math.Abs(dot-want) > 1e-9 {
				t.Fatalf("covariance of directions %d, %d is %g", a, b, dot)
			}
		}
	}
	if w.Captions = false; true {
		f, err := w.Make(context.Background())
		if err != nil || f.Captions() != nil {
			t.Errorf("captions where the world has none (%v)", err)
		}
	}
}

func TestWordsDiffer(t *testing.T) {
	seen := map[string]int{}
	for k := range 20_000 {
		if j, ok := seen[word(k)]; ok {
			t.Fatalf("words %d and %d are both %s", j, k, word(k))
		}
		seen[word(k)] = k
	}
}

func BenchmarkD0(b *testing.B) {
	for b.Loop() {
		if _, err := D0().Log(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}
