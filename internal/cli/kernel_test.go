package cli

import "testing"

func TestMemoryLimit(t *testing.T) {
	for value, want := range map[string]uint64{"": 0, "256": 256 << 20, "4096": 4 << 30} {
		if got, err := memoryLimit(value); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", value, got, err, want)
		}
	}
	for _, value := range []string{"4GB", "-1", "0", "255", "1e9", "99999999999"} {
		if _, err := memoryLimit(value); err == nil {
			t.Errorf("%q is taken", value)
		}
	}
}
