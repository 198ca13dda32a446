package host

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"strings"

	"github.com/assaylab/assay/framework/internal/wire"
)

// offer is how the host wants to be answered by one plugin process.
type offer struct {
	transport Transport
	config    *tls.Config // nil: no TLS
	env       []string
}

var (
	errNoTLS      = errors.New("it answered without TLS, which its manifest requires")
	errUnaskedTLS = errors.New("it answered with a certificate, though none was asked for")
)

// offer prepares keys for one launch.
func (l *Launcher) offer(p Plugin) (offer, error) {
	o := offer{transport: TransportAuto}
	if p.Manifest != nil {
		o.transport = p.Manifest.Transport
	}
	if o.transport == TransportAuto && !l.MTLS {
		o.transport = TransportSocket
	}
	o.env = []string{wire.TransportEnv + "=" + string(o.transport)}
	if o.transport == TransportSocket {
		return o, nil
	}
	certificate, err := wire.NewCertificate()
	if err != nil {
		return o, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})
	o.env = append(o.env, wire.ClientCertificateEnv+"="+string(text))
	// go-plugin adds the plugin's certificate as the only authority.
	o.config = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, ServerName: "localhost"}
	return o, nil
}

// certificate reports whether the handshake line brings a certificate; short
// sixth fields are padding of old implementations, as in go-plugin.
func (h *handshakeReader) certificate() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts := strings.Split(strings.TrimSpace(string(h.first)), "|")
	return len(parts) >= 6 && len(parts[5]) > 50
}
