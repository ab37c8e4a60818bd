#!/usr/bin/env bash
# alibabacloud-credentials 1.0.12 with alibabacloud-tea 0.4.3: keys are fetched through the proxy of HTTP_PROXY also from a host that
# NO_PROXY names, this machine's own loopback address among them, although requests, by which Tea sends, honours NO_PROXY by itself.
# Tea hands requests the proxy of each call, and its own option noProxy is read and not applied.
#
# Seen: one call by requests reaches the service directly; the same address as credentials URI is asked through the proxy.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install alibabacloud-credentials==1.0.12 alibabacloud-tea==0.4.3 requests==2.32.5
cat > main.py <<'PYTHON'
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = {"Code": "Success", "AccessKeyId": "id", "AccessKeySecret": "secret", "SecurityToken": "token"}


def serve():
    """A server that answers any GET with keys, and the paths that it was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = json.dumps({**KEYS, "Expiration": "2099-01-01T00:00:00Z"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port, asked


port, _ = serve()
proxy, through_proxy = serve()
for name in ("HTTP_PROXY", "http_proxy"):
    os.environ[name] = f"http://127.0.0.1:{proxy}"
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = "127.0.0.1"

import requests
from alibabacloud_credentials.provider import URLCredentialsProvider

url = f"http://127.0.0.1:{port}/keys"
requests.get(url, timeout=5)
print("requests, through the proxy:", len(through_proxy))
assert URLCredentialsProvider(uri=url).get_credentials().get_access_key_id() == "id"
print("credentials, through the proxy:", len(through_proxy))
PYTHON
timeout 60 venv/bin/python main.py | tee seen
diff seen - <<'SEEN'
requests, through the proxy: 0
credentials, through the proxy: 1
SEEN
