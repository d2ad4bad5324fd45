package nearest

import "testing"

func TestWord(t *testing.T) {
	names := []string{"horizons", "max-updates", "seeds", "slots", "slot"}
	for word, want := range map[string]string{"horizon": "horizons", "max_updates": "max-updates", "slost": "slots", "sedes": "seeds", "banana": "", "slto": "slot", "maxupdates": "max-updates"} {
		if got := Word(word, names); got != want {
			t.Errorf("Word(%s) = %q, want %q", word, got, want)
		}
	}
}
