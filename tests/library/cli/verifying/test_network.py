"""What the network of a verification does not do: lead on, wait, unpack, take too much, ask inside."""

import contextlib
import datetime as dt
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sealmark.cli.verifying import network
from sealmark.cli.verifying.network import Network
from sealmark.core.errors import SealmarkError


@contextlib.contextmanager
def serving(answer, wrap=lambda connection: connection):
    """A host that sends some bytes, or what a function does with the connection, to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = []

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with contextlib.suppress(OSError), connection, wrap(connection) as spoken:
                        asked.append(spoken.recv(4096))
                        answer(spoken) if callable(answer) else spoken.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def http(body=b"", *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def refusal(address, *, allow_local=True):
    with pytest.raises(SealmarkError) as caught:
        Network(allow_local=allow_local)(address)
    assert caught.value.codes == ("SM779",)
    return caught.value.problems[0].what


def test_an_answer_is_read():
    with serving(http(b"hello")) as (port, asked):
        assert Network(allow_local=True)(f"https://localhost:{port}/a/b?c=d") == b"hello"

    request = asked[0].decode()
    assert request.startswith("GET /a/b?c=d HTTP/1.1\r\n")
    assert f"Host: localhost:{port}\r\n" in request
    assert "identity" in request
    assert "Cookie" not in request


def test_nothing_there_is_told_apart():
    with serving(http(status="404 Not Found")) as (port, _), pytest.raises(FileNotFoundError):
        Network(allow_local=True)(f"https://localhost:{port}/")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (http(b"", "Location: https://evil.example/", status="302 Found"), "the answer is 302"),
        (http(b"", status="500 Oh"), "the answer is 500"),
        (http(b"x", "Content-Encoding: gzip"), "packed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "cut off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "IncompleteRead"),
        (b"hello\r\n\r\n", "hello"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "headers"),
        (http(bytes((6 << 20) + 1)), "more than"),
    ],
)
def test_answers_that_are_not_taken(answer, why):
    with serving(answer) as (port, asked):
        assert why in refusal(f"https://localhost:{port}/")

    assert len(asked) == 1


def test_a_host_that_trickles_is_left(monkeypatch):
    monkeypatch.setattr(network, "_SECONDS", 0.4)

    def trickle(connection):
        for _ in range(100):
            connection.sendall(b"H")
            time.sleep(0.05)

    begun = time.monotonic()
    with serving(trickle) as (port, _):
        refusal(f"https://localhost:{port}/")

    assert time.monotonic() - begun < 3


def test_all_questions_together_have_an_end(monkeypatch):
    monkeypatch.setattr(network, "_SECONDS_IN_ALL", 0.0)

    assert "too slow" in refusal("https://localhost:1/")


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://169.254.169.254/latest/meta-data",
        "https://[::1]/", "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/", "https://0.0.0.0/", "https://224.0.0.1/", "https://192.168.0.1:8443/",
    ],
)  # fmt: skip
def test_internal_addresses_are_not_asked(address):
    assert "internal" in refusal(address, allow_local=False)


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_public_addresses_are(number):
    assert network._is_public(number)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/", "ftp://localhost/", "file:///etc/passwd", "https://user@localhost/", "https://",
        "https://localhost/a b", "https://localhost/\u0430", "https://localhost:99999/", "https://localhost/#x",
    ],
)  # fmt: skip
def test_only_plain_https_is_asked(address):
    refusal(address)


def test_the_first_host_is_the_only_one():
    with serving(http(b"one")) as (port, _), serving(http(b"two")) as (other, asked):
        reads = Network(allow_local=True)
        reads(f"https://localhost:{port}/")
        with pytest.raises(SealmarkError) as caught:
            reads(f"https://localhost:{other}/")

    assert (caught.value.codes, asked) == (("SM779",), [])


def certificate_for(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("trusted.localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "tls.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_https_is_checked_to_the_name_of_the_host(tmp_path, monkeypatch):
    path = certificate_for(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    here = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, port, *__, **___: [(*here, ("127.0.0.1", port))])

    def secured(connection):
        return context.wrap_socket(connection, server_side=True)

    with serving(http(b"secret"), secured) as (port, _):
        assert "certificate" in refusal(f"https://trusted.localhost:{port}/")
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert Network(allow_local=True)(f"https://trusted.localhost:{port}/") == b"secret"
        assert "certificate" in refusal(f"https://other.localhost:{port}/")
