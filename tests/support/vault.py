"""A secrets provider for stacks that costs no time: a key of a passphrase is a third of a CLI run's time.

It answers as HashiCorp Vault's transit engine does, for a Pulumi stack with `--secrets-provider hashivault://tests`. What it
encrypts is the stack's key, which it leaves as it is: Pulumi encrypts the secrets themselves, as with a passphrase.
"""

from __future__ import annotations

import json
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PROVIDER = "hashivault://tests"


@cache
def vault_environment() -> dict[str, str]:
    """How the CLI finds the one of this process, which is started with the first that asks."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    Thread(target=server.serve_forever, daemon=True).start()
    return {
        "VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
        "VAULT_SERVER_TOKEN": "a token of the tests",
    }


class _Transit(BaseHTTPRequestHandler):
    """Encrypts to the text itself, and decrypts to it."""

    def do_PUT(self) -> None:
        reported = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        swapped = {"plaintext": reported.get("ciphertext"), "ciphertext": reported.get("plaintext")}
        body = json.dumps({"data": {key: value for key, value in swapped.items() if value}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass
