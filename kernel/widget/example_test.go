package widget_test

import (
	"fmt"

	"github.com/lislab/lislab/kernel/widget"
)

// Without a page Interact shows its first drawing; in a notebook the drawing
// follows the slider and the menu.
func ExampleInteract() {
	horizon := widget.NewIntSlider("horizon", 0, 30, 7)
	slot := widget.NewDropdown("slot", []string{"item", "user"})
	err := widget.Interact(func(n int, slot string) string {
		return fmt.Sprintf("the leakage of %s over %d days", slot, n)
	}, horizon, slot)
	fmt.Println(err)
	// Output:
	// horizon = 7, slot = item
	// the leakage of item over 7 days
	// <nil>
}

// In makes the widget that suits a value.
func ExampleIn() {
	for _, v := range []any{true, []string{"item", "user"}, []int{0, 1, 7}, [2]int{0, 30}, 0.5} {
		fmt.Println(widget.In("x", v))
	}
	// Output:
	// x = true
	// x = item
	// x = 0
	// x = 15
	// x = 0.5
}

// Six inputs one below the other would leave no room for the drawing.
func ExampleInteraction_SideBySide() {
	in, err := widget.NewInteraction(func(slot string, n int) string { return fmt.Sprintf("%s, %d days", slot, n) },
		widget.NewDropdown("slot", []string{"item", "user"}), widget.NewSelectionSlider("horizon", []int{1, 3, 7}))
	if err != nil {
		fmt.Println(err)
		return
	}
	in.SideBySide()
	fmt.Println(in)
	// Output:
	// slot = item, horizon = 1
	// item, 1 days
}
