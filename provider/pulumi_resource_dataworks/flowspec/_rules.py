"""Why a document is refused or doubted: one entry for each rule that a fault can name."""

from __future__ import annotations

from dataclasses import dataclass


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
    "misspelt-key": Rule(
        "A key that is the name of a missing field with a slip of the pen: one letter, or another case or separator.",
        "The parser drops keys that it does not know.",
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
    "name-clash": Rule("Two nodes with one name.", "Node names are unique in a workspace."),
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
    "near-output": Rule(
        "An output that no node here makes, and that looks like a node of this document (a warning).",
        "It may be another workflow's; if not, the service drops the dependency without an error.",
    ),
    "no-inner-nodes": Rule(
        "A loop or another control node without nodes inside (a warning).",
        "The JSON Schema asks for one; the parser takes none, and the vendor's guide shows a loop without.",
    ),
    "no-condition": Rule(
        "A do-while without the node that decides whether it goes on (a warning).",
        "The JSON Schema asks for it, and the vendor's package validator for one CONTROLLER_CYCLE_END; the parser does not.",
    ),
    "cycle": Rule(
        "Nodes that wait for each other.", "The parser takes them, but none of the nodes could ever start."
    ),
    "cron": Rule(
        "A scheduler's cron that has not six fields.",
        "The service answers that the expression is invalid; seven fields occur in real documents and are taken.",
    ),
    "time": Rule(
        "A start or end time that is none.",
        "All documents write yyyy-MM-dd HH:mm:ss; the parser takes any text, and the scheduler could not use it.",
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
