"""go-plugin: handshake, services beside ours, TLS, the end."""

import datetime
import os
import subprocess
import sys

import grpc
import host
import pytest


def test_handshake_line(launch):
    p = launch()
    assert (p.core, p.version, p.network, p.protocol, p.certificate) == ("1", "1", "unix", "grpc", "")
    assert p.path.startswith(p.sockets)
    assert os.stat(os.path.dirname(p.path)).st_mode & 0o777 == 0o700


def test_nothing_but_the_handshake_reaches_standard_output(launch, data, model):
    p = launch("""
        print("while the class is made")
        os.write(1, b"from C\\n")
        def train(self, run):
            print("a print in train")
            os.system("echo from a child")
            return {"gain": 1.0}
    """)
    assert p.line.startswith("1|1|unix|")
    list(p.train(data, model()))
    assert p.shut_down() == 0
    assert p.process.stdout.read() == ""
    said = p.process.stderr.read()
    for words in ("while the class is made", "from C", "a print in train", "from a child"):
        assert words in said


def test_health(launch):
    p = launch()
    assert p.unary("/grpc.health.v1.Health/Check", b"\x0a\x06plugin") == b"\x08\x01"
    with pytest.raises(grpc.RpcError) as e:
        p.unary("/grpc.health.v1.Health/Check", b"\x0a\x05other")
    assert e.value.code() == grpc.StatusCode.NOT_FOUND


def test_streams_of_go_plugin_stay_open(launch):
    p = launch()
    stdio = p.channel.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"")
    broker = p.channel.stream_stream("/plugin.GRPCBroker/StartStream")(iter(()))
    assert p.describe().name == "toy"
    assert stdio.is_active() and broker.is_active()
    stdio.cancel()
    assert p.describe().name == "toy"


def test_shutdown_ends_the_process(launch):
    p = launch()
    assert p.shut_down() == 0
    assert os.listdir(p.sockets) == []


def test_shutdown_does_not_wait_for_training(launch, data, model):
    p = launch("""
        def train(self, run):
            run.progress(1, 2)
            time.sleep(600)
    """)
    events = p.train(data, model())
    assert next(events).progress.done == 1
    assert p.shut_down() == 0


def test_by_hand_it_says_what_it_is(tmp_path):
    r = subprocess.run([sys.executable, host.script(tmp_path, "")], capture_output=True, text=True)
    assert r.returncode == 2 and r.stdout == ""
    assert "toy 1, a method for Assay" in r.stderr and "assay plugin describe" in r.stderr


def test_children_are_not_taken_for_plugins(launch, data, model):
    p = launch("""
        def train(self, run):
            import subprocess
            out = subprocess.run([sys.executable, "-c", "import assay_plugin; print(42)"], stdout=subprocess.PIPE, text=True)
            run.log("child says " + out.stdout)
            return {"gain": 1.0}
    """)
    assert [e.log for e in p.train(data, model())] == ["child says 42\n"]


def test_ends_with_its_host_and_takes_children_along(launch, data, model):
    read, write = os.pipe()
    p = launch("""
        def train(self, run):
            import subprocess
            child = subprocess.Popen(["sleep", "600"])
            run.log(str(child.pid))
            time.sleep(600)
    """, lifeline=read)
    child = int(next(p.train(data, model())).log)
    os.close(write)  # the host is gone
    assert p.process.wait(30) != 0
    assert host.eventually(lambda: not running(child))
    os.close(read)


def running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def certificate(curve):
    """Key and certificate as a host makes them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(curve)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    cert = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(minutes=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return secret, cert.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def host_certificate():
    from cryptography.hazmat.primitives.asymmetric import ec

    return certificate(ec.SECP256R1())


@pytest.mark.parametrize("transport", ["tls", "auto"])
def test_mutual_tls(launch, host_certificate, transport):
    p = launch(tls=host_certificate, env={"ASSAY_TRANSPORT": transport})
    assert p.certificate and p.describe().name == "toy"
    with pytest.raises(grpc.RpcError):  # nobody else gets in
        grpc.insecure_channel("unix:" + p.path).unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)


WITHOUT_CRYPTOGRAPHY = "sys.modules['cryptography'] = None"


def test_without_tls_the_private_socket_protects(launch, host_certificate):
    for body, transport in [("", "socket"), (WITHOUT_CRYPTOGRAPHY, "auto")]:
        p = launch(body, tls=host_certificate, env={"ASSAY_TRANSPORT": transport})
        assert p.certificate == ""
        assert grpc.insecure_channel("unix:" + p.path).unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)


def test_tls_that_cannot_be_had_is_refused_in_words(launch, host_certificate):
    p = launch(WITHOUT_CRYPTOGRAPHY, tls=host_certificate, env={"ASSAY_TRANSPORT": "tls"})
    assert p.line == "" and p.process.wait(30) == 1
    said = p.process.stderr.read()
    assert "-m pip install cryptography" in said and "transport: auto" in said
