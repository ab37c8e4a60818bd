#!/usr/bin/env bash
# Renew requirements.lock: one file with hashes for every Python and platform that the project supports.
# `tools/lock.sh --upgrade` takes the newest versions; without it the locked ones stay where they can.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(mktemp -d)
trap 'rm -rf "$uv"' EXIT
python3 -m venv "$uv"
"$uv/bin/pip" install --quiet --disable-pip-version-check uv
"$uv/bin/uv" pip compile --quiet --universal --python-version 3.10 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
  --extra emulator --output-file requirements.lock "$@" pyproject.toml requirements.in
echo "lock: requirements.lock is up to date"
