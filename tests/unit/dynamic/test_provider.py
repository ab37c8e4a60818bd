"""What the state holds of the provider, and what a program loads of it."""

import base64
import pickle
import pickletools
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_resource_dataworks.dynamic import DeploymentProvider, Provider, RunProvider, _provider, _steps
from pulumi_resource_dataworks.lifecycle import Difference

PLANTED = "planted-key-5e1f"


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that has got keys both ways."""
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", f"{PLANTED}-environment")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", f"{PLANTED}-environment")
    _steps.current.cache_clear()
    provider = Provider()
    keys = {"dataworks:accessKey": f"{PLANTED}-config", "dataworks:secretKey": f"{PLANTED}-config"}
    config = {**keys, "dataworks:region": "cn-shanghai"}
    provider.configure(ConfigureRequest(Config(config, "shop")))
    yield provider
    _steps.current().close()
    _steps.current.cache_clear()


def test_the_state_holds_a_name_alone(configured: Provider) -> None:
    assert _steps.current()._settings is not None
    held = base64.b64decode(serialize_provider(configured))
    texts = [argument for _, argument, _ in pickletools.genops(held) if isinstance(argument, str)]
    assert texts == ["pulumi_resource_dataworks.dynamic", "Provider"]
    again = pickle.loads(held)
    assert type(again) is Provider
    assert vars(again) == {}


def test_each_kind_of_resource_has_a_provider_by_name() -> None:
    for kind in (DeploymentProvider, RunProvider):
        assert type(pickle.loads(base64.b64decode(serialize_provider(kind())))) is kind
    assert len({DeploymentProvider.kind, RunProvider.kind, Provider.kind}) == 3


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


class Asked:
    """Steps that keep what they are asked, and answer as they are asked to."""

    def __init__(self, answer: object) -> None:
        self.answer, self.calls = answer, list[tuple[object, ...]]()

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*given: object) -> object:
            self.calls.append((name, *given))
            return self.answer

        return call


CALLS: list[tuple[str, tuple[Any, ...], object, Callable[[Any], Any], Any]] = [
    (
        "check",
        ({"a": 0}, {"a": 1}),
        ({"a": 2}, ["a is wrong"]),
        lambda found: (found.inputs, [(one.property, one.reason) for one in found.failures]),
        ({"a": 2}, [("", "a is wrong")]),
    ),
    (
        "diff",
        ("7/8", {"a": 0}, {"a": 1}),
        Difference({"a": "replace"}, delete_before_replace=True),
        lambda found: (found.changes, found.replaces, found.delete_before_replace),
        (True, ["a"], True),
    ),
    ("create", ({"a": 1},), ("7/8", {"a": 1}), lambda found: (found.id, found.outs), ("7/8", {"a": 1})),
    ("read", ("7/8", {"a": 1}), None, lambda found: found.id, None),
    (
        "read",
        ("7/8", {"a": 1}),
        ({"a": 1}, {"a": 2}),
        lambda found: (found.id, found.inputs, found.outs),
        ("7/8", {"a": 1}, {"a": 2}),
    ),
    ("update", ("7/8", {"a": 0}, {"a": 1}), {"a": 1}, lambda found: found.outs, {"a": 1}),
    ("delete", ("7/8", {"a": 1}), None, lambda found: found, None),
]


@pytest.mark.parametrize("provider", [Provider(), DeploymentProvider()], ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("case", CALLS, ids=lambda case: str(case[0]))
def test_a_call_is_passed_on_with_its_kind_and_its_answer_handed_back(
    monkeypatch: pytest.MonkeyPatch, provider: Any, case: tuple[Any, ...]
) -> None:
    call, given, answer, read, expected = case
    asked = Asked(answer)
    monkeypatch.setattr(_provider, "_steps", lambda: asked)
    assert read(getattr(provider, call)(*given)) == expected
    assert asked.calls == [(call, provider.kind, *given)]
