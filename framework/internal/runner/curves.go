package runner

import (
	"math"
	"slices"

	"github.com/assaylab/assay/framework/metric"
)

// maxPoints bounds a trial's learning curves; beyond it every curve loses every
// second point.
const maxPoints = 20000

// curves are the points that training has shown so far.
type curves struct{ points []metric.Point }

func (c *curves) add(p metric.Point) {
	c.points = append(c.points, p)
	if len(c.points) > maxPoints {
		c.points = thin(c.points)
	}
}

func thin(points []metric.Point) []metric.Point {
	seen := map[string]int{}
	return slices.DeleteFunc(points, func(p metric.Point) bool {
		seen[p.Name]++
		return seen[p.Name]%2 == 0
	})
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
