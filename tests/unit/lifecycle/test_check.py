"""Check: IDs, unknown values, faults and secrets. It makes no call."""

import json
from typing import Any

import pytest
from tests.unit.lifecycle.support import OTHER_URN, PROJECT, URN, Run, node_ids, root_of, workflow

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle import UNKNOWN
from specs import etl, node, nodes


def test_missing_ids_are_derived_from_urn_project_and_name(run: Run) -> None:
    root = root_of(run.inputs())
    assert workflow(root)["id"] == flowspec.derive_id(URN, PROJECT, "")
    assert node_ids(root) == {name: flowspec.derive_id(URN, PROJECT, name) for name in ("extract", "load")}
    again = Run()
    assert root_of(again.inputs(project=7)) != root
    assert root_of(again.inputs(urn=OTHER_URN)) != root
    assert root_of(Run().inputs()) == root


def test_inputs_are_the_project_and_canonical_text(run: Run) -> None:
    found = run.inputs()
    assert set(found) == {"projectId", "spec"}
    assert found["projectId"] == PROJECT
    assert found["spec"] == flowspec.canonical(json.loads(found["spec"]))
    assert run.inputs(json.dumps(etl(), indent=3)) == found


def test_the_ids_of_the_last_run_are_kept_by_name(run: Run) -> None:
    old = etl(id="70", nodes=[node("extract", id="71"), node("load", id="72")])
    olds = run.inputs(old)
    more = etl(nodes=[*nodes(etl()), node("report")])
    root = root_of(Run().inputs(more, olds))
    assert workflow(root)["id"] == "70"
    assert node_ids(root) == {
        "extract": "71",
        "load": "72",
        "report": flowspec.derive_id(URN, PROJECT, "report"),
    }


def test_an_id_that_is_written_wins_over_the_last_runs(run: Run) -> None:
    olds = run.inputs(etl(id="70", nodes=[node("a", id="71")], dependencies=[]))
    root = root_of(Run().inputs(etl(id="80", nodes=[node("a", id="81")], dependencies=[]), olds))
    assert (workflow(root)["id"], node_ids(root)) == ("80", {"a": "81"})


def test_the_ids_of_another_project_are_not_kept(run: Run) -> None:
    olds = run.inputs(etl(id="70"))
    root = root_of(Run().inputs(etl(), olds, project=7))
    assert workflow(root)["id"] == flowspec.derive_id(URN, 7, "")


@pytest.mark.parametrize("olds", [None, {}, {"projectId": PROJECT}, {"projectId": PROJECT, "spec": UNKNOWN}])
def test_old_inputs_without_a_document_give_no_ids(run: Run, olds: Any) -> None:
    assert workflow(root_of(run.inputs(etl(), olds)))["id"] == flowspec.derive_id(URN, PROJECT, "")


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
        2**53 + 2,
        [1],
        {"a": 1},
    ],
)
def test_what_is_no_project_is_refused(run: Run, project: Any) -> None:
    (failure,) = run.check(project=project).failures
    assert failure.startswith("projectId ")
    assert "workspace" in failure


def test_the_largest_project_that_pulumi_can_hold_is_one(run: Run) -> None:
    assert run.inputs(project=2**53)["projectId"] == 2**53


def test_inputs_that_do_not_exist_are_refused_and_those_of_the_engine_are_not(run: Run) -> None:
    found = run.check(project_id=5, __defaults=[])
    (failure,) = found.failures
    assert '"project_id"' in failure
    assert "projectId" in failure


def test_every_failure_is_told_at_once(run: Run) -> None:
    bad = etl(nodes=[node("a", timeout=1.5), node("b", recurrence="Never")])
    failures = run.check(bad, project=None, adpot=True).failures
    assert len(failures) == 4
    assert sum("nodes[" in failure for failure in failures) == 2


def test_a_missing_document_is_a_failure(run: Run) -> None:
    found = run.definitions.check(URN, {"projectId": PROJECT}, None, secret=False)
    (failure,) = found.failures
    assert failure.startswith("spec ")


def test_failures_of_text_have_their_line(run: Run) -> None:
    (failure,) = run.check('{"kind": "CycleWorkflow",\n "spec" {}}').failures
    assert "line 2, column 9" in failure


def test_warnings_are_no_failures(run: Run) -> None:
    root = etl(id="1")
    root["spec"]["id"] = "2"
    found = run.check(root)
    assert found.failures == []
    assert len(found.warnings) == 1
    assert isinstance(found.inputs["spec"], str)


# --- unknown values


def unwritten(name: str, **more: Any) -> dict[str, Any]:
    """A node whose script is not known yet."""
    return {**node(name, **more), "script": {"runtime": {"command": "ODPS_SQL"}, "content": UNKNOWN}}


@pytest.mark.parametrize(
    "spec", [UNKNOWN, etl(name=UNKNOWN), etl(nodes=[unwritten("load")], dependencies=[])]
)
def test_a_document_with_an_unknown_inside_is_unknown(run: Run, spec: Any) -> None:
    found = run.check(spec)
    assert found.failures == []
    assert found.inputs == {"projectId": PROJECT, "spec": UNKNOWN}


def test_an_unknown_project_makes_the_document_unknown(run: Run) -> None:
    found = run.check(project=UNKNOWN)
    assert found.failures == []
    assert found.inputs == {"projectId": UNKNOWN, "spec": UNKNOWN}


def test_what_is_known_beside_an_unknown_is_validated(run: Run) -> None:
    bad = etl(nodes=[unwritten("load", recurrence="Never"), node("extract")])
    (failure,) = run.check(bad).failures
    assert "nodes[0].recurrence" in failure
    found = run.check(etl(name=UNKNOWN), project=-1)
    assert len(found.failures) == 1


def test_what_may_be_a_fault_only_for_want_of_a_value_is_excused(run: Run) -> None:
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


def test_an_unknown_elsewhere_excuses_nothing(run: Run) -> None:
    spec = etl(description=UNKNOWN, dependencies=[{"nodeId": "nobody", "depends": []}])
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
    assert run.check(etl(id="70"), urn=OTHER_URN, project=7).failures == []
    assert run.check(etl(id="71", name="orders"), urn=OTHER_URN).failures == []


def test_one_path_declared_by_two_resources_is_a_failure(run: Run) -> None:
    run.inputs(etl(id="70"))
    (failure,) = run.check(etl(id="71"), urn=OTHER_URN).failures
    assert failure.startswith("spec.workflows[0].script.path: ")
    assert URN in failure
    assert run.check(etl(id="71"), urn=OTHER_URN, project=7).failures == []


def test_check_makes_no_call(run: Run) -> None:
    run.inputs()
    run.check(etl(name=UNKNOWN))
    assert run.client.calls == []
