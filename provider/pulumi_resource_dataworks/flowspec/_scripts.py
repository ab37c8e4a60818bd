"""What a node's script says: emptiness, parameters, odd characters; the conditions of a branch, the scripts of branches and joins."""

from __future__ import annotations

import ast
import builtins
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ._nodes import arms_of, given_variables, script_of
from ._problems import Phrase, Problem, near, problem
from ._tables import NODE_TYPES
from ._texts import json_words
from ._values import Json, Object, Path, is_list, is_object, like, objects, part

_INVISIBLE = {
    "\ufeff": "U+FEFF, a byte order mark",
    "\u00a0": "U+00A0, a space that does not break",
    "\u2007": "U+2007, a space as wide as a digit",
    "\u202f": "U+202F, a narrow space that does not break",
    "\u200b": "U+200B, a space of no width",
    "\u2060": "U+2060, a joiner of no width",
}
_ODD = re.compile(f"[{''.join(_INVISIBLE)}]")
_USED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPEN = re.compile(r"\$\[[^\]]*\Z|\$\{[^}]*\Z")
_PARTS_OF_A_JOB = ("type", "version", "steps", "extend")
"""What the vendor's page on Data Integration nodes requires; it contradicts itself on `order`."""


def script_doubts(node: Object, command: str, shared: Sequence[Object], path: Path) -> Iterator[Problem]:
    """The doubts of a node's script, with the parameters of what is around the node."""
    script = script_of(node)
    content, known = script.get("content"), NODE_TYPES.get(command.upper())
    form = known.checked if known else ""
    if script.get("parameters"):
        yield from _parameter_doubts(script, (*path, "script", "parameters"))
    here = (*path, "script", "content")
    text = "" if content is None else str(content)
    if not text or text.isspace():
        if form not in ("", "json"):
            yield problem("empty-script", here)
        return
    if "${" in text and form in ("sql", "json"):
        yield from _undeclared(node, text, shared, here)
    if form == "json":
        yield from _job_problems(text, here)
    if "<nil>" in text:
        yield problem("no-value", here)
    if "\r" in text and (form == "shell" or "shell" in str(script.get("language")).casefold()):
        yield problem("crlf", here)
    if not text.isascii() and any(map(text.__contains__, _INVISIBLE)) and not text.startswith(("{", "[")):
        yield from _invisible(text, "--" if form == "sql" else "#", here)


def _undeclared(node: Object, text: str, shared: Sequence[Object], path: Path) -> Iterator[Problem]:
    """Variables that nothing gives a value: not the node's parameters, its inputs or what is around it."""
    used = dict.fromkeys(one.group(1) for one in _USED.finditer(text) if not _is_comment(text, one.start()))
    if not used:
        return
    known = [*(one for _, one in given_variables(node)), *shared]
    if any(_holds_several(one) for one in known):
        return
    names = {str(one.get(key)): None for one in known for key in ("inputName", "name") if one.get(key)}
    missing = [name for name in used if name not in names and not _is_set(name, text)]
    if missing:
        variables = Phrase(", ".join(f"${{{name}}}" for name in missing))
        yield problem("undeclared-parameter", path, variables, near(missing[0], tuple(names)))


def _is_comment(text: str, offset: int) -> bool:
    return "--" in text[text.rfind("\n", 0, offset) + 1 : offset]


def _holds_several(parameter: Object) -> bool:
    """Whether a parameter is a text of several names and values, as older nodes have it."""
    return str(parameter.get("type")).casefold() == "nokvvariableexpression"


def _is_set(name: str, text: str) -> bool:
    """Whether a script sets a variable itself, as Hive and Spark let it."""
    code = re.sub("--[^\n]*", "", text)
    return re.search(rf"\bset\s+(\w+:)?{name}\s*=", code, re.IGNORECASE) is not None


def _parameter_doubts(script: Object, path: Path) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for position, parameter in enumerate(objects(script["parameters"])):
        name, value = parameter.get("name"), parameter.get("value")
        if isinstance(name, str):
            if name in seen and not _holds_several(parameter):
                yield problem("parameter-twice", (*path, position, "name"), name, first=seen[name])
            seen.setdefault(name, position)
        if isinstance(value, str) and "$" in value and _OPEN.search(value):
            yield problem("parameter-value", (*path, position, "value"), value, name)


def _job_problems(text: str, path: Path) -> Iterator[Problem]:
    """What is wrong with a text that is no JSON object, once its variables have values, or lacks a part of a job."""
    said = problem("job-content.other", path)
    for candidate in (text, re.sub(r"\$\{[^{}]*\}|\$\[[^\[\]]*\]", "0", text)):
        try:
            job = json.loads(candidate, strict=False)
            if isinstance(job, dict):
                if missing := [key for key in _PARTS_OF_A_JOB if key not in job]:
                    yield problem("job-part", path, missing=", ".join(missing))
                return
        except json.JSONDecodeError as error:
            if candidate.lstrip().startswith("{"):
                what, how = json_words(candidate, error.msg, error.pos)
                said = problem("job-content.syntax", path, line=error.lineno, what=what, how=how)
        except (ValueError, RecursionError):
            pass
    yield said


def _invisible(text: str, comment: str, path: Path) -> Iterator[Problem]:
    """The first character of a script that cannot be seen, or looks like a space and is none to what runs it."""
    for found in _ODD.finditer(text):
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if comment not in before:
            line = text.count("\n", 0, found.start()) + 1
            yield problem("invisible-character", path, line=line, character=_INVISIBLE[found.group()])
            return


# --- The conditions of a branch: Python in which each `${name}` is replaced by its parameter's text before it is read


_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(r"dw_(\d+)_dw")
_LONGEST = 2_000
_BUILTINS = frozenset(dir(builtins))


def when_problems(when: str, parameters: Mapping[str, str | None], path: Path) -> Iterator[Problem]:
    """The doubts about a condition, with the values of the node's parameters; None for one that is not written down."""
    names = _PLACEHOLDER.findall(when)
    for name in dict.fromkeys(names):
        if _NAME.fullmatch(name) and name not in parameters:
            yield problem("when-parameter", path, f"${{{name}}}")
    # A name of its own for each placeholder: inside of quotes it is text.
    count = iter(range(len(when)))
    tree = _parsed(_PLACEHOLDER.sub(lambda _: f"dw_{next(count)}_dw", when))
    if tree is None:
        filled = _PLACEHOLDER.sub(lambda found: parameters.get(found[1]) or "1", when)
        if len(when) <= _LONGEST and _parsed(filled) is None:
            yield problem("when-python", path, when)
        return
    for item in ast.walk(tree):
        if isinstance(item, ast.Name):
            yield from _name_problems(item.id, names, parameters, path)
        elif isinstance(item, ast.Compare):
            yield from _comparison_problems(item, names, path)


def _name_problems(
    word: str, names: list[str], parameters: Mapping[str, str | None], path: Path
) -> Iterator[Problem]:
    mark = _MARK.fullmatch(word)
    if mark:
        name = names[int(mark[1])]
        value = parameters.get(name)
        if value is not None and not _is_python(value):
            yield problem("when-quotes.parameter", path, f"${{{name}}}", value, f"'${{{name}}}'")
    elif word not in _BUILTINS and not _MARK.search(word):
        yield problem("when-quotes.word", path, word, f"'{word}'", f"${{{word}}}")


def _comparison_problems(item: ast.Compare, names: list[str], path: Path) -> Iterator[Problem]:
    """A text that is a parameter, beside a number: another type, whatever the value."""
    for one, other in zip([item.left, *item.comparators], item.comparators, strict=False):
        pair = [side.value for side in (one, other) if isinstance(side, ast.Constant)]
        marks = [_MARK.fullmatch(value) for value in pair if isinstance(value, str)]
        if len(pair) == 2 and len(marks) == 1 and marks[0] and not isinstance(pair[0], type(pair[1])):
            name = names[int(marks[0][1])]
            yield problem("when-quotes.number", path, f"'${{{name}}}'", f"${{{name}}}")


def _is_python(value: str) -> bool:
    """Whether a parameter's text is a value of Python by itself; what the scheduler makes of `$...` may be one."""
    tree = None if "$" in value else _parsed(value)
    return "$" in value or (tree is not None and not any(isinstance(one, ast.Name) for one in ast.walk(tree)))


def _parsed(text: str) -> ast.AST | None:
    if len(text) > 2 * _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# --- The scripts of branches and joins: JSON texts that say what their fields say, and that DataWorks runs
#
# Source: the vendor's pages on both (`controller/` of its DataStudio skill) and its FlowSpec library; not tried on the service.


_SUCCEEDED = "1"
_STATUSES = frozenset({_SUCCEEDED, "2", "3"})
_AND, _OR = 1, 2
_EXPRESSION_WORD = re.compile(r"[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not"})

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


ArmScript = tuple[str, str, str]
"""What the script of a branch says of an arm: its condition, output and description."""


def arm_script(arm: Object) -> ArmScript:
    """The same of an arm's fields; empty what they do not say."""
    said = arm.get("when"), part(arm, "output").get("data"), arm.get("desc")
    when, output, desc = ("" if one is None else like(one, str(one)) for one in said)
    return when, output, desc


def branch_content(node: Object) -> str | None:
    """The script of a branch node; None where an arm is not whole."""
    arms = [arm_script(arm) for arm in arms_of(node)]
    if not arms or not all(when and output for when, output, _ in arms):
        return None
    names = ("condition", "nodeoutput", "description")
    return _write([dict(zip(names, arm, strict=True)) for arm in arms])


def join_content(node: Object) -> str | None:
    """The script of a join whose branches have outputs; None where its fields do not say all of it."""
    join = part(node, "join")
    logic = logic_of(join)
    branches = objects(join.get("branches"))
    statuses = [statuses_of(branch) for branch in branches]
    outputs = [part(branch, "output").get("data") for branch in branches]
    if logic is None or not all(statuses) or not all(outputs):
        return None
    entries = [
        {"node": str(output), "runStatus": [int(one) for one in found], "logic": logic}
        for output, found in zip(outputs, statuses, strict=True)
    ]
    return _write({"branchList": entries, "resultStatus": _SUCCEEDED})


def statuses_of(branch: Object) -> list[str]:
    """The numbers of the run states at which a join's branch counts; empty where one is none of DataWorks'."""
    given = part(branch, "assertion").get("in")
    found = [str(one) for one in given] if is_list(given) else []
    return found if set(found) <= _STATUSES else []


def expression_of(join: Object) -> str:
    """A join's expression; empty where there is none."""
    return str(part(join, "logic").get("expression") or "")


def words_of(expression: str) -> tuple[list[str], set[str]]:
    """The branches that an expression names, and its operators."""
    words = [word for word in _EXPRESSION_WORD.findall(expression) if word.casefold() not in _OPERATORS]
    operators = {word.casefold() for word in _EXPRESSION_WORD.findall(expression)} & _OPERATORS
    return words, operators


def logic_of(join: Object) -> int | None:
    """How a join's script combines all of its branches; None where the expression says something else."""
    words, operators = words_of(expression_of(join))
    names = {str(branch.get("name")) for branch in objects(join.get("branches"))}
    if not words or set(words) != names or len(operators) > 1 or "not" in operators:
        return None
    return _OR if operators == {"or"} else _AND


class JoinScript(NamedTuple):
    """What the script of a join says.

    Attributes:
        states: The watched outputs, sorted, each with the run states at which it counts.
        every: Whether all of them have to; None where there is one.
        result: The state that the join then has.
    """

    states: list[tuple[str, frozenset[str]]]
    every: bool | None
    result: str


def read_content(content: Json) -> list[ArmScript] | JoinScript | None:
    """What a script says, in whichever layout; None where it is neither a branch's nor a join's."""
    if not isinstance(content, str) or content.lstrip()[:1] not in ("[", "{"):
        return None
    try:
        value = json.loads(content)
        return _join_script(value) if is_object(value) else _arm_scripts(value)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _arm_scripts(value: Json) -> list[ArmScript] | None:
    entries = objects(value)
    if len(entries) != len(value):
        return None
    return [
        (str(one["condition"]), str(one["nodeoutput"]), str(one.get("description") or "")) for one in entries
    ] or None


def _join_script(script: Object) -> JoinScript | None:
    """The vendor's page and its library write a join in two ways.

    These are numbers or texts for the states, and for "or" 2 at every branch or 0 at all but the first.
    """
    branches = script.get("branchList")
    entries = objects(json.loads(branches) if isinstance(branches, str) else branches)
    if not entries:
        return None
    states = sorted((str(one["node"]), frozenset(map(str, one["runStatus"]))) for one in entries)
    others = {str(one.get("logic")) == str(_AND) for one in entries[1:]}
    every = others.pop() if len(others) == 1 else None
    return JoinScript(states, every, str(script.get("resultStatus") or _SUCCEEDED))


def same_content(one: Json, other: Json) -> bool:
    """Whether two scripts are a branch's or a join's and say the same."""
    found = read_content(one)
    return found is not None and found == read_content(other)


def is_blank(content: Json) -> bool:
    """Whether a control node's script is left out: the vendor's page calls an empty one as good as none."""
    return content is None or (isinstance(content, str) and not content.strip())
