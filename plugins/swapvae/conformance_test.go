package swapvae

import (
	"testing"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/methodtest"
)

func TestConformance(t *testing.T) {
	recs := map[string]*data.Recording{data.MainRole: toy()}
	small := func(more map[string]any) map[string]any {
		s := map[string]any{"epochs": 3, "batch": 32, "content": 4, "style": 3}
		for k, v := range more {
			s[k] = v
		}
		return s
	}
	slow := map[string]any{"epochs": 1000000}
	methodtest.Run(t, New(),
		methodtest.Case{Name: "swapvae", Settings: small(nil), Data: recs, Slow: slow},
		methodtest.Case{Name: "vae", Settings: small(map[string]any{"content": 0, "swap_weight": 0, "align_weight": 0, "kl_weight": 1}), Data: recs},
		methodtest.Case{Name: "autoencoder", Settings: small(map[string]any{"gaussian": "none", "swap_weight": 0, "align_weight": 0, "kl_weight": 0, "min_speed": 1}), Data: recs},
		methodtest.Case{Name: "alignment only", Settings: small(map[string]any{"own_weight": 0, "swap_weight": 0, "kl_weight": 0, "augmentation": "jitter"}), Data: recs},
	)
}
