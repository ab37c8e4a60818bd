"""Check: IDs, unknown values, problems and secrets. It makes no call."""

import copy
import json
from typing import Any

import pytest

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle import UNKNOWN, UnsupportedValue
from tests.support.controls import arm, each, fork, hub, merge, watch
from tests.support.definitions import OTHER_URN, PROJECT, URN, Run, node_ids, root_of, workflow
from tests.support.documents import etl, node, nodes
from tests.support.messages import Messages


def test_missing_ids_are_derived_from_urn_project_and_name(run: Run) -> None:
    root = root_of(run.inputs())
    assert workflow(root)["id"] == flowspec.derive_id(URN, PROJECT, "daily_orders", "")
    assert node_ids(root) == {
        name: flowspec.derive_id(URN, PROJECT, "daily_orders", name) for name in ("extract", "load")
    }
    again = Run()
    assert root_of(again.inputs(project=7)) != root
    other = again.inputs(etl(name="other"), urn=OTHER_URN)
    assert not {*node_ids(root_of(other, OTHER_URN)).values()} & {*node_ids(root).values()}
    assert root_of(Run().inputs()) == root


def test_inputs_are_the_project_and_what_the_author_wrote(run: Run) -> None:
    found = run.inputs()
    assert found == {"projectId": PROJECT, "spec": etl()}
    assert run.inputs(json.dumps(etl(), indent=3)) == found
    assert run.inputs(flowspec.canonical(etl())) == found


def test_nulls_are_left_out_and_numbers_that_pulumi_cannot_hold_are_text(run: Run) -> None:
    large, expected = node("a", timeout=None, id=2**53), node("a", id=str(2**53))
    large["script"]["runtime"]["sparkConf"] = {"k": -(2**60), "n": None}
    expected["script"]["runtime"]["sparkConf"] = {"k": str(-(2**60))}
    found = run.inputs(json.dumps(etl(nodes=[large], dependencies=[])))["spec"]
    assert nodes(found)[0] == expected


def test_sets_have_the_order_of_the_old_inputs(run: Run) -> None:
    olds = run.inputs()
    turned = etl(nodes=[node("new"), *reversed(nodes(etl()))])
    assert [item["name"] for item in nodes(Run().inputs(turned, olds)["spec"])] == ["extract", "load", "new"]


@pytest.mark.parametrize("olds", [None, {}, {"projectId": PROJECT}, {"projectId": PROJECT, "spec": UNKNOWN}])
def test_old_inputs_without_a_document_change_nothing(run: Run, olds: Any) -> None:
    assert run.inputs(etl(), olds)["spec"] == etl()


@pytest.mark.parametrize("project", [10001, 10001.0, "10001"])
def test_a_project_may_be_written_in_several_ways(run: Run, project: Any) -> None:
    found = run.inputs(project=project)["projectId"]
    assert (found, type(found)) == (10001, int)


@pytest.mark.parametrize(
    "project",
    [
        None,
        0,
        -1,
        1.5,
        True,
        "",
        "x",
        "1e3",
        "-5",
        "\uff11\uff12",
        float("nan"),
        float("inf"),
        2**53,
        [1],
        {"a": 1},
    ],
)
def test_what_is_no_project_is_refused(run: Run, project: Any) -> None:
    what = "is missing" if project is None else "has to be a positive whole number"
    where = "Write the workspace's ID: in DataWorks, Management Center shows it."
    assert run.check(project=project).failures == [f"projectId {what}. {where}"]


def test_the_smallest_project_is_one(run: Run) -> None:
    assert run.inputs(project=1)["projectId"] == 1


def test_the_largest_project_that_pulumi_can_hold_is_one(run: Run) -> None:
    assert run.inputs(project=2**53 - 1)["projectId"] == 2**53 - 1


def test_inputs_that_do_not_exist_are_refused_and_those_of_the_engine_are_not(
    run: Run, messages: Messages
) -> None:
    found = run.check(project_id=5, __defaults=[])
    messages(found.failures)


def test_every_failure_is_reported_at_once(run: Run) -> None:
    bad = etl(nodes=[node("a", timeout=1.5), node("b", recurrence="Never")])
    failures = run.check(bad, project=None, adpot=True).failures
    assert len(failures) == 4
    assert sum("nodes[" in failure for failure in failures) == 2


def test_a_missing_document_is_a_failure(run: Run, messages: Messages) -> None:
    found = run.definitions.check(URN, {"projectId": PROJECT}, None)
    messages(found.failures)


def test_failures_of_text_have_their_line(run: Run) -> None:
    (failure,) = run.check('{"kind": "CycleWorkflow",\n "spec" {}}').failures
    assert "line 2, column 9" in failure


def test_warnings_are_no_failures(run: Run) -> None:
    root = etl(id="1")
    root["spec"]["id"] = "2"
    found = run.check(root)
    assert found.failures == []
    assert len(found.warnings) == 1
    assert found.inputs["spec"] == root


def test_warnings_beside_problems_are_no_failures(run: Run) -> None:
    edges = [{"nodeId": "load", "depends": [{"output": "extrac"}]}, {"nodeId": "nobody", "depends": []}]
    found = run.check(etl(dependencies=edges))
    assert len(found.failures) == 1
    assert len(found.warnings) == 1


def test_what_no_document_holds_is_refused_in_its_place(run: Run, messages: Messages) -> None:
    asset = UnsupportedValue("an asset")
    inside = etl(nodes=[node("extract", asset), node("load", asset)])  # type: ignore[arg-type]
    refused = "a FlowSpec document cannot hold an asset. Give its text instead."
    assert run.check(asset).failures == [f"spec: {refused}"]
    assert run.check(inside, oops=1).failures[1:] == [
        f"spec.workflows[0].nodes[{number}].script.content: {refused}" for number in range(2)
    ]
    (failure,) = run.check(project=asset).failures
    messages(failure)


# --- unknown values


def test_there_is_one_unknown() -> None:
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN
    assert repr(UNKNOWN) == "UNKNOWN"


def unwritten(name: str, **more: Any) -> dict[str, Any]:
    """A node whose script is not known yet."""
    return {**node(name, **more), "script": {"runtime": {"command": "ODPS_SQL"}, "content": UNKNOWN}}


@pytest.mark.parametrize(
    "spec", [UNKNOWN, etl(name=UNKNOWN), etl(nodes=[unwritten("load")], dependencies=[])]
)
def test_an_unknown_value_stays_where_it_is(run: Run, spec: Any) -> None:
    found = run.check(spec)
    assert found.failures == []
    assert found.inputs == {"projectId": PROJECT, "spec": spec}


def test_an_unknown_project_leaves_the_document_known(run: Run) -> None:
    found = run.check(project=UNKNOWN)
    assert found.failures == []
    assert found.inputs == {"projectId": UNKNOWN, "spec": etl()}


def test_what_is_known_beside_an_unknown_is_validated(run: Run) -> None:
    bad = etl(nodes=[unwritten("load", recurrence="Never"), node("extract")])
    (failure,) = run.check(bad).failures
    assert "nodes[0].recurrence" in failure
    found = run.check(etl(name=UNKNOWN), project=-1)
    assert len(found.failures) == 1


def test_what_may_be_a_problem_only_for_want_of_a_value_is_excused(run: Run) -> None:
    flow = etl()
    named = node("x")
    named["name"] = UNKNOWN
    for spec in (
        etl(name=UNKNOWN),
        etl(nodes=[*nodes(flow), UNKNOWN], dependencies=[{"nodeId": "later", "depends": []}]),
        etl(nodes=[*nodes(flow), named], dependencies=[{"nodeId": "later", "depends": []}]),
        etl(nodes=UNKNOWN, dependencies=[]),
        etl(dependencies=[{"nodeId": UNKNOWN, "depends": [{"nodeId": "extract"}]}]),
        etl(nodes=[{"name": "load", "script": UNKNOWN}, node("extract")]),
        etl(nodes=[{"name": "load", "script": {"runtime": {"command": UNKNOWN}}}, node("extract")]),
        {"kind": UNKNOWN, "spec": flow["spec"]},
        {"kind": "CycleWorkflow", "spec": UNKNOWN},
        {"kind": "CycleWorkflow", "spec": {"workflows": [UNKNOWN]}},
        etl(nodes=[{"name": "load", "script": {"runtime": UNKNOWN}}, node("extract")]),
    ):
        assert run.check(spec).failures == [], spec


def running(content: Any, **script: Any) -> dict[str, Any]:
    whole = {"runtime": {"command": "ODPS_SQL"}, "content": content, **script}
    return etl(nodes=[{"name": "load", "script": whole}], dependencies=[])


@pytest.mark.parametrize(
    "spec",
    [
        running(UNKNOWN),
        running("SELECT '${day}';", parameters=UNKNOWN),
        running(
            "SELECT '${day}';", parameters=[{"name": UNKNOWN, "scope": "NodeParameter", "type": "System"}]
        ),
        etl(trigger={"type": "Scheduler", "cron": UNKNOWN}),
        etl(trigger={"type": "Scheduler", "cron": "00 00 00 * * ?", "timezone": UNKNOWN}),
    ],
)
def test_what_is_not_known_yet_is_not_doubted(run: Run, spec: Any) -> None:
    assert run.check(spec).warnings == []
    assert len(run.check({**spec, "generator": "x"}).warnings) == 1


def test_ten_warnings_of_a_rule_are_shown_and_the_others_counted(run: Run, messages: Messages) -> None:
    names = [f"n{number}" for number in range(25)]
    found = run.check(etl(nodes=[node(name, priority=9) for name in names], dependencies=[], stars=5))
    assert len(found.warnings) == 12
    assert "nodes[9].priority" in found.warnings[10]
    messages(found.warnings[11])


@pytest.mark.parametrize(
    "holder",
    [
        fork(arm("1", UNKNOWN), arm(UNKNOWN, "shop.b")),
        {**fork(), "branch": UNKNOWN},
        {**fork(), "branch": {"branches": UNKNOWN}},
        merge(watch("b", nodeId=UNKNOWN), expression="b"),
        merge(watch("b", output={"data": UNKNOWN}), expression="b"),
        {**merge(watch("b", nodeId="extract")), "join": {"branches": UNKNOWN, "logic": UNKNOWN}},
        merge(watch("b", nodeId="extract"), expression=UNKNOWN),
        {**merge(), "join": UNKNOWN},
        {**hub(), "param-hub": UNKNOWN},
        {**each(), "for-each": {"nodes": UNKNOWN}},
    ],
)
def test_of_a_control_node_that_is_not_known_yet_nothing_is_said(run: Run, holder: dict[str, Any]) -> None:
    found = run.check(etl(nodes=[node("extract"), node("pick"), holder], dependencies=[]))
    assert (found.failures, found.warnings) == ([], [])


def test_a_join_may_watch_a_node_whose_name_is_not_known_yet(run: Run) -> None:
    nodes_of = [{**node("x"), "name": UNKNOWN}, merge(watch("b", nodeId="later"), expression="b")]
    assert run.check(etl(nodes=nodes_of, dependencies=[])).failures == []


def loop(**fields: Any) -> dict[str, Any]:
    """A node with inner ones, of which one depends on what is not there, as far as is known."""
    flow = [{"nodeId": "y", "depends": [{"nodeId": "later"}]}]
    return {
        **node("loop"),
        "do-while": {"nodes": [node("x"), node("y")], "flow": flow, "while": node("end"), **fields},
    }


@pytest.mark.parametrize(
    "new",
    [
        node("x", id=UNKNOWN),
        node("x", outputs=UNKNOWN),
        node("x", outputs={"nodeOutputs": UNKNOWN}),
        node("x", outputs={"nodeOutputs": [UNKNOWN]}),
        node("x", outputs={"nodeOutputs": [{"data": UNKNOWN}]}),
    ],
)
def test_a_dependency_may_name_what_is_not_known_yet(run: Run, new: dict[str, Any]) -> None:
    edges = [{"nodeId": "load", "depends": [{"nodeId": "later"}]}]
    spec = etl(nodes=[*nodes(etl()), new], dependencies=edges)
    found = run.check(spec)
    assert (found.failures, found.inputs["spec"]) == ([], spec)
    assert run.check(etl(nodes=[*nodes(etl()), loop(nodes=[node("y"), new])])).failures == []


def test_dependencies_of_nodes_that_are_not_known_yet_are_no_problems(run: Run) -> None:
    assert run.check(etl(nodes=UNKNOWN)).failures == []
    assert run.check(etl(nodes=[*nodes(etl()), loop(nodes=UNKNOWN)])).failures == []


@pytest.mark.parametrize("hole", [{"description": UNKNOWN}, {"trigger": {"cron": UNKNOWN}}])
def test_an_unknown_elsewhere_excuses_nothing(run: Run, hole: dict[str, Any]) -> None:
    spec = etl(**hole, dependencies=[{"nodeId": "nobody", "depends": []}])
    (failure,) = run.check(spec).failures
    assert '"nobody"' in failure


# --- secrets, and two of one


def test_a_secret_document_is_not_quoted(run: Run) -> None:
    spec = etl(
        nodes=[node("hush-name", recurrence="hush-label")],
        dependencies=[{"nodeId": "hush-edge", "depends": []}],
    )
    for source in (spec, json.dumps(spec)):
        assert any("hush" in failure for failure in run.check(source).failures)
        secret = run.check(source, secret=True)
        assert len(secret.failures) == 1
        assert not any("hush" in failure for failure in secret.failures)


def test_a_problem_of_another_place_does_not_quote_a_secret(run: Run) -> None:
    kind = {"name": "day", "scope": "NodeContext", "type": "Constant"}
    hub = node("hub", "", outputs={"variables": [{**kind, "value": "open"}]})
    hub["param-hub"] = {"variables": [{**kind, "value": "hush"}]}
    hub["script"]["runtime"]["command"] = "PARAM_HUB"
    failure = "".join(run.check(etl(nodes=[hub], dependencies=[])).failures)
    assert '"open", and day in param-hub.variables says "hush"' in failure
    hub["param-hub"]["variables"][0]["value"] = flowspec.secret("hush")
    failure = "".join(Run().check(etl(nodes=[hub], dependencies=[])).failures)
    assert '"open", and day in param-hub.variables says [secret]' in failure


def test_secret_warnings_do_not_quote_either(run: Run) -> None:
    root = etl(id="1234567")
    root["spec"]["id"] = "7654321"
    (warning,) = run.check(root, secret=True).warnings
    assert "1234567" not in warning
    assert "7654321" not in warning


def test_one_workflow_declared_by_two_resources_is_a_failure(run: Run) -> None:
    run.inputs(etl(id="70"))
    assert run.check(etl(id="70")).failures == []
    (failure,) = run.check(etl(id="70"), urn=OTHER_URN).failures
    assert URN in failure
    assert "70" in failure
    assert run.check(etl(id="71", name="orders"), urn=OTHER_URN).failures == []


def test_one_written_id_in_two_projects_is_a_failure(run: Run, messages: Messages) -> None:
    run.inputs(etl(id="70"))
    (failure,) = run.check(etl(id="70"), urn=OTHER_URN, project=7).failures
    messages(failure)
    assert URN in failure
    messages(failure)
    (secret,) = run.check(etl(id="70"), urn=OTHER_URN, project=7, secret=True).failures
    assert "70" not in secret


def test_one_written_id_of_a_node_in_two_projects_is_a_failure(run: Run, messages: Messages) -> None:
    run.inputs(etl(nodes=[node("hush", id="81")], dependencies=[]))
    here = etl(nodes=[node("load", id="81")], dependencies=[])
    (failure,) = run.check(here, urn=OTHER_URN, project=7).failures
    messages(failure)
    (secret,) = run.check(here, urn=OTHER_URN, project=7, secret=True).failures
    assert "load" not in secret
    assert "81" not in secret


def test_derived_ids_differ_by_project(run: Run) -> None:
    mine = run.inputs()
    other = run.check(urn=OTHER_URN, project=7)
    assert other.failures == []
    assert not {*node_ids(root_of(mine)).values()} & {*node_ids(root_of(other.inputs)).values()}
    assert run.check(olds=mine).failures == []
    assert run.check(urn=OTHER_URN, project=7, olds=other.inputs).failures == []


def test_one_path_declared_by_two_resources_is_a_failure(run: Run, messages: Messages) -> None:
    run.inputs(etl(id="70"))
    (failure,) = run.check(etl(id="71"), urn=OTHER_URN).failures
    messages(failure)
    assert URN in failure
    assert run.check(etl(id="71"), urn=OTHER_URN, project=7).failures == []
    slashes, below = (
        etl(id="72", script={"path": "/daily_orders/"}),
        etl(id="73", script={"path": "X/daily_orders"}),
    )
    assert len(run.check(slashes, urn=OTHER_URN).failures) == 1
    assert run.check(below, urn=OTHER_URN).failures == []


def test_check_makes_no_call(run: Run) -> None:
    run.inputs()
    run.check(etl(name=UNKNOWN))
    assert run.client.calls == []
