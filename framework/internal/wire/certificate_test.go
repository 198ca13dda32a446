package wire

import (
	"crypto/x509"
	"testing"
)

// The certificate is for both ends, and its own authority.
func TestCertificate(t *testing.T) {
	pair, err := NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		if _, err := c.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: pool, KeyUsages: []x509.ExtKeyUsage{use}}); err != nil {
			t.Error(err)
		}
	}
	other, err := NewCertificate()
	if err != nil {
		t.Fatal(err)
	}
	if c2, err := x509.ParseCertificate(other.Certificate[0]); err != nil || c2.SerialNumber.Cmp(c.SerialNumber) == 0 {
		t.Error("two certificates are one")
	}
}
