"""The inputs of the fuzzer: documents, and all that texts and values can do wrong."""

from __future__ import annotations

import copy
import json
import math
import random
from collections.abc import Callable
from typing import Any

import yaml

from tests.support.documents import etl, generate, node, rich

Steps = tuple[str | int, ...]


SEEDS = [rich(), etl(), generate(1), generate(12)]
TEXTS = [
    text
    for root in SEEDS
    for text in (
        json.dumps(root, ensure_ascii=False),
        json.dumps(root, indent=2),
        yaml.safe_dump(root, sort_keys=False, allow_unicode=True),
    )
]
KEYS = [
    "",
    "id",
    "name",
    "nodes",
    "flow",
    "dependencies",
    "nodeId",
    "script",
    "runtime",
    "do-while",
    "for-each",
]
KEYS += [
    "foreach",
    "while",
    "depends",
    "output",
    "outputs",
    "kind",
    "spec",
    "workflows",
    "version",
    "<<",
    "\0",
    "{}",
]
PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    ",",
    ":",
    "\\",
    "\t",
    "\n",
    "\r\n",
    "\ufeff",
    "\ud800",
    "\udfff",
    "\0",
    "\u2028",
]
PIECES += [
    "NaN",
    "-Infinity",
    "1e999",
    "-",
    "- ",
    "? ",
    "&a ",
    "*a",
    "<<: ",
    "!!python/object:os.system ",
    "!x ",
]
PIECES += [
    "%YAML 9.9\n",
    "---\n",
    "...\n",
    "|\n",
    ">-\n",
    "#",
    "'",
    "0" * 50,
    "9" * 5000,
    "\\ud800",
    "\\u0000",
    "{{0}}",
]


def scalar(chance: random.Random) -> Any:
    """Any value without parts."""
    big = chance.choice([2**53 + 1, -(2**63), 10**18, 10 ** chance.randrange(400)])
    odd = chance.choice([math.nan, math.inf, -math.inf, 1e308, 5e-324, -0.0, 0.1])
    word = "".join(chance.choice("ab{}%$\"'\\\n\t\0é抽😀\ud800\udc00") for _ in range(chance.randrange(12)))
    known = chance.choice(
        ["Normal", "CycleWorkflow", "a", "b", "31", "ODPS_SQL", "true", "NO", "1.10", "2024-01-01"]
    )
    return chance.choice([None, True, False, 0, -1, big, odd, word, known, "", "x" * chance.randrange(5000)])


def value(chance: random.Random, depth: int = 3) -> Any:
    """Any value."""
    kind = chance.randrange(6) if depth else 0
    if kind == 4:
        return [value(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 5:
        return {chance.choice(KEYS): value(chance, depth - 1) for _ in range(chance.randrange(4))}
    return scalar(chance)


def paths(root: Any, path: Steps = ()) -> list[Steps]:
    """The path of every value below a root."""
    pairs = root.items() if isinstance(root, dict) else enumerate(root) if isinstance(root, list) else ()
    return [found for key, item in pairs for found in ((*path, key), *paths(item, (*path, key)))]


PATHS = [paths(root) for root in SEEDS]


def altered(chance: random.Random) -> dict[str, Any]:
    """A document in which some values are others, gone, or in the wrong place."""
    number = chance.randrange(len(SEEDS))
    root = copy.deepcopy(SEEDS[number])
    for _ in range(chance.randint(1, 4)):
        *parents, last = chance.choice(PATHS[number])
        owner: Any = root
        try:
            for step in parents:
                owner = owner[step]
            alter(chance, owner, last)
        except (KeyError, IndexError, TypeError):  # an earlier change took the place away
            continue
    return root


def alter(chance: random.Random, owner: Any, last: str | int) -> None:
    """One change of one value."""
    kind = chance.randrange(5)
    if kind == 0:
        del owner[last]
    elif kind == 1:
        owner[last] = [copy.deepcopy(owner[last]) for _ in range(2)]
    elif kind == 2:
        owner[last] = copy.deepcopy(chance.choice([*owner.values()] if isinstance(owner, dict) else owner))
    elif kind == 3 and isinstance(owner, dict):
        owner[chance.choice(KEYS)] = value(chance)
    else:
        owner[last] = value(chance)


def object_itself(chance: random.Random) -> object:
    """What a Pulumi program hands over as an object."""
    return altered(chance)


def as_json(chance: random.Random) -> str:
    """The same as JSON text: NaN and lone surrogates become what Python writes for them."""
    return json.dumps(altered(chance), ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, 1]))


def as_yaml(chance: random.Random) -> str:
    """The same as YAML text."""
    text = json.dumps(altered(chance), ensure_ascii=True)
    return str(
        yaml.safe_dump(json.loads(text), sort_keys=False, default_flow_style=chance.choice([None, False]))
    )


def any_value(chance: random.Random) -> object:
    """Anything at all, as text or as a value."""
    found = value(chance, 5)
    return found if chance.random() < 0.3 else json.dumps(found)


def truncated(chance: random.Random) -> str:
    """A text that ends, or begins, anywhere."""
    text = chance.choice(TEXTS)
    cut = chance.randrange(len(text) + 1)
    return text[:cut] if chance.random() < 0.8 else text[cut:]


def mutated(chance: random.Random) -> str:
    """A text with pieces put in, taken out or moved."""
    text = chance.choice(TEXTS)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        start = chance.randrange(len(text) + 1)
        end = start + chance.choice([0, 0, 1, 1, 3, 30])
        moved = text[end : end + chance.randrange(40)]
        text = (
            text[:start]
            + chance.choice([chance.choice(PIECES), moved, chr(chance.randrange(0x110000))])
            + text[end:]
        )
    return text


def repeated_keys(chance: random.Random) -> str:
    """A text in which some key stands twice."""
    text = chance.choice(TEXTS)
    keys = [key for key in ("name", "id", "kind", "nodes", "script", "nodeId", "depends") if key in text]
    one, other = chance.choice(keys), chance.choice(keys)
    return text.replace(one, other, chance.randrange(1, 4))


def indented(chance: random.Random) -> str:
    """A YAML text with tabs, a byte order mark, other line ends or indentation that is off."""
    lines = chance.choice(TEXTS).splitlines()
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(lines))
        lines[place] = chance.choice(["\t", " ", "\ufeff", "    ", "- "]) + lines[place].lstrip(
            chance.choice([" ", ""])
        )
    return chance.choice(["\ufeff", "", ""]) + chance.choice(["\n", "\r\n", "\r", "\u2028"]).join(lines)


def deep(chance: random.Random) -> object:
    """Nesting: around the bound, around Python's own, and far past both."""
    depth = chance.choice([10, 98, 99, 100, 101, 102, 300, 990, 1000, 5000, 20_000])
    kind = chance.randrange(6)
    if kind == 0:
        return "[" * depth + "]" * chance.choice([depth, 0])
    if kind == 1:
        return '{"spec":' * depth + "1" + "}" * depth
    if kind == 2:
        depth = min(depth, 2000)  # indentation costs the square of it
        return "".join(" " * level + "a:\n" for level in range(depth))
    if kind == 3:
        return "- " * depth + "x"
    inner: Any = node("n")
    for level in range(min(depth, 300)):
        inner = {**node(f"n{level}"), "do-while": {"nodes": [inner]}} if kind == 4 else {"a": [inner]}
    root = etl(nodes=[inner], dependencies=[])
    return root if chance.random() < 0.5 else json.dumps(root)


def laughs(chance: random.Random) -> str:
    """YAML whose aliases stand for a lot, or for themselves."""
    levels, width = chance.randint(2, 30), chance.randint(2, 12)
    kind = chance.randrange(4)
    lines = ["a0: &a0 {x: lol}" if kind == 1 else "a0: &a0 [lol, lol]"]
    for level in range(1, levels):
        aliases = [f"*a{level - 1}"] * width
        if kind == 0:
            lines.append(f"a{level}: &a{level} [{', '.join(aliases)}]")
        elif kind == 1:
            lines.append(f"a{level}: &a{level} {{<<: [{', '.join(aliases)}], k{level}: *a{level - 1}}}")
        elif kind == 2:
            pairs = ", ".join(f"k{number}: {alias}" for number, alias in enumerate(aliases))
            lines.append(f"a{level}: &a{level} {{{pairs}}}")
        else:
            lines.append(f"a{level}: &a{level} [*a{level}]")
    lines.append(f"kind: CycleWorkflow\nspec: {{workflows: [{{name: w, nodes: *a{levels - 1}}}]}}")
    return "\n".join(lines)


def numbers(chance: random.Random) -> str:
    """Numbers that are long, huge, tiny or none."""
    digits = chance.choice([17, 400, 4299, 4300, 4301, 100_000])
    form = chance.choice(
        ["{}", "-{}", "0.{}", "1e{}", "-1E+{}", "{}.5", "NaN", "Infinity", "0x{}", "1_{}", "+{}", ".inf"]
    )
    number = form.format("9" * digits)
    place = chance.choice(['"id": ', '"timeout": ', '"name": ', '"anything": '])
    body = f'{{"kind": "CycleWorkflow", "spec": {{"workflows": [{{"name": "w", {place}{number}}}]}}}}'
    return (
        body
        if chance.random() < 0.5
        else f"x: 1\nkind: CycleWorkflow\nspec: {{workflows: [{{{place}{number}}}]}}"
    )


def wide(chance: random.Random) -> str:
    """Many of something in one text."""
    count = chance.choice([100, 1000, 3000])
    kind = chance.randrange(4)
    if kind == 0:
        return "{" + ",".join(f'"k{number}":1' for number in range(count)) + "}"
    if kind == 1:
        return chance.choice('[{"- \t&*!%|>#,:?') * count
    names = [chance.choice(["a", "b", f"n{number}"]) for number in range(count // 10)]
    nodes = [node(name, timeout=chance.choice([1, 0.5, "x"])) for name in names]
    edges = [{"nodeId": name, "depends": [{"nodeId": chance.choice(names) + "x"}]} for name in names]
    return json.dumps(etl(nodes=nodes, dependencies=edges if kind == 2 else []))


FREQUENT = [object_itself, as_json, as_yaml, any_value, truncated, mutated, repeated_keys, indented]
RARE = [deep, laughs, numbers, wide]
MAKERS: list[Callable[[random.Random], object]] = [*FREQUENT * 5, *RARE]
