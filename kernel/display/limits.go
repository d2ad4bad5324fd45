package display

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits on the forms of one output. Front ends slow down badly above them,
// and a notebook keeps every byte.
const (
	// MaxText is the most bytes of text/plain, Markdown and LaTeX.
	MaxText = 1 << 18
	// MaxRich is the most bytes of HTML, SVG and JSON. A larger one is left out
	// rather than cut, as half a page or picture shows nothing.
	MaxRich = 16 << 20
)

// Overflow, where the process that runs cells sets it, keeps what was cut from
// an output, and returns where. The name hints at the file's ending.
var Overflow func(name, content string) (path string, err error)

// cap shortens or drops the forms that are too long, and says so.
func (b *bundle) cap() {
	var notes []string
	for _, mime := range sortedKeys(b.Data) {
		var s string
		var ok bool
		if s, ok = b.Data[mime].(string); !ok {
			if raw, is := b.Data[mime].(interface{ MarshalJSON() ([]byte, error) }); is {
				j, _ := raw.MarshalJSON()
				s = string(j)
			}
		}
		switch {
		case (mime == MIMEText || mime == MIMEMarkdown || mime == MIMELaTeX) && len(s) > MaxText:
			kept := headAndTailOf(s, MaxText)
			b.Data[mime] = kept
			if mime == MIMEText {
				notes = append(notes, fmt.Sprintf("[shown: %d of %d bytes%s]", len(kept), len(s), keep("output.txt", s)))
			}
		case len(s) > MaxRich:
			delete(b.Data, mime)
			delete(b.Metadata, mime)
			notes = append(notes, fmt.Sprintf("[%s left out: %d bytes, the limit is %d%s]", mime, len(s), MaxRich, keep("output"+ending(mime), s)))
		}
	}
	if len(notes) == 0 {
		return
	}
	note := strings.Join(notes, "\n")
	text, _ := b.Data[MIMEText].(string)
	b.Data[MIMEText] = text + "\n" + note
	if html, ok := b.Data[MIMEHTML].(string); ok {
		b.Data[MIMEHTML] = html + "<div>" + escape(note) + "</div>"
	}
}

// headAndTailOf is about the first three quarters and the last quarter of n
// bytes of s, cut between characters.
func headAndTailOf(s string, n int) string {
	head, tail := n*3/4, len(s)-n/4
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + "\n…\n" + s[tail:]
}

// keep writes what does not fit where Overflow puts it.
func keep(name, content string) string {
	if Overflow == nil {
		return ""
	}
	path, err := Overflow(name, content)
	if err != nil {
		return fmt.Sprintf("; the whole could not be kept: %v", err)
	}
	return "; the whole is in " + path
}

func ending(mime string) string {
	switch {
	case mime == MIMEHTML:
		return ".html"
	case mime == MIMESVG:
		return ".svg"
	case mime == MIMEPNG:
		return ".png.base64"
	case isJSON(mime):
		return ".json"
	}
	return ".txt"
}
