"""Keys that stand where the parser drops them: what is meant, and where it belongs."""

from typing import Any

import pytest

from pulumi_resource_dataworks.flowspec import near
from pulumi_resource_dataworks.flowspec._tables import KNOWN_COMMANDS
from tests.support.documents import etl, node
from tests.support.flowspecs import Object, problems_of, with_node


@pytest.mark.parametrize("key", ["depends", "dependsOn", "dependencies", "flow"])
def test_what_a_node_waits_for_stands_beside_it(key: str) -> None:
    [problem] = problems_of(with_node(**{key: ["b"]}))
    assert (problem.rule, problem.severity) == ("misplaced-key", "error")
    assert 'Write it in dependencies, beside the workflow\'s nodes: {"nodeId": ' in problem.render()


@pytest.mark.parametrize("key", ["nodes", "dependencies", "flow"])
def test_what_a_workflow_holds_stands_inside_it(key: str) -> None:
    [problem] = problems_of({**etl(), key: []})
    assert (problem.rule, problem.severity) == ("misplaced-key", "error")
    assert "spec.workflows[0]." in problem.render()
    [problem] = problems_of({"kind": "CycleWorkflow", "spec": {"workflow": {}}})
    assert (problem.rule, problem.path) == ("no-workflow", ("spec", "workflow"))
    assert 'Did you mean "workflows"?' in problem.render()


@pytest.mark.parametrize("key", ["dependsOn", "depends_on", "dependOn", "upstream"])
def test_other_words_for_depends_are_known(key: str) -> None:
    [problem] = problems_of(etl(dependencies=[{"nodeId": "load", key: []}]))
    assert (problem.rule, problem.severity) == ("misspelt-key", "error")
    assert problem.render().endswith('Did you mean "depends"?')
    [problem] = problems_of(etl(dependencies=[{"nodeId": "load", "depends": [], "dependsOn": []}]))
    assert (problem.rule, problem.severity) == ("misplaced-key", "error")
    assert problem.render().endswith("Move its entries into depends.")


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (with_node(resourceGroup="rg"), "Write it as runtimeResource.resourceGroup."),
        (with_node(resource_group="rg"), "Write it as runtimeResource.resourceGroup."),
        (etl(resourceGroup="rg"), "Write it as runtimeResource.resourceGroup of each node."),
        (with_node(command="ODPS_SQL"), "Write it as script.runtime.command."),
        (with_node(language="sql"), "Write it as script.language."),
        (with_node(cron="00 00 00 * * ?"), "Write it as trigger.cron."),
        (with_node(type="SHELL"), "Write the node's type as script.runtime.command."),
        (with_node(schedule={}), "Write it as trigger, with type Scheduler and cron."),
        (etl(priority=3), "Write it as strategy.priority."),
        (etl(recurrence="Pause"), "Write it as strategy.recurrenceType."),
        ({**etl(), "apiVersion": "v1"}, "Write it as version."),
        (with_node(Recurrence="Skip", recurrence="Normal"), 'Leave it out: "recurrence" is there too.'),
        (with_node(recurrenceTypes="Skip"), 'Did you mean "recurrence"? Leave it out.'),
        (with_node(colour="blue"), "drop it. Leave it out."),
    ],
)
def test_a_key_is_shown_where_it_belongs(root: Object, words: str) -> None:
    [problem] = problems_of(root)
    assert (problem.rule, problem.severity) == ("unknown-key", "warning")
    assert problem.render().endswith(words)


@pytest.mark.parametrize(
    ("depends", "words"),
    [
        (["extract"], 'each of depends has to be an object. Write {"nodeId": "extract"}.'),
        ("extract", 'depends has to be a list, and is "extract". Write [{"nodeId": "extract"}].'),
        ({"nodeId": "a"}, "depends has to be a list, and is an object. Put it in brackets: a list of one."),
        (
            {"extract": {}},
            "is an object. Write objects in brackets, with type, nodeId, output, refTableName, sourceType.",
        ),
        ([{"output": 77}], "output has to be text, and is 77. Put it in quotes."),
    ],
)
def test_a_dependency_in_short_is_written_out(depends: Any, words: str) -> None:
    [problem] = problems_of(etl(dependencies=[{"nodeId": "load", "depends": depends}]))
    assert (problem.rule, problem.severity) == ("shape", "error")
    assert problem.render().endswith(words)


@pytest.mark.parametrize(
    ("field", "held"), [("description", "has to be text"), ("rerunTimes", "has to be a whole number")]
)
def test_an_empty_object_in_place_of_a_value_says_where_it_comes_from(field: str, held: str) -> None:
    [problem] = problems_of(with_node(**{field: {}}))
    words = "Write it as text: Pulumi's SDK for Node.js makes an empty object of a Date or a BigInt."
    assert problem.render().endswith(f"{field} {held}, and is an empty object. {words}")


def test_other_lists_say_which_key_a_text_is_meant_for() -> None:
    [problem] = problems_of(with_node(outputs={"nodeOutputs": ["shop.a"]}))
    assert problem.render().endswith('Write {"data": "shop.a"}.')


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["bizdate"], 'Write {"name": "bizdate", "scope": "...", "type": "..."}.'),
        (
            ["bizdate=$bizdate"],
            'Write {"name": "bizdate", "value": "$bizdate", "scope": "...", "type": "..."}.',
        ),
        (
            {"bizdate": "$bizdate"},
            "Write objects in brackets, with name, scope, type, id, inputName and others.",
        ),
        (
            [{"name": "bizdate", "type": "System"}],
            "A variable needs it. Write one of Tenant, Workspace, Workflow, NodeParameter, NodeContext.",
        ),
    ],
)
def test_a_parameter_is_shown_with_all_that_it_needs(parameters: Any, words: str) -> None:
    [problem] = problems_of(with_node(script={**node("a")["script"], "parameters": parameters}))
    assert problem.severity == "error"
    assert problem.render().endswith(words)


def test_the_result_of_read_flow_spec_is_no_document() -> None:
    [problem] = problems_of({"spec": etl()})
    assert (problem.rule, problem.path) == ("no-workflow", ("spec",))
    assert problem.render().endswith("of what readFlowSpec gives, write the result spec.")


NODE = ("recurrence", "reference", "fileResources", "runtimeResource", "rerunTimes", "timeout")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("resourceGroup", NODE, None),
        ("resources", NODE, None),
        ("recurence", NODE, "recurrence"),
        ("rerunTimeout", NODE, "rerunTimes"),
        ("runtimeResources", NODE, "runtimeResource"),
        ("Cycle", ("CycleWorkflow", "ManualWorkflow"), "CycleWorkflow"),
        ("Workflow", ("CycleWorkflow", "ManualWorkflow"), None),
        ("HOUR", ("MINUTES", "HOURS"), "HOURS"),
        ("lood", ("load", "extract"), "load"),
        ("CONTROLLER_LOOP", tuple(KNOWN_COMMANDS), None),
        ("odps_sqll", tuple(KNOWN_COMMANDS), "ODPS_SQL"),
    ],
)
def test_only_a_word_that_is_close_is_suggested(word: str, known: tuple[str, ...], meant: str | None) -> None:
    assert near(word, known) == ("" if meant is None else f'Did you mean "{meant}"? ')


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"timeout": "2h"}, 'a whole number, and is "2h". Write digits alone: timeoutUnit says of what.'),
        ({"rerunInterval": "3m"}, 'and is "3m". Write digits alone: it counts milliseconds.'),
        ({"priority": "high"}, 'and is "high". Write digits alone.'),
        ({"autoParse": 1}, "true or false, and is 1. Write true or false."),
        ({"description": {"x": 1}}, "text, and is an object. Write its JSON as a text."),
        ({"runtimeResource": "rg"}, 'an object, and is "rg". Write {"resourceGroup": "rg"}.'),
        ({"datasource": "odps_a"}, 'an object, and is "odps_a". Write {"name": "odps_a"}.'),
        ({"script": "x" * 99}, f'Write {{"content": "{"x" * 57}..."}}.'),
        ({"trigger": "{{at_3}}"}, "Write it out: a reference by ID is not resolved here."),
        ({"outputs": ["a.b"]}, "an object, and is a list. Its fields are nodeOutputs, variables, tables."),
    ],
)
def test_a_value_of_another_shape_is_shown_as_it_should_be(fields: Object, words: str) -> None:
    [problem] = problems_of(with_node(**fields))
    assert (problem.rule, problem.severity) == ("shape", "error")
    assert problem.render().endswith(words)
