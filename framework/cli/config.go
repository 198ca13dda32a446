package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// config is the host's own configuration: where things are on this machine.
// What a trial depends on stands in the sweep instead. Every key can be set in
// assay.yaml (in the working folder or the user's configuration folder) and,
// stronger, by the environment variable ASSAY_KEY.
type config struct {
	Results      string            `mapstructure:"results"`       // folder of results
	Cache        string            `mapstructure:"cache"`         // folder of datasets and downloads
	Jobs         int               `mapstructure:"jobs"`          // trials at a time
	MTLS         bool              `mapstructure:"mtls"`          // mutual TLS to plugins
	StartTimeout time.Duration     `mapstructure:"start_timeout"` // for a plugin's handshake
	Grace        time.Duration     `mapstructure:"grace"`         // for running trials after Ctrl-C
	PluginPath   string            `mapstructure:"plugin_path"`   // folders with plugins
	DataMirror   string            `mapstructure:"data_mirror"`   // folder looked at before downloading
	Plugins      map[string]string `mapstructure:"plugins"`       // name -> executable
}

func loadConfig() (config, error) {
	v := viper.New()
	for key, def := range map[string]any{
		"results": "assay-results", "cache": "", "jobs": 0, "mtls": true, "start_timeout": "20s", "grace": "30s",
		"plugin_path": "", "data_mirror": "", "plugins": map[string]string{},
	} {
		v.SetDefault(key, def)
	}
	v.SetEnvPrefix("assay")
	v.AutomaticEnv()
	folders := []string{"."}
	if dir, err := os.UserConfigDir(); err == nil {
		folders = append(folders, filepath.Join(dir, "assay"))
	}
	for _, dir := range folders { // by its whole name: viper would also take a file "assay", such as the binary
		file := filepath.Join(dir, "assay.yaml")
		if !exists(file) {
			continue
		}
		v.SetConfigFile(file)
		if err := v.ReadInConfig(); err != nil {
			return config{}, usage(fmt.Errorf("%s: %w", file, err), "docs/configuration.md lists the keys")
		}
		break
	}
	var c config
	exact := func(d *mapstructure.DecoderConfig) { d.ErrorUnused = true }
	if err := v.Unmarshal(&c, exact); err != nil {
		where := v.ConfigFileUsed()
		if where == "" {
			where = "the ASSAY_* environment"
		}
		return config{}, usage(fmt.Errorf("%s: %s", where, strings.ReplaceAll(err.Error(), "\n", " ")), "docs/configuration.md lists the keys")
	}
	return c, nil
}

func (c config) pluginFolders() []string {
	if c.PluginPath == "" {
		return nil
	}
	return filepath.SplitList(c.PluginPath)
}
