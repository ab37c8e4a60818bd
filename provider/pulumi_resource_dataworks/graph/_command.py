"""`pulumi-dataworks graph`."""

from __future__ import annotations

import importlib.util
import sys
from argparse import Namespace
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi_resource_dataworks import flowspec
from pulumi_resource_dataworks._names import install_with, printable
from pulumi_resource_dataworks.document_file import (
    STDIN,
    UnreadableFileError,
    checked,
    documents_in,
)
from pulumi_resource_dataworks.flowspec import Object
from pulumi_resource_dataworks.validate import STDIN_NAME, Finding, finding_of

from ._mermaid import mermaid, too_big_for
from ._outline import name_inputs, outside_outputs, picture_of
from ._picture import NotDrawnError, Picture
from ._svg import svg

_OTHERS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".pdf"})
"""Endings of files that hold something other than the text of an SVG."""


def run(arguments: Namespace) -> int:
    """Draws what `arguments` ask for; of a folder each document, into a folder.

    Returns:
        0 where it is drawn, 1 where a document has errors (what can be drawn is drawn), the library is missing or an
        SVG would be too big, 2 where something cannot be read or written.
    """
    try:
        if len(arguments.files) == 1 and Path(arguments.files[0]).is_dir():
            return _draw_folder(arguments)
        _check(arguments)
        variables = dict(arguments.variable) if arguments.variable else None
        sources = [from_file(name, variables) for name in arguments.files]
        findings = [finding for source in sources for finding in source.findings]
        sys.stderr.writelines(f"{finding.text()}\n" for finding in findings)
        picture = _picture(arguments, sources)
        text = mermaid(picture) if arguments.format == "mermaid" else svg(picture)
        _write(text, arguments.out)
    except NotDrawnError as error:
        _say(str(error))
        return error.status
    _say(f"{picture.name}: {picture.summary}")
    if arguments.format == "mermaid" and (why := too_big_for(text, picture)):
        _say(f"GitHub and GitLab will not show this: {why}. Use --format svg")
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _draw_folder(arguments: Namespace) -> int:
    folder, out = Path(arguments.files[0]), arguments.out
    if arguments.workflow is not None:
        raise NotDrawnError("--workflow goes with a FILE, not a folder")
    documents = list(documents_in(folder))
    if not documents:
        raise NotDrawnError(f"the folder {folder} has no document of a workflow")
    if out is None:
        raise NotDrawnError(f"the folder {folder} needs --out, a folder for the pictures")
    statuses = [0]
    for document in documents:
        picture = (Path(out) / document.relative_to(folder)).with_suffix(f".{arguments.format}")
        picture.parent.mkdir(parents=True, exist_ok=True)
        given = {**vars(arguments), "files": [str(document)], "out": str(picture)}
        statuses.append(run(Namespace(**given)))
    return max(statuses)


def _check(arguments: Namespace) -> None:
    most = 2 if arguments.workflow is None else 1
    if (arguments.project_id is None) != (arguments.workflow is None):
        raise NotDrawnError("--project-id and --workflow go together: a workspace, and a workflow in it")
    if not arguments.files and arguments.workflow is None:
        raise NotDrawnError("what is to be drawn? Give a FILE, or --project-id and --workflow")
    if len(arguments.files) > most:
        raise NotDrawnError(f"{len(arguments.files)} files are given; at most {most} can be drawn")
    if arguments.files.count("-") > 1:
        raise NotDrawnError("standard input can be one of the two documents, not both")
    if Path(arguments.out or "").suffix.casefold() in _OTHERS:
        raise NotDrawnError(
            f"{arguments.out} cannot be written: this draws SVG or Mermaid. Name it .svg; a browser shows and prints that"
        )
    if arguments.format == "svg" and not importlib.util.find_spec("graphlay"):
        message = f"SVG needs its extra: {install_with('graph')}. --format mermaid needs nothing"
        raise NotDrawnError(message, 1)


def _picture(arguments: Namespace, sources: list[Source]) -> Picture:
    roots = [source.root for source in sources if source.root is not None]
    if len(roots) < len(sources):
        names = ", ".join(source.name for source in sources if source.root is None)
        raise NotDrawnError(f"{names} cannot be drawn before these errors are fixed", 1)
    if arguments.workflow is None:
        *before, after = both(*roots) if len(roots) > 1 else [whole(roots[0])]
        return picture_of(after, *before)
    from ._workspace import from_workspace, input_names  # noqa: PLC0415 a file needs no network

    actual = from_workspace(arguments)
    *before, after = held(actual, roots[0]) if roots else [whole(actual)]
    picture = picture_of(after, *before)
    outputs = outside_outputs(picture)
    return name_inputs(picture, input_names(arguments, outputs)) if outputs else picture


def _write(text: str, out: str | None) -> None:
    data = text.encode()
    try:
        if out is None:
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        else:
            Path(out).write_bytes(data)
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise NotDrawnError(
            f"{out or 'standard output'} cannot be written: {getattr(error, 'strerror', None) or error}"
        ) from None


def _say(text: str) -> None:
    sys.stderr.write(f"pulumi-dataworks: {printable(text)}\n")


# --- The documents: completed as the provider completes them, with IDs that say what is the same


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
        document, problems, _ = checked(name, variables)
    except UnreadableFileError as error:
        raise NotDrawnError(f"{name} cannot be read: {error}") from None
    shown = STDIN_NAME if name == STDIN else name
    findings = [finding_of(shown, problem) for problem in problems]
    fatal = any(problem.severity == "error" and problem.rule not in _DRAWABLE for problem in problems)
    return Source(shown, document.root if document and not fatal else None, findings)


def whole(root: Object, known: Mapping[str, str] | None = None, taken: Iterable[str] = ()) -> Object:
    """A document with everything in it that its author may leave out; nodes have the known IDs that are not taken."""
    free = {name: own for name, own in (known or {}).items() if own not in set(taken)}
    return flowspec.complete(root, lambda name: free.get(name) or flowspec.derive_id(_URN, 0, "", name))


def both(before: Object, after: Object) -> tuple[Object, Object]:
    """Two documents, both whole. A node without an ID in one has that of the other's node of the same name, as in an update."""
    old, new = _ids(before), _ids(after)
    return whole(before, new, old.values()), whole(after, old, new.values())


def held(actual: Object, declared: Object) -> tuple[Object, Object]:
    """What the service holds and what is declared, both whole, in the words of what is declared.

    What the service fills in is no difference, and a node that it knows under another ID is the same.
    """
    theirs = whole(actual)
    ours = whole(declared, _ids(theirs), _ids(declared).values())
    known = {other: one for one, other in flowspec.actual_ids(ours, theirs).items()}
    renamed: Object = flowspec.rename_ids(theirs, known)
    return whole(flowspec.project(ours, renamed)), ours


def _ids(root: Object) -> dict[str, str]:
    """The IDs that a document has, by node name; the workflow's by an empty one."""
    workflow = flowspec.workflow_of(root)
    named = [("", {**root["spec"], **workflow}), *flowspec.nodes_of(workflow)]
    return {name: str(entity["id"]) for name, entity in named if entity.get("id") not in (None, "")}
