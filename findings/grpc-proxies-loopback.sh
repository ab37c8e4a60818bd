#!/usr/bin/env bash
# grpcio 1.85.1: a channel to 127.0.0.1 goes through the proxy of http_proxy, unless no_proxy names that address. A Pulumi plugin in Python
# that logs to its engine, which listens on loopback, loses all progress and warnings where http_proxy is set, and the run exits 0.
# The option grpc.enable_http_proxy=0 of the channel turns it off.
#
# Seen: a channel as it comes sends CONNECT 127.0.0.1:<port> to the proxy; one with the option sends the proxy nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install grpcio==1.85.1
cat > main.py <<'PYTHON'
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc


def echo(request, context):
    return request


server = grpc.server(ThreadPoolExecutor(1))
handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("t", handlers)])
port = server.add_insecure_port("127.0.0.1:0")
server.start()

proxy = socket.create_server(("127.0.0.1", 0))
asked = []


def listen():
    while True:
        connection, _ = proxy.accept()
        asked.append(connection.recv(1000).split(b"\r\n")[0].decode())
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        connection.close()


threading.Thread(target=listen, daemon=True).start()
os.environ["http_proxy"] = f"http://127.0.0.1:{proxy.getsockname()[1]}"
for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
    os.environ.pop(name, None)

for reported, options in (("as it comes", []), ("without http_proxy", [("grpc.enable_http_proxy", 0)])):
    asked.clear()
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        try:
            answer = channel.unary_unary("/t/Echo")(b"hello", timeout=5).decode()
        except grpc.RpcError as error:
            answer = error.code().name
    print(f"{reported}: {answer}; the proxy: {asked[0].replace(str(port), 'PORT') if asked else 'nothing'}")
server.stop(None)
PYTHON
timeout 60 venv/bin/python main.py 2> log | tee seen
diff seen - <<'SEEN'
as it comes: UNAVAILABLE; the proxy: CONNECT 127.0.0.1:PORT HTTP/1.1
without http_proxy: hello; the proxy: nothing
SEEN
