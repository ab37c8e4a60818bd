"""The IDs that a document leaves out: those that the service is known to have, else what only this resource derives."""

from typing import Any

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.lifecycle._definition_state import ATTEMPTS, Ids
from tests.support.definitions import OTHER_URN, PROJECT, URN, node_ids, workflow
from tests.support.documents import etl, node, nodes


def derived(name: str, attempt: int = 0) -> str:
    return flowspec.derive_id(URN, PROJECT, "daily_orders", name, attempt)


def chosen(spec: dict[str, Any], **known: str) -> dict[str, str]:
    """The IDs of the nodes, and of the workflow under the empty name, where the service is known to have some."""
    known = {"" if name == "itself" else name: own for name, own in known.items()}
    root = flowspec.complete(spec, Ids(URN, PROJECT, known).chooser(spec))
    return {**node_ids(root), "": str(workflow(root)["id"])}


def test_the_known_ids_are_kept_by_name() -> None:
    more = etl(nodes=[*nodes(etl()), node("report")])
    assert chosen(more, itself="70", extract="71", load="72", gone="73") == {
        "": "70",
        "extract": "71",
        "load": "72",
        "report": derived("report"),
    }


def test_an_id_that_is_written_wins_over_the_known_one() -> None:
    written = etl(id="80", nodes=[node("a", id="81")], dependencies=[])
    assert chosen(written, itself="70", a="71") == {"": "80", "a": "81"}


def test_an_id_that_is_written_is_given_to_no_other_node() -> None:
    """Neither the one that would be derived, nor the one that a node is known to have had."""
    spec = etl(nodes=[node("extract", id=derived("load")), node("load")])
    assert chosen(spec)["load"] == derived("load", 1)
    later = etl(nodes=[node("extract", id="72"), node("load")])
    assert chosen(later, load="72")["load"] == derived("load")
    assert chosen(etl(id=derived("load")))["load"] == derived("load", 1)
    outside = etl()
    outside["spec"]["id"] = derived("load")
    assert chosen(outside)["load"] == derived("load", 1)


def test_a_known_id_is_given_to_no_new_node() -> None:
    more = etl(nodes=[*nodes(etl()), node("new")])
    for known in ({"extract": derived("new")}, {"itself": derived("new")}):
        assert chosen(more, **known)["new"] == derived("new", 1)
    written = etl(nodes=[node("extract", id="71"), node("load"), node("new")])
    assert chosen(written, extract=derived("new"))["new"] == derived("new")


def test_what_is_derived_is_another_for_each_resource_project_path_name_and_attempt() -> None:
    mine = Ids(URN, PROJECT)
    assert mine.derived("daily_orders", "load") == derived("load")
    others = [
        Ids(OTHER_URN, PROJECT).derived("daily_orders", "load"),
        Ids(URN, 7).derived("daily_orders", "load"),
        mine.derived("team/daily_orders", "load"),
        mine.derived("daily_orders", "extract"),
        *(mine.derived("daily_orders", "load", attempt) for attempt in range(ATTEMPTS)),
    ]
    assert len(set(others)) == len(others)
    assert mine.derivable_ids("daily_orders", "load") == set(others[-ATTEMPTS:])


def test_an_id_that_is_derived_is_known_as_one_of_its_project() -> None:
    dynamic = "urn:pulumi:dev::shop::pulumi-python:dynamic/dataworks:WorkflowDefinition::etl"
    nested = URN.replace("::dataworks:", "::shop:index:Part$dataworks:")
    for own in Ids(URN, PROJECT).derivable_ids("daily_orders", "load"):
        assert all(flowspec.is_derived(own, urn, PROJECT) for urn in (URN, OTHER_URN, nested))
        assert not flowspec.is_derived(own, URN, 7)
        assert not flowspec.is_derived(own, dynamic, PROJECT)
    for other in ("70", "", "x", "7234567890123456789", "९" * 19):
        assert not flowspec.is_derived(other, URN, PROJECT)
