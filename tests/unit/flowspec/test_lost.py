"""What the vendor's parser drops without a word: it is said at preview."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import same
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, completed, errors_of, problems_of, with_node, workflow

LOOP = {"nodes": [node("inner")], "maxIterations": 3}
VARIABLE = {"name": "v", "scope": "NodeContext", "type": "Constant", "value": "1"}


def beside(**fields: Any) -> Object:
    root = etl()
    root["spec"].update(fields)
    return root


def stored(**storage: Any) -> Object:
    return with_node(fileResources=[{"name": "f", "type": "jar", "file": {"path": "/f", "storage": storage}}])


@pytest.mark.parametrize(
    "fields",
    [
        {"do-while": LOOP, "doWhile": {**LOOP, "maxIterations": 4}},
        {"for-each": LOOP, "forEach": {**LOOP, "parallelism": 2}},
        {"param-hub": {"variables": [VARIABLE]}, "paramHub": {"variables": [{**VARIABLE, "value": "2"}]}},
        {"outputs": {"nodeOutputs": [{"data": "p.a"}], "outputs": [{"data": "p.b"}]}},
        {"inputs": {"Variable": [VARIABLE], "variables": [{**VARIABLE, "name": "w"}]}},
    ],
)
def test_one_field_in_two_spellings_is_an_error(fields: Object) -> None:
    assert [problem.rule for problem in errors_of(with_node(**fields))] == ["two-spellings"]


@pytest.mark.parametrize(
    "fields",
    [
        {"do-while": LOOP, "doWhile": LOOP},
        {"do-while": LOOP, "doWhile": None},
        {"outputs": {"nodeOutputs": [{"data": "p.a"}], "outputs": []}},
    ],
)
def test_one_that_says_the_same_or_nothing_is_none(fields: Object) -> None:
    assert errors_of(with_node(**fields)) == []


@pytest.mark.parametrize("key", ["NodeOutputs", "nodeoutput", "OUTPUTS"])
def test_lists_of_outputs_are_read_in_any_case(key: str) -> None:
    root = etl()
    workflow(root)["nodes"][0]["outputs"] = {key: [{"data": "p.done"}]}
    workflow(root)["dependencies"] = [{"nodeId": "load", "depends": [{"nodeId": "extract"}]}]
    assert problems_of(root) == []
    assert workflow(completed(root))["dependencies"][0]["depends"][0]["output"] == "p.done"


@pytest.mark.parametrize("side", ["inputs", "outputs"])
@pytest.mark.parametrize("output", [{}, {"data": ""}, {"artifactType": "NodeOutput"}])
def test_an_output_needs_its_data(side: str, output: Object) -> None:
    lists = {side: {"nodeOutputs": [output]}}
    for root in (with_node(**lists), etl(**lists)):
        [problem] = problems_of(root)
        assert (problem.rule, problem.severity, problem.path[-1]) == ("missing", "error", "data")


def test_a_name_of_an_output_is_shown_as_its_data() -> None:
    found = problems_of(with_node(outputs={"nodeOutputs": [{"name": "p.done"}]}))
    assert [problem.rule for problem in found] == ["unknown-key", "missing"]
    assert found[0].render().endswith("Write it as data.")


@pytest.mark.parametrize(
    ("root", "rule"),
    [
        (stored(type="s3"), "lost-label"),
        (stored(endpoint="oss-cn-shanghai"), "missing"),
        (with_node(reference={"output": " "}), "missing"),
        (etl(name="  "), "missing"),
        (beside(strategy={"timeout": 30, "timeoutUnit": "minute"}), "lost-label"),
        (etl(dependencies=[{"nodeId": "load", "depends": None}]), "no-depends"),
    ],
)
def test_a_value_that_is_lost_is_an_error(root: Object, rule: str) -> None:
    [problem] = problems_of(root)
    assert (problem.rule, problem.severity) == (rule, "error")


@pytest.mark.parametrize("key", ["triggers", "scripts", "runtimeResources"])
def test_a_list_that_the_parser_never_writes_is_doubted(key: str) -> None:
    [problem] = problems_of(beside(**{key: [{"id": "1"}]}))
    assert (problem.rule, problem.severity, problem.path) == ("beside-workflow", "warning", ("spec", key))
    assert problems_of(beside(**{key: []})) == []


def test_hdfs_addresses_are_doubted_as_the_parser_drops_them() -> None:
    assert [problem.rule for problem in problems_of(stored(type="hdfs", addresses=["hdfs://n1"]))] == [
        "unknown-key"
    ]


@pytest.mark.parametrize("field", ["subflow", "combined"])
def test_the_schedule_of_what_a_control_node_holds_is_looked_at(field: str) -> None:
    held = {
        "nodes": [node("inner")],
        "strategy": {"priority": 9},
        "trigger": {"type": "Scheduler", "cron": "00 00 25 * * ?"},
    }
    found = problems_of(with_node(**{field: held}))
    assert [(problem.rule, problem.severity) for problem in found] == [
        ("cron-value", "warning"),
        ("priority", "warning"),
    ]
    assert [problem.rule for problem in problems_of(beside(strategy={"priority": 9}))] == ["priority"]


@pytest.mark.parametrize("trigger", [{"cron": "00 03 00 * * ?"}, {"startTime": "1970-01-01 00:00:00"}])
def test_a_trigger_without_a_type_is_doubted(trigger: Object) -> None:
    [problem] = problems_of(etl(trigger=trigger))
    assert (problem.rule, problem.severity) == ("no-type", "warning")
    assert problems_of(etl(trigger={**trigger, "recurrence": "Normal"})) == []
    assert problems_of(etl(trigger={})) == []


def test_a_number_in_place_of_an_id_beside_the_workflow_is_sent_as_text() -> None:
    """The parser drops a dependency whose nodeId is a number."""
    root = beside(id=77, flow=[{"nodeId": 77, "depends": [{"output": "p.root"}]}])
    assert completed(root)["spec"]["flow"][0]["nodeId"] == "77"


@pytest.mark.parametrize(
    "fields",
    [
        {"fileResources": [{"name": "f", "type": "jar"}]},
        {"functions": [{"name": "f", "type": "math"}]},
        {"component": {"name": "c"}},
        {"datasets": [{"identifier": "d"}]},
        {"inputs": {"tables": [{"guid": "g", "calcEngine": {"type": "EMR"}}]}},
    ],
)
def test_metadata_is_read_wherever_the_parser_reads_it(fields: Object) -> None:
    """The parser refuses any but an object; the service writes it, and it means nothing."""

    def described(value: Any, metadata: Any) -> Any:
        if isinstance(value, list):
            return [described(item, metadata) for item in value]
        if isinstance(value, dict) and not {"nodeOutputs", "tables"} & value.keys():
            return {**{key: described(item, metadata) for key, item in value.items()}, "metadata": metadata}
        if isinstance(value, dict):
            return {key: described(item, metadata) for key, item in value.items()}
        return value

    plain = with_node(**fields)
    written = with_node(**{key: described(item, {"uuid": "1"}) for key, item in fields.items()})
    assert problems_of(written) == []
    assert same(plain, written)
    wrong = with_node(**{key: described(item, "x") for key, item in fields.items()})
    assert {(problem.rule, problem.path[-1]) for problem in errors_of(wrong)} == {("shape", "metadata")}


@pytest.mark.parametrize(
    "fields",
    [
        {"files": {"oss": "x"}},
        {"files": {"HDFS": ["x"]}},
        {"artifacts": {"tables": "x"}},
        {"artifacts": {"variables": [{"name": "v"}]}},
    ],
)
def test_files_and_artifacts_are_judged_as_the_parser_reads_them(fields: Object) -> None:
    assert errors_of(beside(**fields))
    assert problems_of(beside(files={"oss": [{"path": "a", "storage": {"bucket": "b"}}]})) == []
    assert problems_of(beside(artifacts={"outputs": [{"data": "p.a"}], "variables": [VARIABLE]})) == []
