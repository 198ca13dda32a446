package report

import "testing"

// A page takes so many pictures, and so many bytes of them.
func TestShowHasAnEnd(t *testing.T) {
	p := &Page{redact: newRedactor(true)}
	if p.Show("a", "b", "c", make([]byte, pictureBytes+1)) {
		t.Error("it took a picture that is too heavy")
	}
	for i := range MostPictures + 1 {
		if room := p.Show("a", "b", "c", []byte("x")); room != (i < MostPictures) {
			t.Fatalf("picture %d: %v", i, room)
		}
	}
}
