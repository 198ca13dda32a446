package setting

import (
	"fmt"
	"testing"
)

func TestSuggest(t *testing.T) {
	known := []string{"learning_rate", "weight_decay", "batch_size", "latent_dim", "epochs", "hidden_units", "temperature", "momentum", "optimizer", "kl_weight", "seed"}
	for name, want := range map[string]string{
		// a few letters differ
		"epoch": "epochs", "tempreature": "temperature", "momemtum": "momentum", "Optimiser": "optimizer", "learning-rate": "learning_rate",
		// abbreviated
		"lr": "learning_rate", "LR": "learning_rate", "wd": "weight_decay", "bs": "batch_size", "lrate": "learning_rate", "wdecay": "weight_decay",
		"dim": "latent_dim", "hidden": "hidden_units", "batch": "batch_size", "temp": "temperature", "opt": "optimizer", "learnRate": "learning_rate",
		"kl": "kl_weight", "mom": "momentum", "latentDim": "latent_dim",
		// spelt out, or in another order
		"n_epochs": "epochs", "num_epochs": "epochs", "optimizer_name": "optimizer", "dim_latent": "latent_dim", "random_seed": "seed", "weight_of_kl": "kl_weight",
	} {
		if got := Suggest(name, known); got != fmt.Sprintf("did you mean %q?", want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{"learning_rate": "lr", "weight_decay": "wd"} {
		if got := Suggest(name, []string{"lr", "wd", "bs"}); got != fmt.Sprintf("did you mean %q?", want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	// Nothing is better than a wrong word.
	for _, name := range []string{"q", "x", "zzz", "ning", "gamma", "", "_", "a_b_c"} {
		if got, want := Suggest(name, known), "known: learning_rate, weight_decay"; len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("%q: got %s", name, got)
		}
	}
	if got := Suggest("lr", nil); got != "there are none" {
		t.Error(got)
	}
}
