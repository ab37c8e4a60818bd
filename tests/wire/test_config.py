"""CheckConfig, DiffConfig and Configure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_resource_dataworks import openapi
from pulumi_resource_dataworks.emulator import EmulatorServer
from pulumi_resource_dataworks.lifecycle import WorkflowDefinitions
from tests.support.plugin_process import SECONDS, FakeEngine, Plugin, ask, serving, settings
from tests.support.wire_values import UNKNOWN, UNKNOWNS, asset, plain, secret

GOOD = {"region": "cn-shanghai", "accessKey": "AK", "secretKey": "SK"}
SOME, NONE = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE


@pytest.fixture(scope="module")
def plugin() -> Iterator[Plugin]:
    running = Plugin([])
    yield running
    assert running.stop() == (0, "", "")


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"region": None}, "dataworks:region"),
        ({"region": "Shanghai !"}, "dataworks:region"),
        ({"endpoint": "ftp://x"}, "dataworks:endpoint"),
        ({"secretKey": None}, "dataworks:secretKey"),
        ({"accessKey": None}, "dataworks:accessKey"),
        ({"accessKey": "with space"}, "dataworks:accessKey"),
        ({"callsPerSecond": "0"}, "dataworks:callsPerSecond"),
        ({"callsPerSecond": "NaN"}, "dataworks:callsPerSecond"),
        ({"clientReadTimeout": "-1"}, "dataworks:clientReadTimeout"),
        ({"assumeRole": "acs:ram::1:role/x"}, "dataworks:assumeRole"),
        ({"assumeRole": '{"sessionName": "x"}'}, "dataworks:assumeRole.roleArn"),
        ({"regoin": "cn-shanghai"}, "dataworks:regoin"),
    ],
)
def test_a_wrong_setting_is_named(plugin: Plugin, changes: dict[str, Any], setting: str) -> None:
    news = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    [failure] = plugin.check_config(news).failures
    assert failure.reason.startswith(setting)


def test_all_wrong_settings_are_named_at_once_and_no_secret_is_quoted(plugin: Plugin) -> None:
    news = {
        "region": "?",
        "callsPerSecond": "x",
        "accessKey": secret("planted key"),
        "secretKey": secret("s k"),
    }
    reasons = [failure.reason for failure in plugin.check_config(news).failures]
    for setting in ("region", "callsPerSecond", "accessKey", "secretKey"):
        assert len([reason for reason in reasons if reason.startswith(f"dataworks:{setting}")]) == 1
    assert "planted" not in str(reasons)


def test_good_settings_come_back_with_their_secrets_marked(plugin: Plugin) -> None:
    news = {
        **GOOD,
        "secretKey": secret("SK"),
        "securityToken": "T",
        "credentialsUri": "http://127.0.0.1/credentials",
        "assumeRole": '{"roleArn": "acs:ram::1:role/x"}',
        "assumeRoleWithOidc": secret('{"roleArn": "r", "oidcProviderArn": "p", "oidcToken": "t"}'),
        "profile": secret("mine"),
        "version": "0.1.0",
    }
    answer = plugin.check_config(news)
    assert not answer.failures
    hidden = {
        key: secret(news[key]) for key in ("accessKey", "securityToken", "credentialsUri", "assumeRole")
    }
    assert plain(answer.inputs) == {**news, **hidden}


@pytest.mark.parametrize("value", [asset("x"), {"roleArn": asset("x")}, [asset("x")]])
def test_a_setting_that_holds_an_asset_is_refused(plugin: Plugin, value: Any) -> None:
    [failure] = plugin.check_config({**GOOD, "assumeRole": value, "endpoint": UNKNOWN}).failures
    assert failure.reason == "dataworks:assumeRole: a setting cannot hold an asset. Give its text instead."


@pytest.mark.parametrize("sentinel", UNKNOWNS.values(), ids=UNKNOWNS)
def test_what_is_not_known_yet_passes(plugin: Plugin, sentinel: str) -> None:
    news = {"region": sentinel, "accessKey": secret(sentinel), "endpoint": "http://127.0.0.1:1"}
    answer = plugin.check_config(news)
    assert not answer.failures
    assert plain(answer.inputs) == {
        "region": UNKNOWN,
        "accessKey": secret(UNKNOWN),
        "endpoint": "http://127.0.0.1:1",
    }


@pytest.mark.parametrize(
    ("olds", "news", "diffs", "replaces"),
    [
        (GOOD, GOOD, [], []),
        (GOOD, {**GOOD, "secretKey": secret("SK")}, [], []),
        (GOOD, {**GOOD, "region": "cn-hangzhou"}, ["region"], ["region"]),
        ({"accessKey": "AK", "secretKey": "SK"}, GOOD, ["region"], []),
        (GOOD, {"accessKey": "AK", "secretKey": "SK"}, ["region"], []),
        (GOOD, {**GOOD, "region": UNKNOWN}, ["region"], []),
        (
            GOOD,
            {**GOOD, "accessKey": secret("AK2"), "secretKey": secret("SK2")},
            ["accessKey", "secretKey"],
            [],
        ),
        (GOOD, {**GOOD, "endpoint": "http://127.0.0.1:1"}, ["endpoint"], []),
        (GOOD, {**GOOD, "version": "9"}, ["version"], []),
    ],
)
def test_only_another_region_replaces(
    plugin: Plugin, olds: dict[str, Any], news: dict[str, Any], diffs: list[str], replaces: list[str]
) -> None:
    answer = plugin.diff_config(olds, news)
    assert answer.changes == (SOME if diffs else NONE)
    assert list(answer.diffs) == diffs
    assert list(answer.replaces) == replaces
    assert not answer.detailedDiff
    assert not answer.hasDetailedDiff


def test_an_engine_that_sends_no_old_inputs_is_understood(plugin: Plugin) -> None:
    request = provider_pb2.DiffRequest()
    request.olds.update({"region": "cn-shanghai"})
    request.news.update({"region": "cn-hangzhou"})
    assert list(plugin.stub.DiffConfig(request, timeout=5).replaces) == ["region"]


async def test_a_run_that_begins_closes_the_connections_of_those_before_it_once_they_are_done(
    server: EmulatorServer, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[openapi.Client] = []
    begun, go_on = asyncio.Event(), asyncio.Event()
    aclose = openapi.Client.aclose

    async def counted(client: openapi.Client) -> None:
        closed.append(client)
        await aclose(client)

    async def slow(*_: Any) -> None:
        begun.set()
        await go_on.wait()

    monkeypatch.setattr(openapi.Client, "aclose", counted)
    async with serving(engine.address) as calls:
        for runs_before in range(3):
            await ask(calls.configure, settings(server))
            assert len(closed) == runs_before
            await ask(calls.read, "gone", "10001/7000000000000000001")
        monkeypatch.setattr(WorkflowDefinitions, "read", slow)
        reading = asyncio.create_task(ask(calls.read, "slow", "10001/7000000000000000001"))
        await asyncio.wait_for(begun.wait(), SECONDS)
        await ask(calls.configure, settings(server))
        assert len(closed) == 2
        go_on.set()
        assert (await reading).id == ""
        assert len(closed) == 3
