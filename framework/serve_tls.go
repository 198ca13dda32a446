package framework

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/go-plugin"

	"github.com/assaylab/assay/framework/internal/wire"
)

// offerTLS has the plugin serve with mutual TLS where the host sent a
// certificate. go-plugin would do so itself, with a key that costs 20 ms to make
// and to check (see [wire.NewCertificate]).
func offerTLS(config *plugin.ServeConfig) error {
	theirs := os.Getenv(wire.ClientCertificateEnv)
	if theirs == "" {
		return nil
	}
	hosts := x509.NewCertPool()
	if !hosts.AppendCertsFromPEM([]byte(theirs)) {
		return errors.New(wire.ClientCertificateEnv + " holds no certificate")
	}
	ours, err := wire.NewCertificate()
	if err != nil {
		return err
	}
	config.TLSProvider = func() (*tls.Config, error) {
		return &tls.Config{
			Certificates: []tls.Certificate{ours}, MinVersion: tls.VersionTLS12, ServerName: "localhost",
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: hosts, RootCAs: hosts,
		}, nil
	}
	os.Stdout, err = announce(os.Stdout, base64.RawStdEncoding.EncodeToString(ours.Certificate[0]))
	return err
}

// announce returns a file that ends the first line written to it with the
// certificate before it goes to out: go-plugin leaves the last field of its
// handshake line empty for certificates that are not its own.
func announce(out *os.File, certificate string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		lines := bufio.NewReader(r)
		line, err := lines.ReadString('\n')
		if err != nil {
			return // nothing was announced
		}
		fmt.Fprintf(out, "%s%s\n", strings.TrimRight(line, "\n"), certificate)
		_, _ = io.Copy(out, lines)
	}()
	return w, nil
}
