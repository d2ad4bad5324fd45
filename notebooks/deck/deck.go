// Package deck makes slides: one HTML file with everything inside, which opens
// without a network. deck.py makes the same of a notebook, with the same files.
package deck

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed assets/reveal.css.gz assets/theme.css.gz assets/reveal.js.gz assets/notes.js.gz deck.css
var files embed.FS

// A Slide is a title, what stands below it, and what the speaker says.
type Slide struct {
	Title string
	Body  template.HTML // trusted: tables and drawings of our own
	Notes string
}

var page = template.Must(template.New("deck").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
{{range .CSS}}<style>{{.}}</style>
{{end}}</head><body><div class="reveal"><div class="slides">
{{range .Slides}}<section><h2>{{.Title}}</h2>
{{.Body}}
{{with .Notes}}<aside class="notes">{{.}}</aside>{{end}}</section>
{{end}}</div></div>
{{range .JS}}<script>{{.}}</script>
{{end}}<script>
if (/print-pdf/.test(location.search)) window.requestAnimationFrame = f => setTimeout(() => f(performance.now()), 0);
Reveal.initialize({hash:true,slideNumber:"c/t",width:1280,height:720,margin:0.04,center:false,transition:"none",plugins:[RevealNotes]});
</script></body></html>
`))

// Write writes the slides as one HTML file. Keys: arrows, S for the notes; with
// ?print-pdf behind its address the browser prints a page a slide.
func Write(w io.Writer, title string, slides []Slide) error {
	data := struct {
		Title  string
		CSS    []template.CSS
		JS     []template.JS
		Slides []Slide
	}{Title: title, Slides: slides}
	for _, name := range []string{"reveal.css", "theme.css"} {
		text, err := asset(name)
		if err != nil {
			return err
		}
		data.CSS = append(data.CSS, template.CSS(text))
	}
	own, err := files.ReadFile("deck.css")
	if err != nil {
		return err
	}
	data.CSS = append(data.CSS, template.CSS(own))
	for _, name := range []string{"reveal.js", "notes.js"} {
		text, err := asset(name)
		if err != nil {
			return err
		}
		data.JS = append(data.JS, template.JS(text))
	}
	return page.Execute(w, data)
}

// asset is one of the files as published, unpacked.
func asset(name string) (string, error) {
	b, err := files.ReadFile("assets/" + name + ".gz")
	if err != nil {
		return "", err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", fmt.Errorf("deck: %s: %w", name, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return "", fmt.Errorf("deck: %s: %w", name, err)
	}
	return string(text), nil
}
