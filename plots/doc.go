// Package plots draws what package lis measures: each display object is
// computed once from a result, can be edited (its fields are plain data), and
// is drawn as often and in as many sizes as wanted.
//
//	c := plots.Curve(res)       // shows itself in a notebook: SVG, with a PNG twin
//	c.Theme = plots.Slide       // another size, larger letters
//	p, err := c.Plot()          // a gonum plot: add what you like
//	err = c.Save("curve.pdf")   // .svg, .png or .pdf
//
// Colours are told apart by colour-blind readers, every colour comes with its
// own mark, and no legend covers data: lines are named at their ends.
package plots
