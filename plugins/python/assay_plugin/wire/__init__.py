"""What host and plugin must agree on before the first call: the constants of
framework/internal/wire/handshake.go. ``method_pb2``, ``strategy_pb2`` and
``importer_pb2`` are generated from the .proto files there."""

PROTOCOL_VERSION = 1
CORE_PROTOCOL_VERSION = 1  # go-plugin's own

COOKIE_KEY = "ASSAY_PLUGIN"
COOKIE_VALUE = "assay.plugin.v1"

LIFELINE_ENV = "ASSAY_LIFELINE_FD"
TRANSPORT_ENV = "ASSAY_TRANSPORT"  # tls, socket or auto
HINT_KEY = "assay-hint"
SERVICE = "assay.plugin.v1.Method"
STRATEGY_SERVICE = "assay.plugin.v1.Strategy"
IMPORTER_SERVICE = "assay.plugin.v1.Importer"
