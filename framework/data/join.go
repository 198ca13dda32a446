package data

import (
	"fmt"
	"slices"
)

// Join lays recordings of the same channels one after another. Trials are numbered
// anew, so that those of two recordings stay apart; targets are those that all have.
// Where one of them is divided all count as divided.
func Join(parts ...*Recording) (*Recording, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("there is nothing to join")
	}
	first, n, divided := parts[0], 0, false
	for _, r := range parts {
		switch {
		case r.Samples.Cols() != first.Samples.Cols():
			return nil, fmt.Errorf("one has %d channels, another %d", first.Samples.Cols(), r.Samples.Cols())
		case r.Unit != first.Unit:
			return nil, fmt.Errorf("one is in %q, another in %q", first.Unit, r.Unit)
		case r.BinSeconds != first.BinSeconds:
			return nil, fmt.Errorf("bins of one have %v s, of another %v s", first.BinSeconds, r.BinSeconds)
		}
		n += r.Len()
		divided = divided || r.Split != nil
	}
	out := &Recording{Samples: NewArray(n, first.Samples.Cols()), Unit: first.Unit, BinSeconds: first.BinSeconds, Channels: first.Channels}
	at, trial := 0, int32(-1)
	for _, r := range parts {
		copy(out.Samples.Values[at*out.Samples.Cols():], r.Samples.Values)
		for i := range r.Trial {
			if i == 0 || r.Trial[i] != r.Trial[i-1] {
				trial++
			}
			out.Trial = append(out.Trial, trial)
		}
		if divided {
			split := r.Split
			if split == nil {
				split = make([]Split, r.Len())
			}
			out.Split = append(out.Split, split...)
		}
		if !slices.Equal(r.Channels, first.Channels) {
			out.Channels = nil
		}
		at += r.Len()
	}
	for i := range first.Targets {
		if t, ok := joinTarget(first.Targets[i], parts, n); ok {
			out.Targets = append(out.Targets, t)
		}
	}
	return out, nil
}

func joinTarget(like Target, parts []*Recording, n int) (Target, bool) {
	out := Target{Name: like.Name, Unit: like.Unit}
	if !like.IsClass() {
		out.Values = NewArray(append([]int{n}, like.Values.Shape[1:]...)...)
	} else {
		out.Labels = make([]int32, 0, n)
	}
	at := 0
	for _, r := range parts {
		t, err := r.Target(like.Name)
		if err != nil || t.IsClass() != like.IsClass() || t.Unit != like.Unit || !t.IsClass() && !slices.Equal(t.Values.Shape[1:], like.Values.Shape[1:]) {
			return out, false
		}
		if t.IsClass() {
			out.Classes = max(out.Classes, t.Classes)
			out.Labels = append(out.Labels, t.Labels...)
		} else {
			copy(out.Values.Values[at*out.Values.Cols():], t.Values.Values)
		}
		at += r.Len()
	}
	return out, true
}

// Several returns the recordings in a role, one or more: they are numbered behind the
// first, "pretrain", "pretrain-2", "pretrain-3".
func (d *Dataset) Several(role string) ([]*Recording, error) {
	first, err := d.Role(role)
	if err != nil {
		return nil, err
	}
	out := []*Recording{first}
	for {
		r, ok := d.Recordings[Numbered(role, len(out))]
		if !ok {
			return out, nil
		}
		out = append(out, r)
	}
}

// TrainSeveral returns what a method may learn from in a role, of every recording in it.
func (d *Dataset) TrainSeveral(role string) ([]*Recording, error) {
	out, err := d.Several(role)
	for i := range out {
		out[i] = out[i].TrainPart()
	}
	return out, err
}

// Numbered is the name under which recording i of a role, from 0, stands in a dataset.
func Numbered(role string, i int) string {
	if i == 0 {
		return role
	}
	return fmt.Sprintf("%s-%d", role, i+1)
}

// Torn counts the trials of which samples lie in more than one part, those in none apart.
func (r *Recording) Torn() int {
	part, torn := map[int32]Split{}, map[int32]bool{}
	for i, s := range r.Split {
		if s == "" {
			continue
		}
		if old, ok := part[r.Trial[i]]; ok && old != s {
			torn[r.Trial[i]] = true
		}
		part[r.Trial[i]] = s
	}
	return len(torn)
}
