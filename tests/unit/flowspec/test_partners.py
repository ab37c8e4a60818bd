"""Which entry of a read-back, or of the last run, is which of ours."""

from pulumi_resource_dataworks.flowspec import canonical, changes, project, reset_removed, same
from tests.support.documents import etl, node, nodes
from tests.support.flowspecs import Object, completed


def test_a_list_whose_order_has_a_meaning_is_read_back_in_its_order() -> None:
    def branch(*whens: str) -> Object:
        arms = [{"when": when, "output": {"data": f"out.{when}"}} for when in whens]
        return completed(etl(nodes=[node("b", branch={"branches": arms})], dependencies=[]))

    wrote = branch("1", "2")
    for actual in (branch("2", "1"), branch("1"), branch("1", "2", "3"), branch("3", "1", "2")):
        found = project(wrote, actual)
        assert same(found, actual)
        assert changes(wrote, found).describe()
        assert reset_removed(actual, wrote)[0] == wrote


def test_an_entry_that_stands_twice_is_paired_with_its_like() -> None:
    def twice(*first: str) -> Object:
        edges = [{"nodeId": "load", "depends": [{"output": one, "sourceType": "Manual"}]} for one in first]
        return completed(etl(dependencies=edges))

    wrote, actual = twice("p.a", "p.b"), twice("p.b", "p.a")
    assert canonical(project(wrote, actual)) == canonical(wrote)
    assert reset_removed(actual, wrote) == (wrote, [])


def test_a_name_takes_no_node_away_from_its_id() -> None:
    """Field by field, as only what was written of a node is read back."""
    wrote = completed(etl(nodes=[node("a", id="1"), node("b", id="2", owner="me")], dependencies=[]))
    actual = completed(etl(nodes=[node("a", id="2", owner="me"), node("c", id="3")], dependencies=[]))
    found = {item["id"]: (item["name"], item.get("owner")) for item in nodes(project(wrote, actual))}
    assert found == {"2": ("a", "me"), "3": ("c", None)}


def test_a_key_that_the_parser_drops_has_not_left() -> None:
    old, new = completed(etl(nodes=[node("a", later=1)])), completed(etl(nodes=[node("a")]))
    assert reset_removed(old, new) == (new, [])
