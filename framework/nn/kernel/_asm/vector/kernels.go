package main

import "math"

// one makes a formula of a single result.
func one(name string, g func(m *machine, v env) V) func(*machine, env) env {
	return func(m *machine, v env) env { return env{name: g(m, v)} }
}

// of makes the formula dst = g(x).
func of(g func(m *machine, x V) V) func(*machine, env) env {
	return func(m *machine, v env) env { return env{"dst": g(m, v["x"])} }
}

func sum(g func(m *machine, v env) V) func(*machine, env) env { return one("sum", g) }

const poissonMin, poissonMax = 1e-7, 1e7

func (m *machine) positive(y, x V) V { return m.only(m.compare(y, greater, f(0)), x) }

var kernels = []kernel{
	// arithmetic
	{name: "add", equation: "dst = x + y", vectors: "dst x y", in: "x y", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.add(v["x"], v["y"]) })},
	{name: "sub", equation: "dst = x - y", vectors: "dst x y", in: "x y", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.sub(v["x"], v["y"]) })},
	{name: "mul", equation: "dst = x ⊙ y", vectors: "dst x y", in: "x y", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.mul(v["x"], v["y"]) })},
	{name: "div", equation: "dst = x / y", vectors: "dst x y", in: "x y", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.div(v["x"], v["y"]) })},
	{name: "mulAdd", equation: "dst += x ⊙ y", vectors: "dst x y", in: "dst x y", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.add(v["dst"], m.mul(v["x"], v["y"])) })},
	{name: "axpy", equation: "dst += a x", vectors: "dst x", scalars: "a", in: "dst x", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.add(v["dst"], m.mul(v["a"], v["x"])) })},
	{name: "scale", equation: "dst = a x", vectors: "dst x", scalars: "a", in: "x", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.mul(v["a"], v["x"]) })},
	{name: "lerp", equation: "dst += t (x - dst)", vectors: "dst x", scalars: "t", in: "dst x", unroll: 4,
		formula: one("dst", func(m *machine, v env) V {
			return m.add(v["dst"], m.mul(v["t"], m.sub(v["x"], v["dst"])))
		})},
	{name: "fill", equation: "dst = a", vectors: "dst", scalars: "a", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return v["a"] })},
	{name: "clamp", equation: "dst = min(max(x, lo), hi)", vectors: "dst x", scalars: "lo hi", in: "x", unroll: 4,
		formula: one("dst", func(m *machine, v env) V { return m.min(v["hi"], m.max(v["lo"], v["x"])) })},

	// functions
	{name: "exp", equation: "dst = e^x", vectors: "dst x", in: "x",
		formula: of(func(m *machine, x V) V { return m.exp(x, nil) })},
	{name: "log", equation: "dst = ln x", vectors: "dst x", in: "x", formula: of((*machine).log)},
	{name: "tanh", equation: "dst = tanh x", vectors: "dst x", in: "x", formula: of((*machine).tanh)},
	{name: "erf", equation: "dst = erf x", vectors: "dst x", in: "x", formula: of((*machine).erf)},
	{name: "sigmoid", equation: "dst = 1/(1 + e^-x)", vectors: "dst x", in: "x", formula: of((*machine).sigmoid)},
	{name: "softplus", equation: "dst = ln(1 + e^x)", vectors: "dst x", in: "x", formula: of((*machine).softplus)},
	{name: "gelu", equation: "dst = x Φ(x)", vectors: "dst x", in: "x",
		formula: of(func(m *machine, x V) V {
			phi, _ := m.normal(x)
			return m.mul(x, phi)
		})},
	{name: "sqrt", equation: "dst = √x", vectors: "dst x", in: "x", unroll: 4, formula: of((*machine).sqrt)},
	{name: "relu", equation: "dst = max(x, 0)", vectors: "dst x", in: "x", unroll: 4,
		formula: of(func(m *machine, x V) V { return m.max(f(0), x) })},
	{name: "prelu", equation: "dst = x > 0 ? x : slope x", vectors: "dst x", scalars: "slope", in: "x", unroll: 4,
		formula: one("dst", func(m *machine, v env) V {
			return m.choose(m.compare(v["x"], greater, f(0)), v["x"], m.mul(v["slope"], v["x"]))
		})},

	// gradients
	{name: "reluGrad", equation: "dx = y > 0 ? dy : 0", vectors: "dx y dy", in: "y dy", unroll: 4,
		formula: one("dx", func(m *machine, v env) V { return m.positive(v["y"], v["dy"]) })},
	{name: "tanhGrad", equation: "dx = dy (1 - y²)", vectors: "dx y dy", in: "y dy", unroll: 4,
		formula: one("dx", func(m *machine, v env) V {
			return m.mul(v["dy"], m.sub(f(1), m.mul(v["y"], v["y"])))
		})},
	{name: "sigmoidGrad", equation: "dx = dy (y (1 - y))", vectors: "dx y dy", in: "y dy", unroll: 4,
		formula: one("dx", func(m *machine, v env) V {
			return m.mul(v["dy"], m.mul(v["y"], m.sub(f(1), v["y"])))
		})},
	{name: "softplusGrad", equation: "dx = dy/(1 + e^-x)", vectors: "dx x dy", in: "x dy",
		formula: one("dx", func(m *machine, v env) V { return m.mul(v["dy"], m.sigmoid(v["x"])) })},
	{name: "geluGrad", equation: "dx = dy (Φ(x) + x φ(x))", vectors: "dx x dy", in: "x dy",
		formula: one("dx", func(m *machine, v env) V {
			phi, e := m.normal(v["x"])
			density := m.mul(e, f(1/math.Sqrt2/math.SqrtPi))
			return m.mul(v["dy"], m.fma(v["x"], density, phi))
		})},
	{name: "preluGrad", equation: "dx = x > 0 ? dy : slope dy and Σ x dy over x < 0", vectors: "dx x dy", scalars: "slope", in: "x dy", reduce: "sum",
		formula: func(m *machine, v env) env {
			x, dy := v["x"], v["dy"]
			dx := m.choose(m.compare(x, greater, f(0)), dy, m.mul(v["slope"], dy))
			return env{"dx": dx, "sum": m.only(m.compare(x, less, f(0)), m.mul(dy, x))}
		}},

	// sums
	{name: "sum", equation: "Σ x", vectors: "x", in: "x", reduce: "sum",
		formula: sum(func(m *machine, v env) V { return v["x"] })},
	{name: "dot", equation: "Σ x y", vectors: "x y", in: "x y", reduce: "sum",
		formula: sum(func(m *machine, v env) V { return m.mul(v["x"], v["y"]) })},
	{name: "squaredError", equation: "Σ (x - y)²", vectors: "x y", in: "x y", reduce: "sum",
		formula: sum(func(m *machine, v env) V {
			d := m.sub(v["x"], v["y"])
			return m.mul(d, d)
		})},
	{name: "absMax", equation: "max |x|, comparing bits", vectors: "x", in: "x", reduce: "maxUint",
		formula: one("maxUint", func(m *machine, v env) V { return m.abs(v["x"]) })},
	{name: "maximum", equation: "max x", vectors: "x", in: "x", reduce: "max",
		formula: one("max", func(m *machine, v env) V { return v["x"] })},
	{name: "poissonNLL", equation: "Σ y' - x ln y', y' = min(max(y, 1e-7), 1e7)", vectors: "x y", in: "x y", reduce: "sum",
		formula: sum(func(m *machine, v env) V {
			y := m.min(f(poissonMax), m.max(f(poissonMin), v["y"]))
			// between the bounds ln needs no care, and the sum is NaN where y is
			return m.sub(y, m.mul(v["x"], m.logNear1(m.split(y))))
		})},
	{name: "poissonNLLGrad", equation: "dy = a (1 - x/y), 0 where y is clamped", vectors: "dy x y", scalars: "a", in: "x y", unroll: 2,
		formula: one("dy", func(m *machine, v env) V {
			y := v["y"]
			clamped := m.compare(m.min(f(poissonMax), m.max(f(poissonMin), y)), differ, y)
			return m.choose(clamped, f(0), m.mul(v["a"], m.sub(f(1), m.div(v["x"], y))))
		})},

	// rows
	{name: "expShifted", equation: "dst = exp(scale (x - m)) and its sum", vectors: "dst x", scalars: "m scale", in: "x", reduce: "sum",
		formula: func(m *machine, v env) env {
			e := m.exp(m.mul(v["scale"], m.sub(v["x"], v["m"])), nil)
			return env{"dst": e, "sum": e}
		}},
	{name: "sumExp", equation: "Σ exp(x - m)", vectors: "x", scalars: "m", in: "x", reduce: "sum",
		formula: sum(func(m *machine, v env) V { return m.exp(m.sub(v["x"], v["m"]), nil) })},
	{name: "softmaxGrad", equation: "dx = scale (y (dy - d))", vectors: "dx y dy", scalars: "d scale", in: "y dy", unroll: 2,
		formula: one("dx", func(m *machine, v env) V {
			return m.mul(v["scale"], m.mul(v["y"], m.sub(v["dy"], v["d"])))
		})},
	{name: "squaresAround", equation: "Σ (x - m)²", vectors: "x", scalars: "m", in: "x", reduce: "sum",
		formula: sum(func(m *machine, v env) V {
			d := m.sub(v["x"], v["m"])
			return m.mul(d, d)
		})},
	{name: "standardise", equation: "dst = (x - m) inv", vectors: "dst x", scalars: "m inv", in: "x", unroll: 2,
		formula: one("dst", func(m *machine, v env) V { return m.mul(m.sub(v["x"], v["m"]), v["inv"]) })},
	{name: "normalise", equation: "dst = (x - m) inv scale + shift", vectors: "dst x scale shift", scalars: "m inv", in: "x scale shift", unroll: 2,
		formula: one("dst", func(m *machine, v env) V {
			return m.add(m.mul(m.mul(m.sub(v["x"], v["m"]), v["inv"]), v["scale"]), v["shift"])
		})},
	{name: "addStandardised", equation: "dst += dy (x - m) inv", vectors: "dst dy x", scalars: "m inv", in: "dst dy x", unroll: 2,
		formula: one("dst", func(m *machine, v env) V {
			return m.add(v["dst"], m.mul(v["dy"], m.mul(m.sub(v["x"], v["m"]), v["inv"])))
		})},
	{name: "dotCentred", equation: "Σ g (x - m)", vectors: "g x", scalars: "m", in: "g x", reduce: "sum",
		formula: sum(func(m *machine, v env) V { return m.mul(v["g"], m.sub(v["x"], v["m"])) })},
	{name: "dotScaledCentred", equation: "Σ g a (x - m)", vectors: "g a x", scalars: "m", in: "g a x", reduce: "sum",
		formula: sum(func(m *machine, v env) V {
			return m.mul(m.mul(v["g"], v["a"]), m.sub(v["x"], v["m"]))
		})},
	{name: "centredGrad", equation: "dx = inv (g - a - (x - m) b)", vectors: "dx g x", scalars: "m inv a b", in: "g x", unroll: 2,
		formula: one("dx", func(m *machine, v env) V {
			return m.mul(v["inv"], m.sub(m.sub(v["g"], v["a"]), m.mul(m.sub(v["x"], v["m"]), v["b"])))
		})},
	{name: "scaledCentredGrad", equation: "dx = inv (g scale - a - (x - m) b)", vectors: "dx g scale x", scalars: "m inv a b", in: "g scale x", unroll: 2,
		formula: one("dx", func(m *machine, v env) V {
			g := m.mul(v["g"], v["scale"])
			return m.mul(v["inv"], m.sub(m.sub(g, v["a"]), m.mul(m.sub(v["x"], v["m"]), v["b"])))
		})},

	// columns
	{name: "addColumnSums", equation: "dst_j += Σ_i x_ij", shape: columnsReduce, matrices: "x", vectors: "dst", sums: "dst", start: "dst", wide: 8,
		formula: one("dst", func(m *machine, v env) V { return v["x"] })},
	{name: "columnMoments", equation: "mean and variance from first means, n = rows", shape: columnsReduce, matrices: "x", vectors: "mean variance", scalars: "n", in: "mean", sums: "s1 s2", wide: 4,
		formula: func(m *machine, v env) env {
			d := m.sub(v["x"], v["mean"])
			return env{"s1": d, "s2": m.mul(d, d)}
		},
		finish: func(m *machine, v env) env {
			shift := m.div(v["s1"], v["n"])
			return env{
				"mean":     m.add(v["mean"], shift),
				"variance": m.div(m.sub(v["s2"], m.mul(v["s1"], shift)), v["n"]),
			}
		}},
	{name: "affineColumns", equation: "dst_ij = a_j x_ij + b_j", shape: columnsMap, matrices: "dst x", vectors: "a b", in: "x a b", unroll: 2,
		formula: one("dst", func(m *machine, v env) V { return m.add(m.mul(v["a"], v["x"]), v["b"]) })},
	{name: "affineColumnsRelu", equation: "dst_ij = max(a_j x_ij + b_j, 0)", shape: columnsMap, matrices: "dst x", vectors: "a b", in: "x a b", unroll: 2,
		formula: one("dst", func(m *machine, v env) V { return m.max(f(0), m.add(m.mul(v["a"], v["x"]), v["b"])) })},
	{name: "columnSumsAndDots", equation: "s_j = Σ_i dy_ij, d_j = Σ_i dy_ij (x_ij - m_j)", shape: columnsReduce, matrices: "dy x", vectors: "m s d", in: "m", sums: "s d", wide: 4,
		formula: func(m *machine, v env) env {
			return env{"s": v["dy"], "d": m.mul(v["dy"], m.sub(v["x"], v["m"]))}
		}},
	{name: "columnSumsAndDotsRelu", equation: "the same over y_ij > 0", shape: columnsReduce, matrices: "dy x y", vectors: "m s d", in: "m", sums: "s d", wide: 4,
		formula: func(m *machine, v env) env {
			dy := m.positive(v["y"], v["dy"])
			return env{"s": dy, "d": m.mul(dy, m.sub(v["x"], v["m"]))}
		}},
	{name: "affineColumns2", equation: "dx_ij = c0_j dy_ij + c1_j x_ij + c2_j", shape: columnsMap, matrices: "dx dy x", vectors: "c0 c1 c2", in: "dy x c0 c1 c2", unroll: 2,
		formula: one("dx", affine2)},
	{name: "affineColumns2Relu", equation: "the same with dy_ij = 0 unless y_ij > 0", shape: columnsMap, matrices: "dx dy x y", vectors: "c0 c1 c2", in: "dy x y c0 c1 c2", unroll: 2,
		formula: one("dx", func(m *machine, v env) V {
			v["dy"] = m.positive(v["y"], v["dy"])
			return affine2(m, v)
		})},

	// optimisers
	{name: "adam", equation: "a step of Adam", vectors: "p m v g", scalars: "l2 rest1 beta2 rest2 eps keep rate", in: "p m v g",
		formula: func(m *machine, v env) env {
			d := m.add(v["g"], m.mul(v["l2"], v["p"]))
			mean := m.add(v["m"], m.mul(v["rest1"], m.sub(d, v["m"])))
			square := m.add(m.mul(v["beta2"], v["v"]), m.mul(v["rest2"], m.mul(d, d)))
			size := m.add(m.sqrt(square), v["eps"])
			p := m.sub(m.mul(v["keep"], v["p"]), m.div(m.mul(v["rate"], mean), size))
			return env{"p": p, "m": mean, "v": square}
		}},
	{name: "sgd", equation: "a step of gradient descent with momentum", vectors: "p buf g", scalars: "rate momentum l2", in: "p buf g", unroll: 2,
		formula: func(m *machine, v env) env {
			d := m.add(v["g"], m.mul(v["l2"], v["p"]))
			buf := m.add(m.mul(v["momentum"], v["buf"]), d)
			return env{"p": m.sub(v["p"], m.mul(v["rate"], buf)), "buf": buf}
		}},
}

func affine2(m *machine, v env) V {
	return m.add(m.add(m.mul(v["c0"], v["dy"]), m.mul(v["c1"], v["x"])), v["c2"])
}
