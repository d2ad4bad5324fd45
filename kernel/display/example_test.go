package display_test

import (
	"fmt"

	"github.com/lislab/lislab/kernel/display"
)

// estimate shows itself as a sentence in a notebook, and as text elsewhere.
type estimate struct{ lis, se float64 }

func (e estimate) Markdown() string {
	return fmt.Sprintf("**LIS = %.4f** ± %.4f", e.lis, 1.96*e.se)
}

func (e estimate) String() string { return fmt.Sprintf("LIS %.4f", e.lis) }

func ExampleOf() {
	b := display.Of(estimate{0.0123, 0.001})
	fmt.Println(b.Data[display.MIMEText])
	fmt.Println(b.Data[display.MIMEMarkdown])
	// Output:
	// LIS 0.0123
	// **LIS = 0.0123** ± 0.0020
}

// Without a notebook the text form is printed.
func ExampleShow() {
	display.Show(map[string]float64{"user": 0.003, "item": 0.012}, []string{"a", "b"})
	// Output:
	// map[item:0.012 user:0.003]
	// [a b]
}

func ExampleText() {
	type study struct {
		Slots    []string
		Horizons []int
	}
	fmt.Println(display.Text(&study{[]string{"item"}, []int{0, 7}}))
	// Output: &{Slots:[item] Horizons:[0 7]}
}

func ExampleRegister() {
	type horizon int
	display.Register(func(h horizon) display.Bundle {
		return display.As(display.MIMEHTML, fmt.Sprintf("<b>%d days</b>", h))
	})
	fmt.Println(display.Of(horizon(7)).Data[display.MIMEHTML])
	// Output: <b>7 days</b>
}
