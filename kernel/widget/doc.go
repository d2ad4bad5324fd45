// Package widget makes controls that live in the notebook page: sliders,
// menus, buttons, and a Go function redrawn as they move. They are ipywidgets
// 8 models, driven over the widget protocol 2.1.0, so every front end that
// shows ipywidgets shows them.
//
// In a cell:
//
//	n := widget.NewIntSlider("horizon", 0, 30, 7)
//	slot := widget.NewDropdown("slot", []string{"item", "user"})
//	widget.Interact(func(n int, slot string) any { return plots.Curve(res) }, n, slot)
//
//	n.OnChange(func(v int) { … })   // or by hand
//	n                               // a widget in last position is shown
//
// A widget's callbacks run one after the other, in a goroutine that belongs to
// the cell which registered them: what they show appears under that cell, also
// when it ended long ago. A callback that is slower than the hand sees the
// newest value and not each between. No two callbacks of the package run at the
// same time; a cell may run meanwhile.
//
// # For the process that runs cells
//
// Every message about comms from the front end goes to [Handle], in the order
// in which they come; it returns at once and never runs a user's code. What the
// package sends goes through the sink that the cell had when it showed the
// widget, and answers go to the output that Handle was given. [Comms] lists
// what comm_info asks for.
package widget
