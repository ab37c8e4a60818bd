"""What the state holds of the provider, and what a program loads of it."""

import base64
import pickle
import pickletools
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_resource_dataworks.dynamic import DeploymentProvider, Provider, _process

PLANTED = "planted-key-5e1f"


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that has got keys both ways."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", f"{PLANTED}-environment")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", f"{PLANTED}-environment")
    _process.current.cache_clear()
    provider = Provider()
    config = {"dataworks:accessKey": f"{PLANTED}-config", "dataworks:secretKey": f"{PLANTED}-config"}
    provider.configure(ConfigureRequest(Config(config, "shop")))
    yield provider
    _process.current().close()
    _process.current.cache_clear()


def test_the_state_holds_a_name_alone(configured: Provider) -> None:
    assert _process.current()._settings is not None
    held = base64.b64decode(serialize_provider(configured))
    texts = [argument for _, argument, _ in pickletools.genops(held) if isinstance(argument, str)]
    assert texts == ["pulumi_resource_dataworks.dynamic", "Provider"]
    again = pickle.loads(held)
    assert type(again) is Provider
    assert vars(again) == {}


def test_each_kind_of_resource_has_a_provider_by_name() -> None:
    held = base64.b64decode(serialize_provider(DeploymentProvider()))
    assert type(pickle.loads(held)) is DeploymentProvider
    assert DeploymentProvider.kind != Provider.kind


def test_the_state_is_the_same_whoever_writes_it(configured: Provider) -> None:
    assert serialize_provider(configured) == serialize_provider(Provider())


def test_a_program_that_declares_loads_no_network_library() -> None:
    program = (
        "import sys; import pulumi; before = set(sys.modules); import pulumi_resource_dataworks.dynamic; "
        "print(*{'httpx', 'pydantic', 'yaml', 'alibabacloud_credentials'} & (sys.modules.keys() - before))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
