// Package wire is the boundary itself: method.proto and the code generated from
// it. It imports nothing of ours. Plugin authors in Go never see it; authors in
// other languages need method.proto and docs/protocol.md only.
package wire

//go:generate go tool protogen
