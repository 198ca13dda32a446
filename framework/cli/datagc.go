package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/assaylab/assay/framework/data"
	"github.com/assaylab/assay/framework/internal/bytesize"
)

// unused is after how long a dataset counts as not needed, unless the user says.
const unused = 30 * 24 * time.Hour

func (a *app) dataGC() *cobra.Command {
	var dry, asJSON bool
	var older time.Duration
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Remove datasets from this machine's cache that have not been used for long",
		Long: `Gc removes prepared datasets that no sweep has used for --older; what is needed
again is made again from its source. What a running host uses stays. Downloads
stay too.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cache, err := data.OpenCache(a.cfg.Cache)
			if err != nil {
				return err
			}
			list, err := cache.List()
			if err != nil {
				return err
			}
			var gone []data.Cached
			var freed int64
			for _, d := range list {
				if time.Since(d.Used) < older {
					continue
				}
				if !dry {
					if err := cache.Remove(d.Digest); errors.Is(err, data.ErrInUse) {
						fmt.Fprintf(a.talk, "assay: %s stays: %v\n", d.Digest, err)
						continue
					} else if err != nil {
						return err
					}
				}
				gone, freed = append(gone, d), freed+d.Bytes
			}
			if asJSON {
				return json.NewEncoder(a.out).Encode(map[string]any{"removed": gone, "bytes": freed, "dry_run": dry})
			}
			for _, d := range gone {
				fmt.Fprintf(a.out, "%s  %s, used last %s\n", bytesize.Format(d.Bytes), d.Digest, d.Used.Format(time.DateTime))
			}
			fmt.Fprintf(a.talk, "assay: %d of %d datasets, %s%s\n", len(gone), len(list), bytesize.Format(freed), map[bool]string{true: "; nothing was removed"}[dry])
			return nil
		},
	}
	cmd.Flags().DurationVar(&older, "older", unused, "only what has not been used for this `TIME`")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only show what would go")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
