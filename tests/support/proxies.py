"""A network between this machine and others: a proxy that is asked for everything, and writes down for what.

It may also inspect TLS, as those of companies do, with a CA of its own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KEYS = {"AccessKeyId": "LTAIemulator0000000000", "AccessKeySecret": "emulator-secret-of-no-worth"}
Answer = Callable[[str, Mapping[str, str], bytes], tuple[int, bytes]]
"""From a path, headers and a body to a status and a body."""


def temporary_keys(seconds: float = 3600) -> dict[str, str]:
    """Keys as the vendor's services hand them out."""
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return {**KEYS, "SecurityToken": "token", "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}


def hands_out_keys(_path: str, _headers: Mapping[str, str], _body: bytes) -> tuple[int, bytes]:
    """A local service of credentials, and STS, in one."""
    return 200, json.dumps({"Code": "Success", **temporary_keys(), "Credentials": temporary_keys()}).encode()


def forwarding_to(endpoint: str) -> Answer:
    """Hands a request on to the emulator."""

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(endpoint.partition("://")[2], timeout=10)
        with contextlib.closing(connection):
            connection.request("POST" if body else "GET", path, body, dict(headers))
            response = connection.getresponse()
            return response.status, response.read()

    return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path.partition('?')[0]}")
        self._answer(self.server.answers[""])

    do_POST = do_GET  # noqa: N815 - as the base class asks for it

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0]
        self.server.asked.append(f"CONNECT {host}")
        if self.server.context is None or host not in self.server.answers:
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        try:
            inside = self.server.context.wrap_socket(self.connection, server_side=True)
        except ssl.SSLError:  # the client does not trust the CA
            self.close_connection = True
            return
        self.connection, self.rfile, self.wfile = inside, inside.makefile("rb"), inside.makefile("wb", 0)  # type: ignore[assignment]
        with inside:
            while self.parse_next():
                self._answer(self.server.answers[host])
            self.rfile.close()
        self.close_connection = True

    def parse_next(self) -> bool:
        self.raw_requestline = self.rfile.readline(65537)
        return bool(self.raw_requestline) and self.parse_request()

    def _answer(self, answer: Answer) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, content = answer(self.path, dict(self.headers.items()), body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Mapping[str, Answer], context: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.context = answers, context
        self.asked: list[str] = []


class Server:
    """An HTTP server or a proxy on loopback.

    Args:
        answers: By the host of a tunnel, who answers in it; under the empty text who answers what comes without one.
        certificate: The file with the key and certificate that it shows inside of tunnels.
    """

    def __init__(self, answers: Mapping[str, Answer], certificate: Path | None = None) -> None:
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._server = _Server(answers, context)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def asked(self) -> list[str]:
        """Every request, as its method and what it is for."""
        return list(self._server.asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def company_certificates(folder: Path, *hosts: str) -> tuple[Path, Path]:
    """Files with the CA of a company, and with the key and certificate that its proxy shows for these hosts."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Company CA")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "proxy")])
    names = x509.SubjectAlternativeName([_name(host) for host in hosts])
    ca = _certificate(issuer, issuer, ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=None))
    shown = _certificate(subject, issuer, key, ca_key, names)
    ca_file, own_file = folder / "ca.pem", folder / "proxy.pem"
    ca_file.write_bytes(ca)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    own_file.write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()) + shown)
    return ca_file, own_file


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _certificate(subject: x509.Name, issuer: x509.Name, key: Any, ca_key: Any, extension: Any) -> bytes:
    is_ca = isinstance(extension, x509.BasicConstraints)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    )
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(extension, critical=is_ca)
        # As Python's own contexts want them from 3.13 on.
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_ca,
                key_cert_sign=is_ca,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
    )
    return builder.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
