package widget

import "strings"

// Box holds other widgets.
type Box struct{ *Model }

// NewHBox sets widgets side by side.
func NewHBox(children ...Widget) *Box { return newBox("HBox", children) }

// NewVBox sets widgets one below the other.
func NewVBox(children ...Widget) *Box { return newBox("VBox", children) }

// NewTab shows one of several widgets, chosen by the titles above them.
func NewTab(titles []string, children ...Widget) *Box { return titled("Tab", titles, children) }

// NewAccordion shows widgets below titles that fold them away.
func NewAccordion(titles []string, children ...Widget) *Box {
	return titled("Accordion", titles, children)
}

func newBox(kind string, children []Widget) *Box {
	m := newModel(kind)
	m.state["children"] = bare(children)
	m.text = func(state map[string]any) string {
		var parts []string
		for _, c := range state["children"].([]Widget) {
			parts = append(parts, c.model().String())
		}
		return strings.Join(parts, ", ")
	}
	return &Box{m}
}

func titled(kind string, titles []string, children []Widget) *Box {
	b := newBox(kind, children)
	first := 0
	b.state["titles"], b.state["selected_index"] = append([]string{}, titles...), &first
	return b
}

// Children lists what the box holds.
func (b *Box) Children() []Widget { return append([]Widget{}, b.Get("children").([]Widget)...) }

// SetChildren replaces what the box holds.
func (b *Box) SetChildren(children ...Widget) { b.put(map[string]any{"children": bare(children)}) }

// bare copies the list, bare models standing for the widgets around them.
func bare(ws []Widget) []Widget {
	ms := make([]Widget, len(ws))
	for i, w := range ws {
		ms[i] = w.model()
	}
	return ms
}
