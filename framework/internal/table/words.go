package table

import "slices"

// Words are what the keys of a table may say, by key, as far as it is a choice;
// rows and cols may also be "settings." and the name of a setting.
func Words() map[string][]string {
	return map[string][]string{
		"rows": slices.Clone(axes[:4]), "cols": slices.Clone(axes[:4]), "stat": append(slices.Clone(statistics), "mean +- ci95", "mean +- std", "mean +- sem"),
		"bold": slices.Clone(bolds), "correct": slices.Clone(corrections), "family": slices.Clone(families), "marks": slices.Clone(marks),
		"show": slices.Clone(shows), "failures": slices.Clone(losses), "also": slices.Clone(extras), "fit": slices.Clone(fits),
	}
}
