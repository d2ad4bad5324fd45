package cli

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a long command is, on a terminal as a bar with the
// time that is left. Elsewhere, and with --quiet, it says nothing.
type progress struct {
	w     io.Writer // nil where there is nobody to look
	bar   *progressbar.ProgressBar
	label string
	total int
}

func newProgress(w io.Writer, quiet bool) *progress {
	f, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{w: w}
}

// report is a lis.Progress.
func (p *progress) report(done, total int, label string) {
	if p.w == nil {
		return
	}
	if p.bar == nil || p.label != label || p.total != total {
		p.finish()
		p.label, p.total = label, total
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(label),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	_ = p.bar.Set(done) // a terminal that went away must not end the work
}

// finish clears the line.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
