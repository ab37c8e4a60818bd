"""The real CLI: where it is, and its environment in a folder of its own, with the emulator for DataWorks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_resource_dataworks.emulator import Account, EmulatorServer
from tests.support.repository import REPO
from tests.support.vault import vault_environment


@pytest.fixture(scope="session")
def engine() -> Path:
    """The folder with the CLI, as `make engine` finds or builds it."""
    script = [sys.executable, str(REPO / "tools" / "engine.py")]
    built = subprocess.run(script, capture_output=True, text=True, check=False)
    if built.returncode:
        message = f"no Pulumi CLI: {built.stderr[-2000:]}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(built.stdout.strip().splitlines()[-1])


def cli_environment(engine: Path, server: EmulatorServer, folder: Path) -> dict[str, str]:
    """What the CLI sees where all of its own is in a folder, its state in `state` there."""
    return {
        **kept_environment(),
        **credentials(server.emulator.account),
        "PATH": f"{engine}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase of the tests",
        **vault_environment(),
        "GOGC": "400",  # a run of the CLI is short: collecting garbage was a fifth of its time
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_CREDENTIAL_STORE": "plaintext",
        "ALIBABA_CLOUD_DATAWORKS_ENDPOINT": server.endpoint,
    }


def credentials(account: Account) -> dict[str, str]:
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": account.access_key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": account.secret_key,
        "ALIBABA_CLOUD_REGION_ID": "cn-shanghai",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
    }


def kept_environment() -> dict[str, str]:
    """The tests' own environment, without what speaks to Pulumi or to the provider."""
    prefixes = ("PULUMI_", "ALIBABA", "ALICLOUD_")
    return {key: value for key, value in os.environ.items() if not key.startswith(prefixes)}


@pytest.fixture(scope="session")
def converter() -> Path:
    """The folder with the CLI's converter of YAML, which `pulumi do --input-file` runs."""
    script = [sys.executable, str(REPO / "tools" / "engine.py"), "converter"]
    built = subprocess.run(script, capture_output=True, text=True, check=True)
    return Path(built.stdout.strip().splitlines()[-1])
