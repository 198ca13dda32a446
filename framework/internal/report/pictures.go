package report

import (
	"encoding/base64"
	"html/template"
)

// MostPictures are as many as a page takes, and pictureBytes as much as they may weigh
// together: a page can be mailed.
const (
	MostPictures = 60
	pictureBytes = 3 << 20
)

// Picture is a drawing of what was kept of one trial.
type Picture struct {
	Title string // "pca on chewie-1"
	What  string // what is drawn, and what its colours mean
	Key   string // of the trial
	Image template.URL
}

// Show adds a picture, a PNG; false where the page takes no more.
func (p *Page) Show(title, what, key string, png []byte) bool {
	if len(p.Pictures) >= MostPictures || p.drawn+len(png) > pictureBytes {
		return false
	}
	p.drawn += len(png)
	p.Pictures = append(p.Pictures, Picture{p.redact.text(title), p.redact.text(what), key,
		template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))})
	return true
}
