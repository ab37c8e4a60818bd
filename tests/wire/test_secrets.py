"""A document that is a secret: what reveals it is marked, and nothing quotes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from pulumi_resource_dataworks.emulator import Emulator, Fault, Life
from tests.support.documents import flow, node, nodes
from tests.support.plugin_process import FakeEngine, Plugin, Seed, refusal, urn
from tests.support.quotes import QUOTES
from tests.support.wire_values import UNKNOWN, is_secret, plain, secret

PLANTED = "planted-9f3b"
OPEN = {"projectId", "workflowId", "owner", "createTime", "__place"}
"""What reveals nothing of the document."""


def hidden(name: str, **changes: Any) -> dict[str, Any]:
    """A document whose every word of the user's holds the planted text."""
    document = flow(f"{PLANTED}-{name}", f"SELECT '{PLANTED}';\nSELECT 2;\n", **changes)
    document["spec"]["workflows"][0]["nodes"][0]["name"] = f"{PLANTED}-node"
    return document


def in_the_clear(message: Message | dict[str, Any]) -> str:
    """What of a message is not marked as a secret."""
    values = plain(message) if isinstance(message, Message) else message  # type: ignore[arg-type]
    return json.dumps(_without_secrets(values))


def _without_secrets(value: Any) -> Any:
    if is_secret(value):
        return None
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items()}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


def checked(plugin: Plugin, emulator: Emulator, name: str, document: Any) -> dict[str, Any]:
    answer = plugin.check(name, {"projectId": emulator.project.project_id, "spec": document})
    assert not answer.failures
    assert is_secret(plain(answer.inputs)["spec"])
    return plain(answer.inputs)


def test_every_output_that_reveals_it_is_marked(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine
) -> None:
    inputs = checked(plugin, emulator, "create", secret(hidden("create")))
    preview = plain(plugin.create("create", inputs, preview=True).properties)
    created = plugin.create("create", inputs)
    outputs = plain(created.properties)
    read = plugin.read("create", created.id, inputs, outputs)
    changed = checked(plugin, emulator, "create", secret(hidden("create", description="new")))
    updated = plain(plugin.update("create", created.id, outputs, changed, inputs).properties)
    foreseen = plain(
        plugin.update(
            "create", created.id, outputs, {**changed, "spec": secret(UNKNOWN)}, inputs, preview=True
        ).properties
    )
    for properties in (preview, outputs, plain(read.properties), updated):
        assert {key for key, value in properties.items() if not is_secret(value)} <= OPEN
        assert PLANTED not in in_the_clear(properties)
    known = {key: value for key, value in foreseen.items() if value != UNKNOWN and key not in OPEN}
    assert all(is_secret(value) for value in known.values())
    assert is_secret(plain(read.inputs)["spec"])
    assert engine.about(urn("create"))
    assert PLANTED not in str(engine.logs)


def test_a_secret_script_hides_itself_and_what_reveals_it(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine
) -> None:
    project = emulator.project.project_id

    def inputs_of(line: int, olds: dict[str, Any] | None = None) -> dict[str, Any]:
        document = flow("part", "SELECT 1;\n", "SELECT 2;\n")
        nodes(document)[0]["script"]["content"] = secret(f"SELECT '{PLANTED}', {line};\n")
        answer = plugin.check("part", {"projectId": project, "spec": document}, olds)
        assert not answer.failures
        assert plain(answer.inputs)["spec"] == document
        return plain(answer.inputs)

    inputs = inputs_of(1)
    preview = plain(plugin.create("part", inputs, preview=True).properties)
    created = plugin.create("part", inputs)
    outputs = plain(created.properties)
    read = plugin.read("part", created.id, inputs, outputs)
    assert plain(read.inputs) == inputs
    changed = inputs_of(2, inputs)
    difference = plugin.diff("part", created.id, inputs, changed, state=outputs)
    assert list(difference.detailedDiff) == ["spec.spec.workflows[0].nodes[0].script.content"]
    updated = plain(plugin.update("part", created.id, outputs, changed, inputs).properties)
    assert updated["spec"] == changed["spec"]
    for properties in (preview, outputs, plain(read.properties), updated):
        assert {key for key, value in properties.items() if is_secret(value)} - {"__state"} == {"digest"}
        assert PLANTED not in in_the_clear(properties)
    assert set(outputs["nodeIds"]) == {"n0", "n1"}
    assert PLANTED not in str(engine.about(urn("part")))


def test_a_secret_name_hides_every_name(plugin: Plugin, emulator: Emulator) -> None:
    document = hidden("named")
    nodes(document)[0]["name"] = secret(f"{PLANTED}-node")
    answer = plugin.check("named", {"projectId": emulator.project.project_id, "spec": document})
    assert not answer.failures
    outputs = plain(plugin.create("named", plain(answer.inputs), preview=True).properties)
    assert {key for key, value in outputs.items() if not is_secret(value) and value != UNKNOWN} <= OPEN


def _faulty() -> dict[str, Any]:
    one = hidden("faulty")
    workflow = one["spec"]["workflows"][0]
    workflow["nodes"] += [node(f"{PLANTED}-twin"), node(f"{PLANTED}-twin", recurrence=f"{PLANTED}-often")]
    workflow["dependencies"] = [{"nodeId": f"{PLANTED}-lost", "depends": [{"nodeId": f"{PLANTED}-none"}]}]
    return one


@pytest.mark.parametrize(
    "spec",
    [
        secret(_faulty()),
        secret(json.dumps(_faulty(), indent=1)),
        secret(f'{{"kind": "{PLANTED}"}}'),
        secret(f'{{"{PLANTED}": 1}}'),
        secret(f"{{ {PLANTED} }}"),
        secret(json.dumps({"kind": PLANTED, "spec": {"workflows": [{}]}})),
        {"kind": secret(PLANTED), "spec": {}},
    ],
    ids=["object", "text", "kind", "key", "no JSON", "workflow", "part"],
)
def test_no_fault_quotes_it(plugin: Plugin, emulator: Emulator, engine: FakeEngine, spec: Any) -> None:
    answer = plugin.check("faulty", {"projectId": emulator.project.project_id, "spec": spec})
    assert answer.failures
    assert PLANTED not in str(answer.failures)
    assert PLANTED not in str(engine.about(urn("faulty")))


def test_no_fault_quotes_a_secret_project_id(plugin: Plugin) -> None:
    answer = plugin.check("project", {"projectId": secret(PLANTED), "spec": flow("project")})
    assert answer.failures
    assert PLANTED not in str(answer.failures)


def test_no_error_of_a_job_quotes_it(plugin: Plugin, emulator: Emulator, engine: FakeEngine) -> None:
    words = f"cannot parse SELECT '{PLANTED}'; of node {PLANTED}-node"
    emulator.script_job(Life("immediate", outcome="Fail", error=words))
    inputs = checked(plugin, emulator, "job", secret(hidden("job")))
    with pytest.raises(grpc.RpcError) as error:
        plugin.create("job", inputs)
    found = refusal(error)
    assert found.detail is not None
    assert "the text is not shown" in found.text
    assert PLANTED not in found.text
    assert PLANTED not in str(found.detail.reasons)
    assert PLANTED not in in_the_clear(found.detail.properties)
    assert {key for key, value in plain(found.detail.properties).items() if not is_secret(value)} <= OPEN
    assert PLANTED not in str(engine.logs)


def test_no_refusal_quotes_it(plugin: Plugin, emulator: Emulator, seed: Seed) -> None:
    seed(
        "there", {"projectId": emulator.project.project_id, "spec": hidden("there", id="7000000000000000201")}
    )
    inputs = checked(plugin, emulator, "late", secret(hidden("there")))
    for preview in (True, False):
        with pytest.raises(grpc.RpcError) as error:
            plugin.create("late", inputs, preview=preview)
        assert refusal(error).code is grpc.StatusCode.ALREADY_EXISTS
        assert PLANTED not in refusal(error).text


def test_no_warning_of_drift_quotes_it(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine, seed: Seed
) -> None:
    project = emulator.project.project_id
    resource_id, inputs, state = seed("drift", {"projectId": project, "spec": hidden("drift")})
    workflow = emulator.workflow(resource_id.partition("/")[2])
    document = json.loads(json.dumps(workflow.document))
    document["spec"]["workflows"][0]["nodes"][0]["script"]["content"] = "SELECT 'by hand';\n"
    emulator.edit(workflow.workflow_id, document)
    sealed = {key: secret(value) if key not in OPEN else value for key, value in state.items()}
    news = checked(plugin, emulator, "drift", secret(hidden("drift", description="new")))
    plugin.update("drift", resource_id, sealed, news, {**inputs, "spec": secret(inputs["spec"])})
    assert "this overwrites an edit" in str([log for log in engine.about(urn("drift")) if not log.ephemeral])
    assert PLANTED not in str(engine.about(urn("drift")))


@pytest.mark.parametrize("form", QUOTES.values(), ids=QUOTES)
def test_however_the_service_quotes_a_secret_script_no_word_of_it_is_shown(
    plugin: Plugin, emulator: Emulator, engine: FakeEngine, form: Callable[[str], str]
) -> None:
    script = f"  SELECT '{PLANTED}/+&<x>' AS pässword\n\tFROM \"dim\".users;\n"
    document = flow("quoted", "SELECT 1;\n")
    nodes(document)[0]["script"]["content"] = secret(script)
    inputs = plain(
        plugin.check("quoted", {"projectId": emulator.project.project_id, "spec": document}).inputs
    )
    words = f"odd words: {form(script)}"
    emulator.add_fault(Fault("ImportWorkflowDefinition", status=400, code="1101", message=words))
    emulator.script_job(Life("immediate", outcome="Fail", error=words))
    shown: list[Any] = []
    for half_done in (False, True):
        with pytest.raises(grpc.RpcError) as error:
            plugin.create("quoted", inputs)
        found = refusal(error)
        assert found.code is grpc.StatusCode.FAILED_PRECONDITION
        assert (found.detail is not None) is half_done
        assert "the text is not shown, because" in found.text
        shown += [found.text]
    assert found.detail is not None
    shown += [
        str(found.detail.reasons),
        in_the_clear(found.detail.properties),
        str(engine.about(urn("quoted"))),
    ]
    assert not [text for text in shown if "odd words" in text or form(script) in text]
