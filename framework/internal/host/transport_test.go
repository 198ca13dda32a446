package host

import (
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
