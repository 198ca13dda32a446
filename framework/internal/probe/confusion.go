package probe

// confusion counts, for each class, the samples that have it, those that were given
// it, and those of which both are true: all that metrics of classes are made of.
type confusion struct {
	is, given, both []int // [classes]
}

func newConfusion(classes int) confusion {
	all := make([]int, 3*classes)
	return confusion{all[:classes:classes], all[classes : 2*classes : 2*classes], all[2*classes:]}
}

// count adds a sample of class l that was given class g.
func (c confusion) count(g, l int32) {
	c.given[g]++
	c.is[l]++
	if g == l {
		c.both[g]++
	}
}

// confusions returns the counts of all samples and of each case.
func (c counted) confusions(given, labels []int32, classes int) (all confusion, each []confusion) {
	all, each = newConfusion(classes), make([]confusion, c.n)
	for j := range each {
		each[j] = newConfusion(classes)
	}
	for i := range given {
		all.count(given[i], labels[i])
		if c.n > 0 {
			each[c.of[i]].count(given[i], labels[i])
		}
	}
	return all, each
}

// less sets c to what is left of a without b.
func (c confusion) less(a, b confusion) confusion {
	for l := range a.is {
		c.is[l], c.given[l], c.both[l] = a.is[l]-b.is[l], a.given[l]-b.given[l], a.both[l]-b.both[l]
	}
	return c
}

// classMetric returns a metric of confusion counts and its numbers per case.
func (c counted) classMetric(all confusion, each []confusion, hit []float64, of func(confusion) float64) (float64, numbers) {
	value := of(all)
	rest := newConfusion(len(all.is))
	return value, c.without(value, hit, func(j int) float64 { return of(rest.less(all, each[j])) })
}

// weightedF1 is Σ_l (n_l/n) · 2 tp_l/(2 tp_l + fp_l + fn_l), n_l being the number of
// samples of class l; a class that is never given and never there has F1 0.
func (c confusion) weightedF1() float64 {
	n, sum := 0, 0.0
	for _, k := range c.is {
		n += k
	}
	for l, tp := range c.both {
		if tp > 0 {
			sum += float64(c.is[l]) / float64(n) * 2 * float64(tp) / float64(c.is[l]+c.given[l])
		}
	}
	return sum
}

// occur is how many classes have samples.
func (c confusion) occur() (n int) {
	for _, k := range c.is {
		if k > 0 {
			n++
		}
	}
	return n
}

// balanced is the mean of tp_l/n_l over the classes that have samples.
func (c confusion) balanced() (sum float64) {
	for l, tp := range c.both {
		if tp > 0 {
			sum += float64(tp) / float64(c.is[l])
		}
	}
	return sum / float64(c.occur())
}

// macroF1 is the mean of 2 tp_l/(2 tp_l + fp_l + fn_l) over the classes that have
// samples.
func (c confusion) macroF1() (sum float64) {
	for l, tp := range c.both {
		if tp > 0 {
			sum += 2 * float64(tp) / float64(c.is[l]+c.given[l])
		}
	}
	return sum / float64(c.occur())
}
