"""What is wrong with a document, and the rules that say why: where, what, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ._secrets import is_secret

# --- What is wrong with a document: where, what, and what to write instead


Step = str | int
Path = tuple[Step, ...]

_HIDDEN = "[secret]"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a document.

    Attributes:
        path: Where it is: the keys and indices from the document's root.
        message: What is wrong. Each `{}` stands for one of `values`.
        remedy: What to write instead, as a sentence; it may hold `{}` after those of the message.
        values: What the document says; what is a secret there is not quoted.
        severity: `error` stops the preview; `warning` is shown.
        rule: The name of the rule in RULES, where its reason stands.
        line: The line in the document's text, from 1; 0 where there is no text.
        column: The column in that line, from 1; 0 where there is no text.
    """

    path: Path
    message: str
    remedy: str
    values: tuple[object, ...] = ()
    severity: Literal["error", "warning"] = "error"
    rule: str = "unreadable"
    line: int = 0
    column: int = 0

    def render(self, *, secret: bool = False) -> str:
        """One line for a person: `spec.workflows[0].name (line 4, column 9): ... Write ...`."""
        values = tuple(_shown(value, secret=secret) for value in self.values)
        place = show_path(self.path) or "spec"
        if self.line:
            place += f" (line {self.line}, column {self.column})"
        return f"{place}: {(self.message + '. ' + self.remedy).format(*values)}"


class InvalidDocumentError(ValueError):
    """A document that cannot be applied.

    Attributes:
        problems: Every problem that was found, errors and warnings, in the order of the document.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} problems")


def show_path(path: Path) -> str:
    """A path as people write it: `spec.workflows[0].nodes[1].name`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def escaped(text: str) -> str:
    """A text for a message or a remedy, in which braces stand for values."""
    return text.replace("{", "{{").replace("}", "}}")


def doubt(path: Path, message: str, remedy: str, *values: object, rule: str) -> Problem:
    """A warning."""
    return Problem(path, message, remedy, values, "warning", rule)


class Phrase(str):
    """A value of a problem that is shown without quotes."""

    __slots__ = ()


def _shown(value: object, *, secret: bool) -> str:
    if (secret or is_secret(value)) and value != "":
        return _HIDDEN
    if isinstance(value, Phrase):
        return value
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text if len(text) <= 120 else text[:117] + "..."
    return f'"{text}"' if isinstance(value, str) else text


# --- Why a document is refused or doubted: one entry for each rule that a problem can name


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        says: What it refuses or doubts.
        because: What is known of the service, or of the vendor's parser, that makes it one.
    """

    says: str
    because: str


RULES: dict[str, Rule] = {
    "unreadable": Rule(
        "Text that is no JSON or YAML, or values that JSON cannot hold; a file's name in place of what is in it.",
        "The vendor's parser answers PARSE_ERROR to most of it. It takes more than JSON: a comma before a closing bracket, "
        "single quotes, some comments, and the last of a key that is written twice.",
    ),
    "no-flowspec": Rule(
        "An object with neither kind nor spec.",
        "The parser refuses one without a kind.",
    ),
    "kind": Rule(
        "A kind that the import does not take.",
        "ImportWorkflowDefinition imports a workflow. The parser knows kinds of other things too, and refuses the rest.",
    ),
    "no-workflow": Rule(
        "A document without a workflow in spec.workflows.",
        "The import takes the first workflow of that list, and there is none.",
    ),
    "second-workflow": Rule(
        "More than one workflow.", "The import takes the first and ignores the rest without an error."
    ),
    "beside-workflow": Rule(
        "Nodes or their dependencies beside the workflow, in spec.nodes, spec.flow or spec.dependencies; as a warning triggers, "
        "scripts or resource groups.",
        "The import takes the workflow alone. What the workflow itself waits for may stand in spec.flow. The parser's writer "
        "leaves spec.triggers, spec.scripts and spec.runtimeResources out.",
    ),
    "missing": Rule(
        "A field that is asked for.",
        "The vendor's parser or its JSON Schema requires it; an empty text is as good as none.",
    ),
    "null-list": Rule("A null in place of a list of inputs, outputs or workflows.", "The parser refuses it."),
    "shape": Rule(
        "A value of another shape: an object for text, text for an object, a list for either.",
        "The parser refuses most of them, and reads nothing or an object's text from the rest.",
    ),
    "number": Rule(
        "A whole number that the vendor's library cannot hold: 32 bits, 64 for calendarId.",
        "The parser answers FIELD_SET_FAIL. rerunInterval is in milliseconds: 30 days are too long.",
    ),
    "label": Rule("A label that its enum does not have.", "The parser answers ENUM_NOT_EXIST."),
    "lost-label": Rule(
        "A timeoutUnit that is none, or a storage's type.",
        "The parser drops it: it takes a timeout without a unit for hours, and leaves a storage out.",
    ),
    "two-spellings": Rule(
        "A field in two spellings, as do-while beside doWhile, that say different things.",
        "The parser keeps one of them, or both of a list of inputs or outputs.",
    ),
    "misspelt-key": Rule(
        "A key that is the name of a missing field with a slip of the pen: one letter, or another case or separator; or "
        "another word for it, as dependsOn for depends.",
        "The parser drops keys that it does not know.",
    ),
    "misplaced-key": Rule(
        "A node's dependencies inside the node.",
        "The parser drops them, as the service does (seen in recorded traffic): they stand beside the nodes.",
    ),
    "lost-key": Rule(
        "A key that holds nodes, dependencies or an array, at a control node of a kind that has none of that name.",
        "The parser drops it: a loop and a paiflow have `flow`, only a do-while has `while`, only a for-each `array`.",
    ),
    "unknown-key": Rule(
        "A key that no field has (a warning).",
        "The parser drops keys that it does not know; one that is only like another may be new.",
    ),
    "two-ids": Rule(
        "spec.id differs from the workflow's own id (a warning).",
        "They are equal in every known document; the workflow's own decides.",
    ),
    "rounded-id": Rule(
        "An ID without quotes that looks rounded (a warning).",
        "DataWorks' IDs have 19 digits. fn::toJSON, jq and JavaScript keep 53 bits of a number, and in recorded traffic a "
        "rounded ID made a new node.",
    ),
    "name-clash": Rule("Two nodes with one name.", "Node names are unique in a workspace."),
    "slash": Rule(
        "A slash in the name of a workflow or a node (a warning).",
        "The name is the last part of its path, and a slash parts a path.",
    ),
    "id-clash": Rule(
        "Two things with one ID.",
        "The parser takes both, and finds only the last by its ID; the vendor's package validator refuses them.",
    ),
    "no-command": Rule(
        "A node that does not say what it runs.",
        "The JSON Schema requires command or commandTypeId, and the service answers that it is empty.",
    ),
    "lost-dependency": Rule(
        "A dependency that names a node which is not there.",
        "The service drops such a dependency without an error (seen in recorded traffic).",
    ),
    "empty-dependency": Rule(
        "A dependency without a node or an output.", "The service drops a dependency without an output."
    ),
    "no-depends": Rule(
        "An entry of dependencies without depends.", "The parser takes it, and it says nothing to wait for."
    ),
    "two-flows": Rule(
        "flow beside dependencies, and other than these.",
        "The parser reads a workflow's flow only where it has no dependencies, and drops it otherwise.",
    ),
    "near-output": Rule(
        "An output that no node here makes, and that looks like one of this document: a node's, or a branch's arm (a warning).",
        "It may be another workflow's; if not, the service drops the dependency without an error.",
    ),
    "no-inner-nodes": Rule(
        "A loop, a SUB_PROCESS or another control node without nodes inside (a warning).",
        "The JSON Schema asks for one; the parser takes none, and the vendor's guide shows such nodes.",
    ),
    "no-condition": Rule(
        "A do-while without the node that decides whether it goes on (a warning).",
        "The JSON Schema asks for it, and the vendor's package validator for one CONTROLLER_CYCLE_END; the parser does not.",
    ),
    "loop-ends": Rule(
        "A loop without the node with which it begins or ends, or with two (a warning).",
        "The vendor's pages and its package validator ask for one of each; the parser does not.",
    ),
    "no-limit": Rule(
        "A do-while without maxIterations (a warning).", "The vendor's page calls the field required."
    ),
    "no-collection": Rule(
        "A for-each that walks nothing (a warning).",
        "The vendor's page calls the parameter loopDataArray the only way to give it something.",
    ),
    "no-field": Rule(
        "A branch, a join or a parameter node without the field that says what it does (a warning).",
        "Its script is made of that field, and the parser takes a node without either.",
    ),
    "arm": Rule(
        "A branch without arms, an arm without condition or output, or a join without branches.",
        "The JSON Schema requires them, and the script that DataWorks runs cannot be made without.",
    ),
    "one-arm": Rule("A branch with one arm (a warning).", "The vendor's page asks for two."),
    "when-parameter": Rule(
        "A `${name}` in a branch's condition that is no parameter of its node (a warning).",
        "The vendor's page says that each has to be one of script.parameters.",
    ),
    "when-quotes": Rule(
        "A text without quotes in a branch's condition, or one that is compared with a number (a warning).",
        "The vendor's page says that parameters are put in as text, and that Python reads the result.",
    ),
    "when-python": Rule(
        "A branch's condition that is no Python expression (a warning).",
        "The vendor's page says that Python reads it.",
    ),
    "join-node": Rule(
        "A join's branch that names a node which is not there.",
        "The output that it watches cannot be found, and the parser takes any name.",
    ),
    "join-branch": Rule(
        "A join that watches the branch itself, or that depends on what it does not watch (a warning).",
        "The vendor's page asks for the nodes on the arms, the same in both: the branch succeeds whichever it takes.",
    ),
    "join-expression": Rule(
        "A join's expression that does not name each of its branches, or is neither all `and` nor all `or` (a warning).",
        "The vendor's page writes it over the branches' names (`b_1 and b_2`), and the script that runs has one word for all.",
    ),
    "join-state": Rule(
        "A state in a join's assertion that is not 1, 2 or 3 (a warning).",
        "The vendor's page has 1 for succeeded, 2 for not run, 3 for failed; the script that runs takes numbers.",
    ),
    "control-script": Rule(
        "A script of a branch or a join in another form than DataWorks runs (a warning).",
        "The vendor's page gives the form; left out, the script is made of the node's field.",
    ),
    "control-disagrees": Rule(
        "A script or a list of a control node that says something else than the field that it repeats.",
        "DataWorks runs the one and shows the other.",
    ),
    "cycle": Rule(
        "Nodes that wait for each other, by their names or by their outputs, a branch's arms among them.",
        "The parser takes them, but none of the nodes could ever start.",
    ),
    "no-cron": Rule(
        "A Scheduler without a cron (a warning; not for a node inside a loop).",
        "The vendor's own check asks for one. The parser takes none; what the service does then is unknown.",
    ),
    "no-type": Rule(
        "A trigger with neither a type nor a recurrence (a warning; not for a node inside a loop).",
        "The JSON Schema asks for one of them. The parser takes none; what the service does then is unknown.",
    ),
    "cron": Rule(
        "A scheduler's cron that has not six fields; for a node inside a loop a warning.",
        "The service answers that the expression is invalid; seven fields occur in real documents and are taken.",
    ),
    "cron-value": Rule(
        "A cron value that its field does not have, as an hour 25, a word, seconds other than 00 or a year; a day that none of "
        "its months has, or a ? for both the day and the weekday, or for neither (a warning).",
        "The parser takes any text. The vendor's page on cron expressions has six fields in Spring's form, seconds 00 and no "
        "year, and all known documents have one ?.",
    ),
    "cron-weekday": Rule(
        "A weekday by number (a warning).",
        "DataWorks counts from 1 for Monday to 7 for Sunday, Quartz from 1 for Sunday: an expression of Quartz is taken, and "
        "runs a day later.",
    ),
    "timezone": Rule(
        "A time zone that is neither an IANA name nor an offset such as GMT+8 or GMT+08:00 (a warning).",
        "The parser takes any text. Both occur in documents of the service; Java's TimeZone takes most others for GMT.",
    ),
    "time": Rule(
        "A start or end time that is none; for a node inside a loop, or where only the date is none, a warning.",
        "All documents write yyyy-MM-dd HH:mm:ss; the parser takes any text, and the scheduler could not use it.",
    ),
    "time-order": Rule("An endTime before the startTime (a warning).", "The parser takes it."),
    "priority": Rule(
        "A priority outside 1 to 8 (a warning).",
        "The vendor's pages have 1 to 8; the parser takes any number.",
    ),
    "negative": Rule(
        "A negative number of reruns, timeout, interval, delay or parallelism (a warning).",
        "The parser takes it, and no page says what it means.",
    ),
    "short-interval": Rule(
        "A rerunInterval of less than a minute, but 0 (a warning).",
        "It is in milliseconds: the service's own are 120000 and 180000.",
    ),
    "empty-resource-group": Rule(
        "A runtimeResource whose resourceGroup is empty (a warning).",
        "The JSON Schema requires one; the parser takes an empty text.",
    ),
    "empty-script": Rule(
        "A SQL, shell or Python node without a script (a warning).",
        "The parser takes it; a new node may then hold a header that the service writes.",
    ),
    "undeclared-parameter": Rule(
        "A variable ${name} in a SQL or Data Integration script that nothing gives a value (a warning).",
        "DataWorks puts in the values of the node's parameters and of its inputs. Left aside are ${a.b}, what a script sets "
        "itself, and comments.",
    ),
    "parameter-twice": Rule(
        "Two parameters of a node with one name (a warning).", "The parser takes both; one can count."
    ),
    "parameter-value": Rule(
        "A parameter's value that begins with $[ or ${ and does not end (a warning).",
        "The parser takes any text.",
    ),
    "job-content": Rule(
        "A Data Integration node whose content is no JSON object (a warning).",
        "The vendor's page on the node type has a JSON object; the parser takes any text.",
    ),
    "crlf": Rule(
        "Windows line breaks in a shell script (a warning).", "A shell takes the CR as a part of the line."
    ),
    "invisible-character": Rule(
        "A byte order mark, or a space that is none to what runs the script, outside comments (a warning).",
        "The parser takes any text, and the script fails where it runs.",
    ),
    "path": Rule(
        "A path that does not end in the name (a warning).",
        "It does in nearly all documents of the service, and the vendor's guide asks for it.",
    ),
    "command": Rule(
        "A node type that is not known here (a warning).",
        "The parser takes any, and the vendor keeps adding to them.",
    ),
    "many-nodes": Rule(
        "More than 400 nodes in a workflow (a warning).", "The vendor's page on workflows gives that figure."
    ),
}
