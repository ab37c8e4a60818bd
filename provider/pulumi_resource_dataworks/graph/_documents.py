"""Documents for a picture: from files, completed as the provider completes them, with IDs that say what is the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks.document_file import STDIN, UnreadableFileError, UnusedVariableError, checked
from pulumi_resource_dataworks.flowspec import Object
from pulumi_resource_dataworks.validate import STDIN_NAME, Finding, finding_of

from ._picture import NotDrawnError

_URN = "urn:pulumi:graph::graph::dataworks:index:WorkflowDefinition::graph"
"""In place of a resource's: IDs that a document leaves out are the same in each picture."""

_DRAWABLE = frozenset(
    {
        *("beside-workflow", "label", "lost-label", "two-spellings", "misspelt-key", "misplaced-key"),
        *("name-clash", "id-clash", "no-command", "lost-dependency", "empty-dependency", "no-depends"),
        *("two-flows", "cycle", "cron", "time", "arm", "join-node", "control-disagrees"),
    }
)
"""Errors that leave a document's shape as it should be: it can be drawn all the same."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document of a file; `root` is None where it cannot be drawn, and `findings` is what is wrong with it."""

    name: str
    root: Object | None
    findings: list[Finding]


def from_file(name: str, variables: Mapping[str, str] | None = None) -> Source:
    """Reads a file; `-` is standard input. Without variables placeholders stay as they are."""
    try:
        document, problems = checked(name, variables)
    except (UnreadableFileError, UnusedVariableError) as error:
        raise NotDrawnError(f"{name} cannot be read: {error}") from None
    shown = STDIN_NAME if name == STDIN else name
    findings = [finding_of(shown, problem) for problem in problems]
    fatal = any(problem.severity == "error" and problem.rule not in _DRAWABLE for problem in problems)
    return Source(shown, document.root if document and not fatal else None, findings)


def whole(root: Object) -> Object:
    """A document with everything in it that its author may leave out."""
    return flowspec.complete(root, _chooser({}, frozenset()))


def both(before: Object, after: Object) -> tuple[Object, Object]:
    """Two documents, both whole. A node without an ID in one has that of the other's node of the same name, as in an update."""
    old, new = _ids(before), _ids(after)
    return (
        flowspec.complete(before, _chooser(new, frozenset(old.values()))),
        flowspec.complete(after, _chooser(old, frozenset(new.values()))),
    )


def held(actual: Object, declared: Object) -> tuple[Object, Object]:
    """What the service holds and what is declared, both whole, in the words of what is declared.

    What the service fills in is no difference, and a node that it knows under another ID is the same.
    """
    theirs = flowspec.complete(actual, _chooser({}, frozenset()))
    ours = flowspec.complete(declared, _chooser(_ids(theirs), frozenset(_ids(declared).values())))
    known = {other: one for one, other in flowspec.actual_ids(ours, theirs).items()}
    renamed = cast("Object", flowspec.rename_ids(theirs, known))
    return whole(flowspec.project(ours, renamed)), ours


def _ids(root: Object) -> dict[str, str]:
    """The IDs that a document has, by node name; the workflow's by an empty one."""
    workflow = flowspec.workflow_of(root)
    named = [("", {**root["spec"], **workflow}), *flowspec.nodes_of(workflow)]
    return {name: str(entity["id"]) for name, entity in named if entity.get("id") not in (None, "")}


def _chooser(known: Mapping[str, str], taken: frozenset[str]) -> Callable[[str], str]:
    def choose(name: str) -> str:
        one = known.get(name)
        return one if one and one not in taken else flowspec.derive_id(_URN, 0, "", name)

    return choose
