package file

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// joined is a file with others beside it, whose arrays are named FILE#ARRAY; of a
// file that has but one array, an .npy, it is named FILE.
type joined struct {
	boxes []container
	of    [][2]string // name here, name there
	list  []Array
	which []int // box of each array
}

// openWithCompanions opens a file and those that stand beside it.
func openWithCompanions(ctx context.Context, path string, c Columns, o Options) (format, container, error) {
	f, err := formatOf(path)
	if err != nil {
		return f, nil, err
	}
	box, err := f.opened(ctx, path, o)
	if err != nil || len(c.Files) == 0 {
		return f, box, err
	}
	j := &joined{}
	if err := j.add(f, "", box); err != nil {
		return f, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		f, err := formatOf(c.Files[name])
		if err == nil {
			if box, err = f.opened(ctx, c.Files[name], o); err == nil {
				err = j.add(f, name, box)
			}
		}
		if err != nil {
			return f, nil, errors.Join(err, j.Close())
		}
	}
	return f, j, nil
}

func (j *joined) add(f format, name string, box container) error {
	for _, a := range box.arrays() {
		there := a.Name
		switch {
		case name == "":
		case f.alone:
			a.Name = name
		default:
			for _, at := range []*string{&a.Name, &a.Times, &a.Refers} {
				if *at != "" {
					*at = name + "#" + *at
				}
			}
			if a.Table == "" {
				a.Table = name
			} else {
				a.Table = name + "#" + a.Table
			}
		}
		j.list, j.which, j.of = append(j.list, a), append(j.which, len(j.boxes)), append(j.of, [2]string{a.Name, there})
	}
	j.boxes = append(j.boxes, box)
	return nil
}

func (j *joined) arrays() []Array { return j.list }

func (j *joined) read(ctx context.Context, wants map[string]*want) error {
	for b, box := range j.boxes {
		its := map[string]*want{}
		for i, name := range j.of {
			if w := wants[name[0]]; w != nil && j.which[i] == b {
				its[name[1]] = w
			}
		}
		if len(its) == 0 {
			continue
		}
		if err := box.read(ctx, its); err != nil {
			return err
		}
	}
	return nil
}

func (j *joined) about() map[string]string {
	if c, ok := j.boxes[0].(interface{ about() map[string]string }); ok {
		return c.about()
	}
	return nil
}

func (j *joined) Close() error {
	var errs []error
	for _, b := range j.boxes {
		errs = append(errs, b.Close())
	}
	return errors.Join(errs...)
}

// checkFiles looks at the files beside a file.
func (c Columns) checkFiles(add func(path, fact, hint string)) {
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if !Readable(c.Files[name]) {
			fact, hint := Unreadable(c.Files[name])
			add("files."+name, fact, hint)
		}
		if strings.Contains(name, "#") {
			add("files."+name, fmt.Sprintf("the name %q has a #, which parts a file from its arrays", name), "rename the file")
		}
	}
}
