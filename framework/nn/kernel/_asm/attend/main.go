// Attend writes the assembly of transformers: attention, and LayerNorm of rows as
// short as a token.
//
//	go run -C _asm ./attend -out ../attend_amd64.s -stubs ../attend_stub_amd64.go -pkg kernel
package main

import "github.com/mmcloughlin/avo/build"

func main() {
	build.ConstraintExpr("!purego")
	for _, s := range []set{
		{name: "AVX512", lanes: 16, rows: 12},
		{name: "AVX2", lanes: 8, rows: 6},
	} {
		scoreKernel{set: s, name: "attendSoftmax", doc: []string{
			"  p_ij = exp(s_ij - most_i),  s_ij = q_i . u_j,  most_i = max over j of s_ij,  sum_i = sum over j of p_ij"}}.write()
		scoreKernel{set: s, name: "attendAgain", doc: []string{
			"  p_ij = exp(q_i . u_j - norm_i ln 2)"}}.write()
		scoreKernel{set: s, name: "attendGrad", doc: []string{
			"  ds_ij = p_ij (g_i . u_j + start_i)"}}.write()
		s.attendValues()
		s.attendSums()
		s.attendDots()
		s.lanesProduct()
		s.lanesSoftmax()
		s.lanesSoftmaxGrad()
	}
	transpose()
	moments()
	normalise()
	normaliseGrad()
	fetch()
	build.Generate()
}
