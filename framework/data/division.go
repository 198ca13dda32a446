package data

// Division says how a recording is divided into train, val and test.
type Division struct {
	By    string  `json:"by"`              // "trial" (default), "sample", or "given": the recording brings its own
	Train float64 `json:"train,omitempty"` // shares; train + val + test = 1
	Val   float64 `json:"val,omitempty"`
	Test  float64 `json:"test,omitempty"`
	Order string  `json:"order,omitempty"` // "recorded" (default): first trials train, last test; or "random"
	Seed  uint64  `json:"seed,omitempty"`  // of a random order
	File  string  `json:"file,omitempty"`  // JSON {"train": [trials], "val": [...], "test": [...]} instead of shares
}
