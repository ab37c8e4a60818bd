#!/usr/bin/env bash
# Renew requirements.lock and those in tools/wheels and tools/archive, with hashes for every Python and platform. And what
# the SDKs and examples of Node.js and Go pin, where a package.json, a go.mod or an import has changed.
# `tools/lock.sh --upgrade` takes the newest versions of Python's; without it the locked ones stay where they can.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(mktemp -d)
go=$(mktemp -d)
trap 'rm -rf "$uv" "$go"' EXIT
python3 -m venv "$uv"
"$uv/bin/pip" install --quiet --disable-pip-version-check uv
lock=("$uv/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@")
"${lock[@]}" --extra emulator --extra graph --output-file requirements.lock pyproject.toml requirements.in
"${lock[@]}" --constraints requirements.lock --output-file tools/wheels/requirements.lock tools/wheels/requirements.in
"${lock[@]}" --constraints requirements.lock --output-file tools/archive/requirements.lock \
  pyproject.toml tools/archive/requirements.in
echo "lock: requirements.lock and those in tools/wheels and tools/archive are up to date"

npm install --prefix sdk/nodejs --package-lock-only --omit-lockfile-registry-resolved \
  --ignore-scripts --no-audit --no-fund --silent
for module in sdk/go examples/go; do (cd "$module" && go mod tidy); done
# tests/examples/inline/go is put beside the example's program, and has the go.mod of both.
mkdir "$go/sdk" "$go/examples"
cp -R sdk/go "$go/sdk"
cp -R examples/go "$go/examples"
cp tests/examples/inline/go/inline_test.go "$go/examples/go"
(cd "$go/examples/go" && go mod tidy)
cp "$go/examples/go/go.mod" "$go/examples/go/go.sum" tests/examples/inline/go
echo "lock: sdk/nodejs, sdk/go, examples/go and tests/examples/inline/go are up to date"
