package display

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"sync/atomic"
)

// Show shows each value now, in an output of its own.
func Show(values ...any) {
	for _, v := range values {
		send(Of(v), false)
	}
}

// ShowAs shows v under id, by which [Update] may replace it later, also from
// another cell.
func ShowAs(id string, v any) { send(named(id, v), false) }

// Update replaces, wherever it stands, what was shown under id.
func Update(id string, v any) { send(named(id, v), true) }

func named(id string, v any) Bundle {
	b := Of(v)
	b.DisplayID = id
	return b
}

var (
	idPrefix = func() string {
		var b [4]byte
		rand.Read(b[:]) // never fails
		return "lislab-" + hex.EncodeToString(b[:]) + "-"
	}()
	idCount atomic.Int64
)

// NewID makes a name for [ShowAs] that nothing else uses. Notebooks do not save
// it.
func NewID() string { return fmt.Sprint(idPrefix, idCount.Add(1)) }

// Clear removes what the cell has shown so far; with wait only when something
// new comes, which does not flicker.
func Clear(wait bool) {
	if s := Current(); s != nil {
		s.Clear(wait)
	}
}

// As is a value that is shown as data of the given MIME type: what the
// functions below show at once, to be returned or passed on. Data is a string,
// a []byte, or for JSON types anything that encoding/json takes.
func As(mime string, data any) Bundle {
	return Of(Bundle{Data: map[string]any{mime: data}})
}

// HTML shows a piece of HTML. Scripts in it run where the notebook is trusted.
func HTML(s string) { send(As(MIMEHTML, s), false) }

// Markdown shows Markdown, with mathematics between dollar signs.
func Markdown(s string) { send(As(MIMEMarkdown, s), false) }

// LaTeX shows mathematics; a bare formula is set on a line of its own.
func LaTeX(s string) {
	if !strings.Contains(s, "$") && !strings.Contains(s, `\begin`) && !strings.Contains(s, `\[`) {
		s = "$$" + s + "$$"
	}
	send(As(MIMELaTeX, s), false)
}

// SVG shows a drawing.
func SVG(s string) { send(As(MIMESVG, s), false) }

// PNG shows the picture in a PNG file's bytes, at its own size.
func PNG(b []byte) { send(As(MIMEPNG, b), false) }

// JPEG shows the picture in a JPEG file's bytes, at its own size.
func JPEG(b []byte) { send(As(MIMEJPEG, b), false) }

// JSON shows v as a tree to be opened and closed.
func JSON(v any) { send(As(MIMEJSON, v), false) }

// JavaScript runs s in the page, where the notebook is trusted.
func JavaScript(s string) { send(As(MIMEJavaScript, s), false) }

// VegaLite shows an interactive chart: spec is a Vega-Lite 5 specification (a
// string, bytes, or a value that encoding/json takes). Where another form is
// wanted for print, show a value with a MIMEBundle method instead.
func VegaLite(spec any) { send(As(MIMEVegaLite, spec), false) }
