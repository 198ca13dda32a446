package cli

import (
	"io"
	"slices"
	"unicode/utf8"

	"github.com/assaylab/assay/framework/internal/terminal"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// grid prints rows under a header, without lines: for listings, not results. On
// a terminal the last column is broken into lines where a row is too wide; in a
// file or a pipe a row is a line.
func grid(w io.Writer, header []string, rows [][]string) {
	for i, row := range rows { // here and not on the way out, so that columns are as wide as what is seen
		rows[i] = slices.Clone(row)
		for j, cell := range row {
			rows[i][j] = terminal.Clean(cell)
		}
	}
	wrap, widths := tw.WrapNone, tw.CellWidth{}
	if room := roomForLast(widthOf(w), header, rows); room > 0 {
		wrap, widths = tw.WrapNormal, tw.CellWidth{PerColumn: tw.NewMapper[int, int]().Set(len(header)-1, room)}
	}
	t := tablewriter.NewTable(w,
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAlignment(tw.AlignLeft),
		tablewriter.WithRowAutoWrap(wrap),
		tablewriter.WithWidths(widths),
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off}},
		})))
	t.Header(header)
	// The writer's errors are those of the stream; a listing that cannot be
	// printed has nobody to tell.
	_ = t.Bulk(rows)
	_ = t.Render()
}

// roomForLast is what a width leaves the last column, if that is too wide for it;
// 0: leave all as it is, for a narrow terminal breaks lines better by itself.
func roomForLast(width int, header []string, rows [][]string) int {
	widest := make([]int, len(header))
	for _, row := range append([][]string{header}, rows...) {
		for i, cell := range row {
			widest[i] = max(widest[i], utf8.RuneCountInString(cell)+2) // padding
		}
	}
	last := len(widest) - 1
	room := width
	for _, n := range widest[:last] {
		room -= n
	}
	if room < 20 || widest[last] <= room {
		return 0
	}
	return room
}
