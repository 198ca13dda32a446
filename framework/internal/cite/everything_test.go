package cite_test

import (
	"testing"

	"github.com/assaylab/assay/framework"
	"github.com/assaylab/assay/framework/internal/cite"
	"github.com/assaylab/assay/framework/internal/source"
	"github.com/assaylab/assay/plugins/assemblies"
	"github.com/assaylab/assay/plugins/assemblies/nemo"
	"github.com/assaylab/assay/plugins/baseline"
	"github.com/assaylab/assay/plugins/decoder"
	"github.com/assaylab/assay/plugins/eit"
	"github.com/assaylab/assay/plugins/hiwa"
	"github.com/assaylab/assay/plugins/myow"
	"github.com/assaylab/assay/plugins/plasticity"
	"github.com/assaylab/assay/plugins/swapvae"
)

var methods = []func() framework.Method{assemblies.New, nemo.New, baseline.New, decoder.New, eit.New, hiwa.New, myow.New, plasticity.New, swapvae.New}

// Whatever the binary brings is cited as a work, not as a sentence: the seven papers,
// what methods are compared with, and the data.
func TestEverythingIsCited(t *testing.T) {
	named := map[string]string{}
	for _, f := range methods {
		d := f().Describe()
		named["method "+d.Name] = d.Citation
	}
	for _, e := range source.Catalogue() {
		named["catalogue/"+e.Name] = e.Citation
	}
	for _, g := range source.Generators() {
		named["generate/"+g.Name] = g.Citation
	}
	var all cite.List
	for who, citation := range named {
		var l cite.List
		l.Add(who, citation)
		all.Add(who, citation)
		for _, e := range l.Entries() {
			if e.Get("title") == "" || e.Get("author") == "" {
				t.Errorf("%s: no work is known of that title: %s", who, citation)
			}
		}
		if len(l.Entries()) == 0 {
			t.Errorf("%s names nothing to cite", who)
		}
	}
	have := map[string]bool{}
	for _, e := range all.Entries() {
		have[e.Key] = true
	}
	for _, key := range []string{"lee2019hiwa", "liu2021swapvae", "azabou2021myow", "liu2022eit", "dabagia2022assemblies", "dabagia2024coinflipping", "cristian2020plasticity"} {
		if !have[key] {
			t.Errorf("the paper %s is cited by nothing", key)
		}
	}
}
