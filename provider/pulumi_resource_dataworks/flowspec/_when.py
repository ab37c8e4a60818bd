"""The conditions of a branch: Python in which each `${name}` is replaced by its parameter's text before it is read."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator, Mapping

from ._fault import Fault, Path, doubt

_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[^\W\d]\w*")
_MARK = re.compile(r"dw_(\d+)_dw")
_LONGEST = 2_000
_BUILTINS = frozenset(dir(builtins))


def when_faults(when: str, parameters: Mapping[str, str | None], path: Path) -> Iterator[Fault]:
    """The doubts about a condition.

    Args:
        when: The condition.
        parameters: The values of the node's parameters by their names; None for one that is not written down.
        path: Where the condition is.
    """
    names = _PLACEHOLDER.findall(when)
    for name in dict.fromkeys(names):
        if _NAME.fullmatch(name) and name not in parameters:
            message = "the condition uses {}, and no parameter of the node is called so"
            remedy = "Add it to script.parameters of this node: only these are put in."
            yield doubt(path, message, remedy, f"${{{name}}}", rule="when-parameter")
    tree = _read(_marked(when))
    if tree is None:
        if len(when) <= _LONGEST and _read(_filled(when, parameters)) is None:
            message = "the condition {} is no Python expression"
            remedy = "Write it with ==, !=, <, >, and, or, not; a text stands in quotes."
            yield doubt(path, message, remedy, when, rule="when-python")
        return
    for item in ast.walk(tree):
        if isinstance(item, ast.Name):
            yield from _name_faults(item.id, names, parameters, path)
        elif isinstance(item, ast.Compare):
            yield from _comparison_faults(item, names, path)


def _name_faults(
    word: str, names: list[str], parameters: Mapping[str, str | None], path: Path
) -> Iterator[Fault]:
    mark = _MARK.fullmatch(word)
    if mark:
        name = names[int(mark[1])]
        value = parameters.get(name)
        if value is not None and not _is_python(value):
            message = f"{{}} stands for the text {{}}, and has no quotes around it: {_AS_NAME}"
            remedy = "Write {}."
            values = (f"${{{name}}}", value, f"'${{{name}}}'")
            yield Fault(path, message, remedy, values, severity="warning", rule="when-quotes")
    elif word not in _BUILTINS and not _MARK.search(word):
        message = f"{{}} is neither a parameter nor in quotes: {_AS_NAME}"
        remedy = "Write {} for a text, or {} for a parameter."
        values = (word, f"'{word}'", f"${{{word}}}")
        yield Fault(path, message, remedy, values, severity="warning", rule="when-quotes")


_AS_NAME = "Python takes it for a name that nothing defines"


def _comparison_faults(item: ast.Compare, names: list[str], path: Path) -> Iterator[Fault]:
    """A text that is a parameter, beside a number: another type, whatever the value."""
    for one, other in zip([item.left, *item.comparators], item.comparators, strict=False):
        pair = [side.value for side in (one, other) if isinstance(side, ast.Constant)]
        marks = [_MARK.fullmatch(value) for value in pair if isinstance(value, str)]
        if len(pair) == 2 and len(marks) == 1 and marks[0] and not isinstance(pair[0], type(pair[1])):
            name = names[int(marks[0][1])]
            message = "the condition compares the text {} with a number"
            remedy = "Write {} without quotes for a number, or put the number in quotes."
            values = (f"'${{{name}}}'", f"${{{name}}}")
            yield Fault(path, message, remedy, values, severity="warning", rule="when-quotes")


def _marked(when: str) -> str:
    """The condition with a name of its own for each placeholder: inside of quotes it is text."""
    count = iter(range(len(when)))
    return _PLACEHOLDER.sub(lambda _: f"dw_{next(count)}_dw", when)


def _filled(when: str, parameters: Mapping[str, str | None]) -> str:
    return _PLACEHOLDER.sub(lambda found: parameters.get(found[1]) or "1", when)


def _is_python(value: str) -> bool:
    """Whether a parameter's text is a value of Python by itself; what the scheduler makes of `$...` may be one."""
    tree = None if "$" in value else _read(value)
    return "$" in value or (tree is not None and not any(isinstance(one, ast.Name) for one in ast.walk(tree)))


def _read(text: str) -> ast.AST | None:
    if len(text) > 2 * _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
