"""What host and plugin must agree on before the first call: the constants of
framework/wire/handshake.go. ``method_pb2`` is generated from method.proto."""

PROTOCOL_VERSION = 1
CORE_PROTOCOL_VERSION = 1  # go-plugin's own

COOKIE_KEY = "ASSAY_PLUGIN"
COOKIE_VALUE = "assay.plugin.v1"

LIFELINE_ENV = "ASSAY_LIFELINE_FD"
TRANSPORT_ENV = "ASSAY_TRANSPORT"  # tls, socket or auto
HINT_KEY = "assay-hint"
SERVICE = "assay.plugin.v1.Method"
