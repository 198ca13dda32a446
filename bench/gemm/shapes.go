package main

import "fmt"

// A shape is count products of m x k and k x n, in one of the forms NN, NT, TN.
type shape struct {
	form           string
	count, m, n, k int
}

func (s shape) flops() float64 {
	return 2 * float64(s.count) * float64(s.m) * float64(s.n) * float64(s.k)
}

func (s shape) size() string {
	size := fmt.Sprintf("%d x %d x %d", s.m, s.n, s.k)
	if s.count > 1 {
		size = fmt.Sprintf("%d of %s", s.count, size)
	}
	return size
}

func (s shape) String() string { return s.form + " " + s.size() }

// layer returns the products of a linear layer in training: y = x Wᵀ forward,
// dx = dy W and dW = dyᵀ x backward.
func layer(rows, in, out int) []shape {
	return []shape{
		{"NT", 1, rows, out, in},
		{"NN", 1, rows, in, out},
		{"TN", 1, out, in, rows},
	}
}

// attention returns the products of attention forward and backward, for so many
// heads: q kᵀ, p v, and the gradient of v, pᵀ dy.
func attention(heads, length, width int) []shape {
	return []shape{
		{"NT", heads, length, length, width},
		{"NN", heads, length, width, length},
		{"TN", heads, length, width, length},
	}
}

// shapes are those of the goals, of the encoders (batches of 256 bins, two or
// four views of them), of EIT's token-wise layers and of its two attentions.
func shapes() []shape {
	list := []shape{{"NN", 1, 512, 512, 512}, {"NT", 1, 512, 512, 512}, {"TN", 1, 512, 512, 512}}
	for _, rows := range []int{256, 512, 1024} {
		for _, l := range [][2]int{{163, 163}, {163, 128}, {128, 192}, {128, 128}, {128, 163}, {163, 64}, {64, 64}, {64, 256}, {256, 64}, {256, 32}, {32, 256}, {784, 1000}} {
			list = append(list, layer(rows, l[0], l[1])...)
		}
	}
	list = append(list, layer(256, 128, 1)...)
	list = append(list, layer(256, 64, 2)...)
	for _, rows := range []int{5216, 15648} {
		for _, l := range [][2]int{{16, 384}, {384, 16}, {16, 32}, {32, 16}, {24, 384}} {
			list = append(list, layer(rows, l[0], l[1])...)
		}
	}
	list = append(list, attention(16*2*6, 163, 64)...)
	list = append(list, attention(16*2*6, 163, 16)...)
	for _, length := range []int{2, 4, 5, 8} {
		list = append(list, attention(16*163*6, length, 64)...)
	}
	return list
}
