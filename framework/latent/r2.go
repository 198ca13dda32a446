package latent

import "gonum.org/v1/gonum/mat"

// R2Without returns the coefficient of determination without one case,
//
//	R²_−j = 1 − Σ(y − ŷ)²/Σ(y − ȳ_−j)²,   ȳ_−j the mean of the rows that are left,
//
// of all columns together or, where each is true, averaged over the columns that
// vary. of[i] is the case of row i, of n; without any there is nothing to return. Sums are kept about the mean of all rows,
// where Σ(y − ȳ_−j)² = Σ_left (y − ȳ)² − |Σ_j (y − ȳ)|²/(N − N_j).
func R2Without(Y, fit *mat.Dense, of []int, n int, each bool) func(j int) float64 {
	if n == 0 {
		return nil
	}
	rows, cols := Y.Dims()
	mean := Mean(Y)
	count := make([]float64, n)
	residual, total, shift := mat.NewDense(n+1, cols, nil), mat.NewDense(n+1, cols, nil), mat.NewDense(n, cols, nil) // row n: all
	for i := range rows {
		count[of[i]]++
		for k := range cols {
			e, d := Y.At(i, k)-fit.At(i, k), Y.At(i, k)-mean[k]
			for _, j := range [...]int{of[i], n} {
				residual.Set(j, k, residual.At(j, k)+e*e)
				total.Set(j, k, total.At(j, k)+d*d)
			}
			shift.Set(of[i], k, shift.At(of[i], k)+d)
		}
	}
	return func(j int) float64 {
		sum, columns, E, T := 0.0, 0, 0.0, 0.0
		for k := range cols {
			s := shift.At(j, k)
			e, t := residual.At(n, k)-residual.At(j, k), total.At(n, k)-total.At(j, k)-s*s/(float64(rows)-count[j])
			E, T = E+e, T+t
			if t > 1e-12*total.At(n, k) { // what is left of a column varies
				sum += 1 - e/t
				columns++
			}
		}
		if each {
			return sum / float64(columns)
		}
		return 1 - E/T
	}
}
