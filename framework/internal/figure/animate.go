package figure

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"sync"

	"gonum.org/v1/plot/vg"
)

// An animation runs for motionSeconds, rests for restSeconds, and begins again.
const (
	motionSeconds = 4.0
	restSeconds   = 1.0
)

// The still state is the end of the motion: what shows no animation shows whole
// tracks. Every body draws its track behind itself.
var animation = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("svg").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" font-family="{{.Fonts}}" fill="#222">
<title>{{.Title}}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="{{.Left}}" y="{{.TitleY}}" font-size="{{.TitleSize}}">{{.Title}}</text>
<rect x="{{.Left}}" y="{{.Top}}" width="{{.Square}}" height="{{.Square}}" fill="none" stroke="#ddd" stroke-width=".75"/>
{{range .Bodies}}<g stroke="{{.Colour}}" fill="{{.Colour}}">
<path d="{{.Path}}" fill="none" stroke-width="1.5" stroke-opacity=".2"/>
<path d="{{.Path}}" fill="none" stroke-width="2.5" stroke-opacity=".6" stroke-linecap="round" stroke-dasharray="{{.Length}} {{.Length}}"><animate attributeName="stroke-dashoffset" dur="{{$.Seconds}}s" repeatCount="indefinite" keyTimes="{{$.Times}}" values="{{.Left}}"/></path>
{{range .Samples}}<circle cx="{{.X}}" cy="{{.Y}}" r="1.5" stroke="none" fill-opacity=".45"/>
{{end}}<circle cx="{{.X}}" cy="{{.Y}}" r="7" stroke="#fff" stroke-width="1.5"><animate attributeName="cx" dur="{{$.Seconds}}s" repeatCount="indefinite" keyTimes="{{$.Times}}" values="{{.Xs}}"/><animate attributeName="cy" dur="{{$.Seconds}}s" repeatCount="indefinite" keyTimes="{{$.Times}}" values="{{.Ys}}"/></circle>
<circle cx="{{.Legend.X}}" cy="{{.Legend.Y}}" r="5" stroke="none"/>
<text x="{{.Name.X}}" y="{{.Name.Y}}" font-size="{{$.Size}}" stroke="none" fill="#222" dominant-baseline="central">{{.Label}}</text>
</g>
{{end}}{{range .Lines}}<text x="{{.At.X}}" y="{{.At.Y}}" font-size="{{$.Small}}" dominant-baseline="central">{{.Text}}</text>
{{end}}</svg>
`))
})

type (
	number string
	place  struct{ X, Y number }
	moving struct {
		Colour, Path, Xs, Ys, Left, Label string
		Length, X, Y                      number
		Samples                           []place
		Legend, Name                      place
	}
	caption struct {
		At   place
		Text string
	}
)

func short(x float64) number {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", x), "0"), ".")
	if s == "-0" {
		s = "0"
	}
	return number(s)
}

// at is a point of the page in SVG, where y goes downwards.
func at(p vg.Point) place { return place{short(float64(p.X)), short(float64(motionHeight - p.Y))} }

// svg writes the animation.
func (m *motion) svg(w io.Writer) error {
	n := len(m.tracks[0])
	times := series(n, func(i int) float64 {
		return motionSeconds / (motionSeconds + restSeconds) * float64(i) / math.Max(float64(n-1), 1)
	})
	page := struct {
		Width, Height, Left, Top, Square, TitleY, TitleSize, Size, Small, Seconds number
		Fonts, Title, Times                                                       string
		Bodies                                                                    []moving
		Lines                                                                     []caption
	}{
		Width: short(float64(motionWidth)), Height: short(float64(motionHeight)), Left: short(left), Top: short(float64(motionHeight) - bottom - square),
		Square: short(square), TitleY: short(float64(motionHeight) - bottom - square - 22), TitleSize: short(float64(FontSize + 2)), Size: short(float64(FontSize)),
		Small: short(float64(FontSize - 1)), Seconds: short(motionSeconds + restSeconds), Fonts: fonts, Title: m.title, Times: times + ";1",
	}
	for b, track := range m.tracks {
		page.Bodies = append(page.Bodies, m.body(b, track))
	}
	for i, line := range m.lines {
		page.Lines = append(page.Lines, caption{at(legendAt(len(m.names) + 1 + i).Add(vg.Point{X: -5})), line})
	}
	var out bytes.Buffer
	if err := animation().Execute(&out, page); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (m *motion) body(b int, track []vg.Point) moving {
	c := colour(b)
	o := moving{Colour: fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B), Label: m.names[b], Legend: at(legendAt(b)), Name: at(legendAt(b).Add(vg.Point{X: 12}))}
	length := make([]float64, len(track)) // of the track up to each point
	for i, p := range track {
		if i > 0 {
			length[i] = length[i-1] + math.Hypot(float64(p.X-track[i-1].X), float64(p.Y-track[i-1].Y))
		}
		if i%between == 0 {
			o.Samples = append(o.Samples, at(p))
		}
	}
	n, total := len(track), length[len(track)-1]
	last := at(track[n-1])
	o.X, o.Y, o.Length = last.X, last.Y, short(math.Max(total, 0.01))
	o.Xs = series(n, func(i int) float64 { return float64(track[i].X) }) + ";" + string(last.X)
	o.Ys = series(n, func(i int) float64 { return float64(motionHeight - track[i].Y) }) + ";" + string(last.Y)
	o.Left = series(n, func(i int) float64 { return total - length[i] }) + ";0"
	for i, p := range track {
		if i == 0 {
			o.Path = "M"
		} else if i == 1 {
			o.Path += "L"
		}
		o.Path += string(at(p).X) + " " + string(at(p).Y) + " "
	}
	o.Path = strings.TrimSpace(o.Path)
	return o
}

func series(n int, f func(i int) float64) string {
	out := make([]string, n)
	for i := range out {
		if v := f(i); v < 1 { // shares of time want more digits than places on a page
			out[i] = strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.5f", v), "0"), ".")
		} else {
			out[i] = string(short(v))
		}
	}
	return strings.Join(out, ";")
}
