package bytesize

import "testing"

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{"512MiB": 512 << 20, "8GiB": 8 << 30, "8GB": 8e9, "1.5 GiB": 3 << 29, "100B": 100} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "8", "GiB", "-1GiB", "nanB", "infB", "9e99TiB", "8 gigs"} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%q: %d", text, got)
		}
	}
}
