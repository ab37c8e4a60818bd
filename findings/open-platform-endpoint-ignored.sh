#!/usr/bin/env bash
# alibabacloud-tea-openapi 0.4.6: Config.open_platform_endpoint is read by no constructor. The SDKs of all products ask there where
# a file may be uploaded, and ask openplatform.aliyuncs.com whatever is configured. What helps is to set the client's
# attribute _open_platform_endpoint after it was made.
#
# Seen: of a configuration with both, the client has the endpoint and not the one of OpenPlatform.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check alibabacloud-tea-openapi==0.4.6
timeout 60 "$folder/venv/bin/python" - <<'PYTHON'
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.utils_models import Config

keys = {"access_key_id": "id", "access_key_secret": "secret"}
client = Client(Config(**keys, endpoint="one.example", open_platform_endpoint="two.example"))
print("endpoint:", client._endpoint)
print("endpoint of OpenPlatform:", client._open_platform_endpoint)
assert (client._endpoint, client._open_platform_endpoint) == ("one.example", None)
PYTHON
