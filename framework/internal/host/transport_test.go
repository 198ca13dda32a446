package host

import (
	"crypto/x509"
	"strings"
	"testing"

	"github.com/assaylab/assay/framework/internal/wire"
)

func TestOffer(t *testing.T) {
	for _, c := range []struct {
		mtls     bool
		manifest Transport
		want     Transport
		tls      bool
	}{
		{true, "", TransportAuto, true},
		{false, "", TransportSocket, false},
		{false, TransportTLS, TransportTLS, true},
		{true, TransportSocket, TransportSocket, false},
	} {
		p := Plugin{}
		if c.manifest != "" {
			p.Manifest = &Manifest{Transport: c.manifest}
		}
		o, err := (&Launcher{MTLS: c.mtls}).offer(p)
		if err != nil {
			t.Fatal(err)
		}
		env := strings.Join(o.env, "\n")
		if o.transport != c.want || (o.config != nil) != c.tls || !strings.Contains(env, wire.TransportEnv+"="+string(c.want)) ||
			strings.Contains(env, "PLUGIN_CLIENT_CERT=") != c.tls {
			t.Errorf("%+v: offered %s, TLS %v, %.60s", c, o.transport, o.config != nil, env)
		}
	}
}

// The certificate is for both ends, and its own authority.
func TestCertificate(t *testing.T) {
	pair, text, err := newCertificate()
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("the text is no certificate")
	}
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if _, err := c.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: pool, KeyUsages: []x509.ExtKeyUsage{use}}); err != nil {
			t.Error(err)
		}
	}
	other, _, err := newCertificate()
	if err != nil {
		t.Fatal(err)
	}
	if c2, err := x509.ParseCertificate(other.Certificate[0]); err != nil || c2.SerialNumber.Cmp(c.SerialNumber) == 0 {
		t.Error("two certificates are one")
	}
}
