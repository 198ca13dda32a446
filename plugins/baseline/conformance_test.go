package baseline

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

func TestConformance(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: recording(200)}
	methodtest.Run(t, New(),
		methodtest.Case{Name: "raw", Settings: map[string]any{"embedding": "raw"}, Data: recs},
		methodtest.Case{Name: "pca", Settings: map[string]any{"embedding": "pca", "dims": 3}, Data: recs},
		methodtest.Case{Name: "fa", Settings: map[string]any{"embedding": "fa", "dims": 3}, Data: recs},
		methodtest.Case{Name: "context", Settings: map[string]any{"embedding": "pca", "dims": 3, "context": []int{-1, 2}, "combine": "concatenate"}, Data: recs},
		methodtest.Case{Name: "soft", Settings: map[string]any{"normalise": "soft", "context": []int{-1, 1}}, Data: recs},
	)
}
