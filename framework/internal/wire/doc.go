// Package wire is the boundary itself: method.proto, strategy.proto and
// importer.proto, and the code generated from them. It imports nothing of ours.
// Plugin authors in Go never see it; authors in other languages need the .proto
// file of what they write and docs/protocol.md only.
package wire

//go:generate go tool protogen
