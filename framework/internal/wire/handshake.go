package wire

// What host and plugin must agree on before the first call; see docs/protocol.md.
const (
	// ProtocolVersion is go-plugin's application version. A bump means that old
	// plugins can no longer be served: a call was removed or changed its meaning.
	// New calls and fields do not need one.
	ProtocolVersion = 1

	// CookieKey and CookieValue tell a plugin that a host started it rather than
	// a person. They are no secret and protect nothing.
	CookieKey   = "ASSAY_PLUGIN"
	CookieValue = "assay.plugin.v1"

	// Service is the name under which go-plugin dispenses the method, and those of
	// the other two kinds of plugin.
	Service         = "method"
	StrategyService = "strategy"
	ImporterService = "importer"

	// LifelineEnv holds the number of a file descriptor that reads end-of-file
	// when the host is gone, however it ended. The plugin then exits at once.
	LifelineEnv = "ASSAY_LIFELINE_FD"

	// TransportEnv says how the host wants to be answered: "tls" (mutual TLS is
	// required), "socket" (none), or "auto": a plugin that cannot do TLS then
	// leaves the certificate out of its handshake line, and the private folder of
	// the Unix socket is the protection.
	TransportEnv = "ASSAY_TRANSPORT"

	// ClientCertificateEnv holds the host's certificate where it wants TLS; the name
	// is go-plugin's.
	ClientCertificateEnv = "PLUGIN_CLIENT_CERT"

	// RunEnv marks a plugin and whatever it starts, so that the host can end them
	// all. A plugin leaves it alone.
	RunEnv = "ASSAY_PLUGIN_RUN"

	// HintKey is the trailing metadata that carries advice beside an error.
	HintKey = "assay-hint"
)
