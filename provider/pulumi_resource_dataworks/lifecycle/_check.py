"""Check: from what the user wrote to the inputs that the state holds. Makes no call, and changes nothing of the run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import INPUTS, KEEP_TEXT

from ._run import Learnt
from ._step import UNKNOWN, Path, Unknown, UnsupportedValue, odd_values, without_unknowns

_PROJECT_ID = re.compile(r"[0-9]{1,16}")
_PARAMETERS = frozenset({"parameters", "variables", "inputs"})
"""Where an unknown value may declare a parameter that a script is missing."""

_SHOWN = 10
"""Warnings of one rule that are shown."""

_NAMING_KEYS = {"nodes", "id", "name", "outputs", "nodeOutputs", "data", "output", "nodeId"}
"""Where an unknown value may hold the very name that a dependency is missing."""


@dataclass(slots=True)
class Checked:
    """What check found.

    Attributes:
        inputs: The inputs to go on with; meaningless where there are failures.
        failures: What is wrong, each a sentence with its path and what to write instead.
        warnings: What may be wrong.
        document: The document as it was written, where it is wholly known and without problems.
    """

    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    failures: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    document: flowspec.Document | None = None


def check_definition(news: Mapping[str, Any], olds: Mapping[str, Any] | None, learnt: Learnt) -> Checked:
    """Validates the inputs, and makes an object of a document that is text; its sets get the order of the old inputs."""
    found = Checked()
    refuse_unknown_inputs(news, INPUTS, "workflow definition", found)
    project_id = project_id_of(news.get("projectId"), found)
    switches = {**read_flag(news, "adopt", found), **read_flag(news, "validateOnPreview", found)}
    spec = read_document(news.get("spec"), found, learnt.documents)
    before = (olds or {}).get("spec")
    if isinstance(spec, dict) and isinstance(before, dict):
        spec = flowspec.arranged(cast("flowspec.Object", before), cast("flowspec.Object", spec))
    found.inputs = {"projectId": project_id, "spec": spec, **switches}
    workspace = learnt.workspaces.get(project_id, "") if isinstance(project_id, int) else ""
    if found.document is not None and workspace:
        roots = list(flowspec.foreign_roots(found.document.root, workspace))
        found.warnings += _placed(roots, found.document, spec, learnt.documents)
    return found


def check_document(spec: Any) -> Checked:
    """Validates a document alone."""
    found = Checked()
    read_document(spec, found)
    return found


def rounded_id(name: str, value: Any) -> str:
    """What is wrong with an ID that is a number, which has lost digits already unless it is small; nothing for any other value."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    return f'{name} has to be a text, such as "7234567890123456789": a number of so many digits is rounded. {KEEP_TEXT}'


def refuse_unknown_inputs(news: Mapping[str, Any], known: Sequence[str], noun: str, found: Checked) -> None:
    """Refuses every input that a resource does not have."""
    found.failures += [
        f'"{key}" is not an input of a {noun}. It takes {", ".join(known)}.'
        for key in news
        if key not in known and not key.startswith("__")
    ]


def read_flag(news: Mapping[str, Any], key: str, found: Checked) -> dict[str, Any]:
    """An input that is true or false, or not known yet; nothing where it is left out."""
    value = news.get(key)
    if isinstance(value, str) and value.casefold() in ("true", "false"):
        value = value.casefold() == "true"
    if not (value is None or isinstance(value, bool | Unknown)):
        found.failures.append(f"{key} has to be true or false.")
    return {} if value is None else {key: value}


def project_id_of(value: Any, found: Checked) -> int | Unknown | None:
    """The workspace's ID; None, and a failure, where it is missing or wrong."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, str) and _PROJECT_ID.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0 and flowspec.is_exact(value):
        return value
    what = "is missing" if value is None else "has to be a positive whole number"
    what += f", not {value.what}" if isinstance(value, UnsupportedValue) else ""
    found.failures.append(
        f"projectId {what}. Write the workspace's ID: in DataWorks, Management Center shows it."
    )
    return None


def read_document(
    value: Any,
    found: Checked,
    from_files: Iterable[flowspec.Document] = (),
    *,
    judge: Callable[[flowspec.Document], list[flowspec.Problem]] = flowspec.validate,
) -> Any:
    """The document in its author's form; UNKNOWN where it is not known, None where it has problems.

    Where it is one of those that were read from files, warnings name the file. `judge` says what is wrong with it, as `flowspec.validate`.
    """
    if value is None:
        found.failures.append("spec is missing. Write the FlowSpec document as JSON text or as an object.")
        return None
    odd = odd_values(value)
    opaque = [
        f"{flowspec.show_path(path) or 'spec'}: a FlowSpec document cannot hold {item.what}. Give its text instead."
        for path, item in odd
        if isinstance(item, UnsupportedValue)
    ]
    if opaque:
        found.failures += opaque
        return None
    holes = [path for path, item in odd if isinstance(item, Unknown)]
    if () in holes:
        return UNKNOWN
    try:
        document = flowspec.read(without_unknowns(value) if holes else value)
        warnings = judge(document)
    except flowspec.InvalidDocumentError as error:
        conceal = _concealer(value)
        problems = [problem for problem in error.problems if not _excused(problem, holes)]
        found.failures += [conceal(problem) for problem in problems if problem.severity == "error"]
        found.warnings += _few([problem for problem in problems if problem.severity == "warning"], conceal)
        return None if found.failures else flowspec.authored(value)
    warnings = [problem for problem in warnings if not _excused(problem, holes)] if holes else warnings
    if warnings:
        found.warnings += _placed(warnings, document, value, from_files)
    if holes:
        return flowspec.authored(value)
    found.document = document
    if not isinstance(value, str):
        return flowspec.authored(value)
    root = flowspec.authored(document.root)
    return flowspec.secret(root) if flowspec.is_secret(value) else root


def _placed(
    warnings: list[flowspec.Problem],
    document: flowspec.Document,
    value: Any,
    from_files: Iterable[flowspec.Document],
) -> Iterator[str]:
    """The warnings of a document that holds `value`, with the file and line where that is known."""
    source = next((one for one in from_files if warnings and one.root == document.root), document)
    return _few(source.place(warnings), _concealer(value))


def _few(warnings: list[flowspec.Problem], conceal: Callable[[flowspec.Problem], str]) -> Iterator[str]:
    """The first warnings of each rule, and how many more there are: what is said of a node may be said of a thousand."""
    by_rule: dict[str, list[flowspec.Problem]] = {}
    for problem in warnings:
        by_rule.setdefault(problem.rule, []).append(problem)
    for rule, problems in by_rule.items():
        yield from map(conceal, problems[:_SHOWN])
        if len(problems) > _SHOWN:
            more = f"{len(problems) - _SHOWN} more warnings of the rule {rule}"
            yield f"spec: {more}. To see all of them, run pulumi-dataworks validate on the document."


def _concealer(spec: Any) -> Callable[[flowspec.Problem], str]:
    """Writes a problem without what is secret: no value where one lies at or below its place, or names are secret."""
    hidden = list(flowspec.secret_paths(spec))
    all_is_secret = flowspec.hides_names(spec)
    return lambda problem: problem.render(
        secret=all_is_secret or any(_on_one_line(path, problem.path) for path in hidden)
    )


def _on_one_line(path: Path, other: Path) -> bool:
    """Whether one path is the other's beginning."""
    return path[: len(other)] == other[: len(path)]


def _excused(problem: flowspec.Problem, holes: list[Path]) -> bool:
    """Whether a problem may be one only because something is not known yet."""
    if any(_on_one_line(problem.path, hole) for hole in holes):
        return True
    if problem.rule == "undeclared-parameter":
        return any(not _PARAMETERS.isdisjoint(hole) for hole in holes)
    about_names = not {"dependencies", "flow", "join"}.isdisjoint(problem.path)
    return about_names and any(isinstance(hole[-1], int) or hole[-1] in _NAMING_KEYS for hole in holes)
