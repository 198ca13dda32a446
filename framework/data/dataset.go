package data

import (
	"fmt"
	"slices"
	"strings"
)

// MainRole is the role of the recording of a dataset that has only one.
const MainRole = "main"

// Dataset is one or more recordings in named roles: "main", or for methods that
// need more, "source" and "target", "pretrain", "meta".
type Dataset struct {
	Digest     string                // "sha256:..." over the contents, whatever the names of files or sweeps
	Recordings map[string]*Recording // by role
	mapped     []func() error        // closes the memory maps
}

// Roles returns the names of the roles in alphabetical order.
func (d *Dataset) Roles() []string {
	var roles []string
	for r := range d.Recordings {
		roles = append(roles, r)
	}
	slices.Sort(roles)
	return roles
}

// Role returns the recording in that role.
func (d *Dataset) Role(role string) (*Recording, error) {
	if r, ok := d.Recordings[role]; ok {
		return r, nil
	}
	return nil, fmt.Errorf("the dataset has no recording in role %q; it has %s", role, strings.Join(d.Roles(), ", "))
}

// Train returns what a method may learn from in that role: the train split, or
// the whole recording where it is not divided.
func (d *Dataset) Train(role string) (*Recording, error) {
	r, err := d.Role(role)
	if err != nil {
		return nil, err
	}
	return r.TrainPart(), nil
}

// Close releases the memory maps. No array of the dataset may be used afterwards.
func (d *Dataset) Close() error {
	var first error
	for _, unmap := range d.mapped {
		if err := unmap(); err != nil && first == nil {
			first = err
		}
	}
	d.mapped = nil
	return first
}
