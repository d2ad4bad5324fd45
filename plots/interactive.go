package plots

import (
	"fmt"
	"image/color"
	"math"
)

// Interactive is a display that answers to the pointer: tooltips, zoom by wheel
// and drag, names in the legend that light up their line when clicked. Where a
// page cannot do that (a slide's print, a mail) the picture shows instead.
//
// It is a Vega-Lite 5 specification that keeps within 5.6, which JupyterLab
// renders without an extension.
type Interactive struct {
	spec map[string]any
	pic  picture
}

// VegaLite is the specification.
func (i *Interactive) VegaLite() map[string]any { return i.spec }

// String is what the picture's Alt says.
func (i *Interactive) String() string { return i.pic.Alt() }

// SVG is the picture.
func (i *Interactive) SVG() string { return svg(i.pic) }

// PNG is the picture as a file.
func (i *Interactive) PNG() []byte { return png(i.pic) }

// MIMEBundle gives a notebook the specification beside the picture.
func (i *Interactive) MIMEBundle() (data, metadata map[string]any) {
	data, metadata = bundle(i.pic)
	data["application/vnd.vegalite.v5+json"] = i.spec
	return data, metadata
}

// interactive fills in what all specifications share.
func interactive(pic picture, title string, spec map[string]any) *Interactive {
	t := pic.theme()
	px := func(points float64) int { return int(math.Round(points * 96 / 72)) }
	all := map[string]any{
		"$schema":     "https://vega.github.io/schema/vega-lite/v5.json",
		"title":       title,
		"description": pic.Alt(),
		"width":       px(float64(t.Width)) - 180,
		"background":  hex(t.Paper),
		"config": map[string]any{
			"font":   "Arial, Helvetica, sans-serif",
			"view":   map[string]any{"stroke": nil},
			"axis":   map[string]any{"labelColor": hex(t.Ink), "titleColor": hex(t.Ink), "gridColor": hex(mix(t.Paper, t.Faint, 0.25)), "domainColor": hex(t.Faint), "tickColor": hex(t.Faint), "titleFontWeight": "normal", "labelFontSize": px(float64(t.Text) * 0.85), "titleFontSize": px(float64(t.Text) * 0.92)},
			"legend": map[string]any{"labelColor": hex(t.Ink), "titleColor": hex(t.Ink), "labelFontSize": px(float64(t.Text) * 0.85), "symbolStrokeWidth": 2},
			"title":  map[string]any{"color": hex(t.Ink), "fontSize": px(float64(t.Text))},
		},
	}
	if _, ok := spec["height"]; !ok {
		all["height"] = px(float64(t.Height)) - 110
	}
	for k, v := range spec {
		all[k] = v
	}
	return &Interactive{spec: all, pic: pic}
}

func hex(c color.Color) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// figureOf is a number for JSON: null where there is none.
func figureOf(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// field describes one encoding channel.
func field(name, kind string, more map[string]any) map[string]any {
	out := map[string]any{"field": name, "type": kind}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// tooltip lists fields with a title; figures to four places.
func tooltip(fields ...[3]string) []any {
	var out []any
	for _, f := range fields {
		t := map[string]any{"field": f[0], "type": f[1], "title": f[2]}
		if f[1] == "quantitative" {
			t["format"] = ".4f"
		}
		out = append(out, t)
	}
	return out
}

// Interactive is the curve with tooltips, zoom and a legend that filters.
func (c *CurveDisplay) Interactive() *Interactive {
	t := c.theme()
	var values, domain, rng []any
	dashed := map[bool]string{false: "held-out", true: "raw"}
	for _, l := range c.Lines {
		domain, rng = append(domain, l.Name), append(rng, hex(t.color(l.Color)))
		for i := range l.X {
			v := map[string]any{"line": l.Name, "protocol": dashed[l.Raw], "horizon": l.X[i], "lis": figureOf(l.Y[i])}
			if len(l.Low) > 0 {
				v["low"], v["high"] = figureOf(l.Low[i]), figureOf(l.High[i])
			}
			values = append(values, v)
		}
	}
	x := field("horizon", "quantitative", map[string]any{"title": c.XLabel, "scale": map[string]any{"type": "symlog"}, "axis": map[string]any{"grid": false, "values": horizonsOf(c.Lines)}})
	y := func(name string) map[string]any {
		return field(name, "quantitative", map[string]any{"title": c.YLabel})
	}
	hue := field("line", "nominal", map[string]any{"title": nil, "legend": map[string]any{"symbolOpacity": 1, "symbolType": "circle"}, "scale": map[string]any{"domain": domain, "range": rng}})
	lit := func(on, off float64) map[string]any {
		return map[string]any{"condition": map[string]any{"param": "line", "value": on}, "value": off}
	}
	tips := tooltip([3]string{"line", "nominal", "line"}, [3]string{"horizon", "ordinal", "n"}, [3]string{"lis", "quantitative", "LIS"}, [3]string{"low", "quantitative", "from"}, [3]string{"high", "quantitative", "to"})
	dash := field("protocol", "nominal", map[string]any{"title": nil, "scale": map[string]any{"domain": []any{"held-out", "raw"}, "range": []any{[]int{1, 0}, []int{6, 4}}}})
	layers := []any{
		map[string]any{"mark": "area", "encoding": map[string]any{"x": x, "y": y("low"), "y2": map[string]any{"field": "high"}, "color": hue, "opacity": lit(0.18, 0.02)}},
		map[string]any{"mark": map[string]any{"type": "line", "strokeWidth": 2.2}, "params": []any{
			map[string]any{"name": "line", "select": map[string]any{"type": "point", "fields": []string{"line"}}, "bind": "legend"},
			map[string]any{"name": "zoom", "select": "interval", "bind": "scales"},
		}, "encoding": map[string]any{"x": x, "y": y("lis"), "color": hue, "strokeDash": dash, "opacity": lit(1, 0.12)}},
		map[string]any{"mark": map[string]any{"type": "point", "filled": true, "size": 60, "opacity": 1}, "encoding": map[string]any{"x": x, "y": y("lis"), "color": hue, "opacity": lit(1, 0.12), "tooltip": tips}},
	}
	if c.Threshold > 0 {
		layers = append(layers, map[string]any{
			"data":     map[string]any{"values": []any{map[string]any{"t": c.Threshold, "name": fmt.Sprintf("%s %.4f", c.ThresholdName, c.Threshold)}}},
			"mark":     map[string]any{"type": "rule", "strokeDash": []int{3, 3}, "color": hex(t.Faint)},
			"encoding": map[string]any{"y": field("t", "quantitative", nil), "tooltip": tooltip([3]string{"name", "nominal", "line"})},
		})
	}
	return interactive(c, c.Title, map[string]any{"data": map[string]any{"values": values}, "layer": layers})
}

// horizonsOf are the distinct x of lines, ascending.
func horizonsOf(lines []Line) []float64 {
	at := map[float64]bool{}
	for _, l := range lines {
		for _, x := range l.X {
			at[x] = true
		}
	}
	return sortedKeys(at)
}

// Interactive is the heatmap with tooltips.
func (d *HeatmapDisplay) Interactive() *Interactive {
	t := d.theme()
	var values []any
	for i, row := range d.Cells {
		for j, v := range row {
			if !math.IsNaN(v) {
				star := ""
				if d.Marked[i][j] {
					star = " *"
				}
				values = append(values, map[string]any{"row": d.Rows[i], "column": d.Columns[j], "lis": v, "label": minus(fmt.Sprintf("%.4f%s", v, star))})
			}
		}
	}
	x := field("column", "ordinal", map[string]any{"title": d.XLabel, "sort": d.Columns, "axis": map[string]any{"labelAngle": 0}})
	y := field("row", "ordinal", map[string]any{"title": nil, "sort": d.Rows})
	return interactive(d, d.Title, map[string]any{"data": map[string]any{"values": values}, "layer": []any{
		map[string]any{"mark": "rect", "encoding": map[string]any{"x": x, "y": y,
			"color":   field("lis", "quantitative", map[string]any{"title": "LIS", "scale": map[string]any{"range": []any{hex(mix(t.Paper, t.color(0), 0.06)), hex(mix(t.Paper, t.color(0), 0.66))}}}),
			"tooltip": tooltip([3]string{"row", "nominal", "slot"}, [3]string{"column", "ordinal", "n"}, [3]string{"lis", "quantitative", "LIS"})}},
		map[string]any{"mark": map[string]any{"type": "text", "color": hex(t.Ink)}, "encoding": map[string]any{"x": x, "y": y, "text": field("label", "nominal", nil)}},
	}})
}

// Interactive is the forest with tooltips and zoom.
func (d *ForestDisplay) Interactive() *Interactive {
	t := d.theme()
	var values, order, rng []any
	for _, r := range d.Rows {
		order, rng = append(order, r.Label), append(rng, hex(t.color(r.Color)))
		for k, m := range r.Marks {
			if math.IsNaN(m.Value) {
				continue
			}
			kind := ""
			if k < len(d.Kinds) {
				kind = d.Kinds[k]
			}
			values = append(values, map[string]any{"row": r.Label, "kind": kind, "value": m.Value, "low": figureOf(m.Low), "high": figureOf(m.High), "hollow": k > 0})
		}
	}
	y := field("row", "nominal", map[string]any{"title": nil, "sort": order, "axis": map[string]any{"labelLimit": 400, "grid": false}})
	hue := field("row", "nominal", map[string]any{"legend": nil, "scale": map[string]any{"domain": order, "range": rng}})
	tips := tooltip([3]string{"row", "nominal", "row"}, [3]string{"kind", "nominal", "protocol"}, [3]string{"value", "quantitative", "LIS"}, [3]string{"low", "quantitative", "from"}, [3]string{"high", "quantitative", "to"})
	return interactive(d, d.Title, map[string]any{"data": map[string]any{"values": values}, "layer": []any{
		map[string]any{"mark": map[string]any{"type": "rule", "strokeWidth": 2}, "params": []any{map[string]any{"name": "zoom", "select": map[string]any{"type": "interval", "encodings": []string{"x"}}, "bind": "scales"}},
			"encoding": map[string]any{"x": field("low", "quantitative", map[string]any{"title": d.XLabel}), "x2": map[string]any{"field": "high"}, "y": y, "color": hue}},
		map[string]any{"mark": map[string]any{"type": "point", "size": 70, "strokeWidth": 2, "opacity": 1, "fillOpacity": 1}, "encoding": map[string]any{"x": field("value", "quantitative", nil), "y": y, "color": hue,
			"fill":    map[string]any{"condition": map[string]any{"test": "datum.hollow", "value": hex(t.Paper)}, "field": "row", "type": "nominal", "legend": nil, "scale": map[string]any{"domain": order, "range": rng}},
			"tooltip": tips}},
		map[string]any{"data": map[string]any{"values": []any{map[string]any{"zero": 0}}}, "mark": map[string]any{"type": "rule", "color": hex(t.Faint)}, "encoding": map[string]any{"x": field("zero", "quantitative", nil)}},
	}})
}

// Interactive is the worlds' panels with tooltips: a world under the pointer
// tells its name in each.
func (d *WorldsDisplay) Interactive() *Interactive {
	t := d.theme()
	var values []any
	for _, w := range d.Worlds {
		values = append(values, map[string]any{"world": w.Name, "group": fmt.Sprint(w.Group), "LIS": figureOf(w.LIS.Value), "reach": figureOf(w.Reach.Value), "AIS": figureOf(w.AIS.Value), "lift": figureOf(w.Lift.Value)})
	}
	var hues []any
	for i := range t.Palette {
		hues = append(hues, hex(t.color(i)))
	}
	var panels []any
	for i, c := range []struct{ field, title string }{{"LIS", "LIS"}, {"reach", "content-reachable LIS"}, {"AIS", "AIS"}} {
		title := c.title
		if r := d.correlation(worldColumns[i].of); !math.IsNaN(r) {
			title += minus(fmt.Sprintf(": rank correlation %.2f", r))
		}
		panels = append(panels, map[string]any{"title": title, "width": 200, "height": 220,
			"mark":   map[string]any{"type": "point", "filled": true, "size": 90, "opacity": 1},
			"params": []any{map[string]any{"name": fmt.Sprintf("over%d", i), "select": map[string]any{"type": "point", "on": "mouseover", "fields": []string{"world"}, "nearest": true}}},
			"encoding": map[string]any{
				"x": field(c.field, "quantitative", map[string]any{"title": "gain in AUC", "scale": map[string]any{"zero": false, "padding": 14}}), "y": field("lift", "quantitative", map[string]any{"title": "true lift", "axis": map[string]any{"format": ".0%"}}),
				"color":   field("group", "nominal", map[string]any{"legend": nil, "scale": map[string]any{"range": hues}}),
				"tooltip": tooltip([3]string{"world", "nominal", "world"}, [3]string{"LIS", "quantitative", "LIS"}, [3]string{"reach", "quantitative", "content-reachable"}, [3]string{"AIS", "quantitative", "AIS"}, [3]string{"lift", "quantitative", "true lift"}),
			}})
	}
	out := interactive(d, d.Title, map[string]any{"data": map[string]any{"values": values}, "hconcat": panels, "height": nil})
	delete(out.spec, "width") // a concatenation has the sizes of its parts
	delete(out.spec, "height")
	return out
}
