// Package display turns Go values into what a notebook shows, and is what a
// cell calls to show things itself.
//
// A value becomes a bundle of MIME types with [Of]; text/plain is always
// there. A type says how it wants to look by having a method, with no import
// of this package: HTML() string, Markdown() string, SVG() string, PNG()
// []byte and their kin, or Render and SimpleRender as gophernotes defines
// them (see [Of] for the list). Types that cannot have such methods are taught
// by [Register]; the packages display/frame (gota) and display/figure (gonum
// plots) do that when they are imported, and stay apart so that a cell which
// only calls [HTML] links neither.
//
// In a cell:
//
//	display.Show(df)                      // any value, now, not at the cell's end
//	display.HTML("<b>42</b>")             // or Markdown, SVG, PNG, LaTeX, JSON …
//	id := display.NewID()
//	display.ShowAs(id, "working")         // shown once
//	display.Update(id, "done")            // … and replaced in place
//	display.Clear(true)                   // the cell's output so far
//	bar := display.NewProgress(100, "days")
//	name, err := display.Input("name? ")
//
// # For the process that runs cells
//
// Everything goes to a [Sink]. The process that runs cells says which by
// [Install]: a function that is asked at each call and from any goroutine, so
// that output of a background goroutine can go to the cell that started it.
// Objects that live on ([Progress]) keep the sink they were made with. Without
// a sink (a plain Go program, a test) the text form goes to standard output.
// When a cell has ended, [CellEnded] settles its progress bars.
package display
