"""Check: values of every kind in, the author's document or clear failures out."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest

from pulumi_resource_dataworks.emulator import Emulator, Life
from tests.support.documents import etl, flow, node, nodes
from tests.support.messages import Messages
from tests.support.plugin_process import TYPE, FakeEngine, Plugin, refusal, urn
from tests.support.wire_values import (
    SIGNATURE,
    UNKNOWN,
    UNKNOWNS,
    archive,
    asset,
    output,
    plain,
    reference,
    secret,
)

PROJECT = 12345


def checked(plugin: Plugin, name: str, spec: Any, project_id: Any = PROJECT, **more: Any) -> dict[str, Any]:
    answer = plugin.check(name, {"projectId": project_id, "spec": spec}, **more)
    assert [failure.reason for failure in answer.failures] == []
    return plain(answer.inputs)


def failures(plugin: Plugin, name: str, spec: Any, project_id: Any = PROJECT) -> list[str]:
    answer = plugin.check(name, {"projectId": project_id, "spec": spec})
    assert answer.failures
    return [failure.reason for failure in answer.failures]


def with_content(content: Any) -> dict[str, Any]:
    document = etl()
    nodes(document)[0]["script"]["content"] = content
    return document


def content_of(inputs: dict[str, Any]) -> Any:
    return nodes(inputs["spec"])[0]["script"]["content"]


def test_an_object_comes_back_as_it_was_written(plugin: Plugin) -> None:
    assert checked(plugin, "object", etl()) == {"projectId": PROJECT, "spec": etl()}


def test_object_and_text_mean_the_same(plugin: Plugin) -> None:
    assert checked(plugin, "same", etl()) == checked(plugin, "same", json.dumps(etl(), indent=2))


def test_sets_come_in_the_order_of_the_last_run(plugin: Plugin) -> None:
    document = etl()
    nodes(document).reverse()
    olds = checked(plugin, "order", etl())
    for spec in (document, json.dumps(document)):
        assert checked(plugin, "order", spec, olds=olds) == olds
    nodes(document).insert(0, node("report"))
    news = checked(plugin, "order", document, olds=olds)
    assert [entry["name"] for entry in nodes(news["spec"])] == ["extract", "load", "report"]


def test_whole_numbers_stay_whole(plugin: Plugin, emulator: Emulator) -> None:
    document = etl(name="ints", trigger={"type": "Scheduler", "cron": "00 03 00 * * ?", "delaySeconds": 2.0})
    nodes(document)[0]["priority"] = 7
    plugin.create("ints", checked(plugin, "ints", document, emulator.project.project_id))
    [text] = [call.params["Spec"] for call in emulator.calls if '"ints"' in call.params.get("Spec", "")]
    assert '"delaySeconds":2,' in text
    assert '"priority":7' in text
    assert ".0" not in text.replace("1.1.0", "")


def test_text_keeps_what_an_object_cannot(plugin: Plugin) -> None:
    document = etl(id=7234567890123456789)
    inputs = checked(plugin, "big", json.dumps(document))
    assert inputs["spec"]["spec"]["workflows"][0]["id"] == "7234567890123456789"


def test_a_number_that_pulumi_has_rounded_is_named(plugin: Plugin, messages: Messages) -> None:
    [reason] = failures(plugin, "rounded", etl(id=7234567890123456789))
    messages(reason)
    assert "in quotes" in reason


@pytest.mark.parametrize("project_id", [12345, 12345.0, "12345", output(value=12345)])
def test_a_project_id_may_be_a_number_or_text(plugin: Plugin, project_id: Any) -> None:
    assert checked(plugin, "project", etl(), project_id)["projectId"] == PROJECT


@pytest.mark.parametrize("project_id", [0, -1, 1.5, "x", "", True, [1], {"id": 1}, 2**60, asset("x")])
def test_a_project_id_that_is_none_is_named(plugin: Plugin, project_id: Any) -> None:
    [reason] = failures(plugin, "no-project", etl(), project_id)
    assert reason.startswith("projectId ")


def test_nulls_are_as_absent(plugin: Plugin, messages: Messages) -> None:
    document = etl(description=None)
    nodes(document)[0]["trigger"] = None
    assert checked(plugin, "nulls", document)["spec"] == etl()
    reasons = [failure.reason for failure in plugin.check("n", {"projectId": None, "spec": None}).failures]
    assert len(reasons) == 2
    messages(reasons[0])
    messages(reasons[1])


@pytest.mark.parametrize("sentinel", UNKNOWNS.values(), ids=UNKNOWNS)
def test_every_kind_of_unknown_stays_where_it_is(plugin: Plugin, sentinel: str) -> None:
    held = {"projectId": PROJECT, "spec": with_content(UNKNOWN)}
    assert checked(plugin, "unknown", with_content(sentinel)) == held
    assert checked(plugin, "unknown", sentinel) == {"projectId": PROJECT, "spec": UNKNOWN}
    assert checked(plugin, "unknown", etl(), sentinel) == {"projectId": UNKNOWN, "spec": etl()}


@pytest.mark.parametrize(
    "place",
    [
        lambda unknown: {"nodes": unknown},
        lambda unknown: {"nodes": [unknown]},
        lambda unknown: {"nodes": [{**node("a"), "id": unknown}, node("b")]},
        lambda unknown: {"nodes": [{**node("a"), "name": unknown}, node("load")]},
        lambda unknown: {"dependencies": [{"nodeId": unknown, "depends": []}]},
        lambda unknown: {"trigger": unknown},
        lambda unknown: {"id": unknown},
        lambda unknown: {"name": unknown},
    ],
    ids=["nodes", "node", "node id", "node name", "dependency", "trigger", "id", "name"],
)
def test_an_unknown_anywhere_is_no_problem(plugin: Plugin, place: Any) -> None:
    document = etl(**{"dependencies": [], **place(UNKNOWN)})
    assert checked(plugin, "anywhere", document)["spec"] == document


def test_problems_beside_an_unknown_are_reported(plugin: Plugin, messages: Messages) -> None:
    document = with_content(UNKNOWN)
    nodes(document)[1]["recurrence"] = "Sometimes"
    document["kind"] = "CycleWorkflow"
    [reason] = failures(plugin, "beside", document)
    messages(reason)


def test_a_secret_stays_one(plugin: Plugin) -> None:
    for spec in (secret(etl()), secret(json.dumps(etl()))):
        assert checked(plugin, "secret", spec)["spec"] == secret(etl())
    part = with_content(secret("SELECT 9;"))
    assert checked(plugin, "secret", part)["spec"] == part
    assert checked(plugin, "secret", secret(UNKNOWN))["spec"] == secret(UNKNOWN)
    assert content_of(checked(plugin, "secret", with_content(secret(UNKNOWN)))) == UNKNOWN
    assert checked(plugin, "secret", etl(), secret(PROJECT))["projectId"] == secret(PROJECT)


def test_outputs_are_what_they_hold(plugin: Plugin) -> None:
    document = with_content(output(value="SELECT 8;\n", dependencies=["urn:x"]))
    assert content_of(checked(plugin, "output", document)) == "SELECT 8;\n"
    assert content_of(checked(plugin, "output", with_content(output()))) == UNKNOWN
    hidden = checked(plugin, "output", with_content(output(value="SELECT 8;\n", secret=True)))
    assert content_of(hidden) == secret("SELECT 8;\n")
    assert content_of(checked(plugin, "output", with_content(output(secret=True)))) == UNKNOWN
    assert checked(plugin, "output", output(value=etl(), secret=True))["spec"] == secret(etl())
    assert checked(plugin, "output", output(value=output(value=etl())))["projectId"] == PROJECT


def test_a_resource_is_its_id(plugin: Plugin, messages: Messages) -> None:
    assert checked(plugin, "reference", etl(), reference(id="12345"))["projectId"] == PROJECT
    assert content_of(checked(plugin, "reference", with_content(reference(id=UNKNOWN)))) == UNKNOWN
    [component] = failures(plugin, "reference", with_content(reference()))
    messages(component)
    assert "a resource" in component


def test_flags_stay_true_or_false(plugin: Plugin) -> None:
    news = {"projectId": PROJECT, "spec": etl(), "adopt": True, "validateOnPreview": False}
    inputs = plain(plugin.check("flags", news).inputs)
    assert (inputs["adopt"], inputs["validateOnPreview"]) == (True, False)


@pytest.mark.parametrize("spec", [[], 3, True, "", "null", "[1]", "{", {}, "kind: [unclosed"])
def test_what_is_no_document_is_refused(plugin: Plugin, spec: Any) -> None:
    reasons = failures(plugin, "no-document", spec)
    assert all(reason.startswith("spec") for reason in reasons)


FOREIGN = [(asset("SELECT 1;"), "an asset"), (archive("./x"), "an archive")]


@pytest.mark.parametrize(("value", "_"), FOREIGN)
def test_an_asset_is_refused_in_its_place(plugin: Plugin, value: Any, _: str, messages: Messages) -> None:
    [whole] = failures(plugin, "asset", value)
    [inside] = failures(plugin, "asset", with_content(value))
    assert whole.startswith("spec")
    messages(inside)


@pytest.mark.parametrize(
    ("value", "words"), [*FOREIGN, ({SIGNATURE: {"of": UNKNOWN}}, "a value that is not plain")]
)
def test_an_asset_is_refused_in_clear_words(plugin: Plugin, value: Any, words: str) -> None:
    assert words in failures(plugin, "asset", value)[0]
    assert words in failures(plugin, "asset", with_content(value))[0]
    assert words in failures(plugin, "asset", etl(), value)[0]


def test_every_problem_is_reported_at_once_and_the_inputs_stay(plugin: Plugin) -> None:
    document = etl()
    nodes(document)[0]["recurrence"] = "Sometimes"
    nodes(document)[1]["recurrence"] = "Never"
    news = {"projectId": "x", "spec": document, "specc": 1}
    answer = plugin.check("problems", news)
    reasons = [failure.reason for failure in answer.failures]
    assert len(reasons) == 4
    assert plain(answer.inputs) == news


def test_check_of_its_own_answer_changes_nothing(plugin: Plugin) -> None:
    for name, spec in {"a": etl(), "b": secret(etl(name="b")), "c": with_content(UNKNOWN)}.items():
        once = checked(plugin, f"twice-{name}", spec)
        assert checked(plugin, f"twice-{name}", once["spec"]) == once
        assert checked(plugin, f"twice-{name}", once["spec"], olds=once) == once


def test_ids_come_from_the_urn_and_not_from_the_seed(plugin: Plugin, emulator: Emulator) -> None:
    def chosen(name: str, document: Any, seed: bytes) -> Any:
        inputs = checked(plugin, name, document, emulator.project.project_id, randomSeed=seed)
        return plain(plugin.create(name, inputs, preview=True).properties)["nodeOutputs"]

    one = chosen("seeded", etl(name="seeded"), b"1")
    assert all(2**62 <= int(own) < 2**63 for own in one.values())
    assert chosen("seeded", etl(name="seeded"), b"2") == one
    assert not set(chosen("other", etl(name="other"), b"1").values()) & set(one.values())


CHILD = urn("child", "my:mod:Comp$")


@pytest.mark.parametrize("kind", [TYPE, ""])
@pytest.mark.parametrize("address", [CHILD, urn("child", "a:b:C$d:e:F$"), urn("child")])
def test_a_component_may_own_it(plugin: Plugin, address: str, kind: str) -> None:
    answer = plugin.check("child", {"projectId": PROJECT, "spec": etl()}, urn=address, type=kind)
    assert not answer.failures


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (urn("x", kind="dataworks:index:Table"), "dataworks:index:Table"),
        (urn("x", kind="dataworks:index:Table"), ""),
        (urn("x", f"{TYPE}$", "dataworks:index:Table"), ""),
    ],
)
def test_a_foreign_type_is_refused(plugin: Plugin, address: str, kind: str) -> None:
    with pytest.raises(grpc.RpcError) as error:
        plugin.check("x", {"projectId": PROJECT, "spec": etl()}, urn=address, type=kind)
    found = refusal(error)
    assert found.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "dataworks:index:Node" in found.text


def test_a_warning_stays_and_names_the_resource(plugin: Plugin, engine: FakeEngine) -> None:
    document = etl(id="7000000000000000031")
    document["spec"]["id"] = "7000000000000000032"
    checked(plugin, "warned", document)
    [log] = engine.about(urn("warned"))
    assert (
        log.severity == log.DESCRIPTOR.fields_by_name["severity"].enum_type.values_by_name["WARNING"].number
    )
    assert not log.ephemeral
    assert "7000000000000000032" in log.message


def test_a_workflow_declared_twice_is_refused(plugin: Plugin, messages: Messages) -> None:
    document = etl(id="7000000000000000041")
    checked(plugin, "first", document)
    [reason] = failures(plugin, "second", document)
    messages(reason)
    assert urn("first") in reason


LARGE = flow("large", "x" * 10_900_000)
TOO_LARGE = flow("large", "x" * 11_000_000)


@pytest.mark.parametrize("spec", [TOO_LARGE, json.dumps(TOO_LARGE)], ids=["object", "text"])
@pytest.mark.parametrize("olds", [None, TOO_LARGE, LARGE], ids=["new", "as it was", "another script"])
def test_what_could_not_be_saved_half_done_is_refused(
    plugin: Plugin, spec: Any, olds: Any, messages: Messages
) -> None:
    before = {"projectId": 10001, "spec": olds} if olds else None
    [failure] = plugin.check("large", {"projectId": 10001, "spec": spec}, before).failures
    messages(failure.reason)


def test_what_can_be_saved_half_done_passes_and_is_saved(plugin: Plugin, emulator: Emulator) -> None:
    answer = plugin.check("large", {"projectId": emulator.project.project_id, "spec": LARGE})
    assert not answer.failures
    emulator.script_job(Life("immediate", outcome="Fail", error="\u4e0d" * 100_000))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("large", plain(answer.inputs))
    detail = refusal(error).detail
    assert detail is not None
    assert 10_900_000 < detail.ByteSize() < 11_100_000


def test_a_description_that_could_not_be_saved_is_refused(plugin: Plugin) -> None:
    kind = "dataworks:index:WorkflowDeployment"
    news = {"projectId": 10001, "workflowId": "7", "digest": f"1:{64 * 'a'}", "description": "x" * 11_000_000}
    [failure] = plugin.check("live", news, urn=urn("live", kind=kind), type=kind).failures
    assert "11,000,000" in failure.reason
