package host

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"time"

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

// offer prepares keys for one launch. It is what go-plugin calls AutoMTLS, but
// with a certificate on P-256 rather than P-521: quicker to make, and the grpcio
// of PyPI can read it.
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
	certificate, text, err := newCertificate()
	if err != nil {
		return o, err
	}
	o.env = append(o.env, "PLUGIN_CLIENT_CERT="+string(text))
	// go-plugin adds the plugin's certificate as the only authority.
	o.config = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, ServerName: "localhost"}
	return o, nil
}

// newCertificate makes a key and the certificate that it signs itself.
func newCertificate() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "localhost", Organization: []string{"Assay"}},
		DNSNames:     []string{"localhost"},
		NotBefore:    now.Add(-time.Minute), NotAfter: now.AddDate(10, 0, 0), // of a process, not of a site
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// certificate reports whether the handshake line brings a certificate; short
// sixth fields are padding of old implementations, as in go-plugin.
func (h *handshakeReader) certificate() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts := strings.Split(strings.TrimSpace(string(h.first)), "|")
	return len(parts) >= 6 && len(parts[5]) > 50
}
