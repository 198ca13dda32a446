"""Mutual TLS as go-plugin does it: each side makes a certificate for one launch."""

import base64
import datetime
from typing import Tuple

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def credentials(client_certificate: str) -> Tuple[grpc.ServerCredentials, str]:
    """Returns credentials that let in only the owner of the certificate, and our
    own certificate as it stands in the handshake line. That of the host must be
    on P-256 or P-384: the BoringSSL inside PyPI's grpcio takes no other curve."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1)).not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    server = grpc.ssl_server_credentials([(secret, pem)], root_certificates=client_certificate.encode(), require_client_auth=True)
    der = certificate.public_bytes(serialization.Encoding.DER)
    return server, base64.b64encode(der).rstrip(b"=").decode()
