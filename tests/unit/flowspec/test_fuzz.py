"""Anything at all is either refused as a document or goes through everything; it never takes long."""

import json
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_resource_dataworks.flowspec import (
    canonical,
    changes,
    clean,
    complete,
    digest,
    project,
    read,
    reset_removed,
    same,
)
from tests.support.documents import etl, node, rich
from tests.support.flowspecs import Object, Path_, at, chooser, errors_of, leaves, problems_of, put
from tests.support.nightly import NIGHTLY

bounded = settings(
    max_examples=300 if NIGHTLY else 60,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)

WORDS = st.sampled_from(
    [
        "",
        "id",
        "name",
        "nodes",
        "flow",
        "nodeId",
        "output",
        "Normal",
        "a",
        "b",
        "{{x}}",
        "{0}",
        "\0",
        "3",
        "-1",
        "1.5",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | WORDS, inner, max_size=4)
    ),
    max_leaves=12,
)


RICH = rich()
PATHS: list[Path_] = [path[:length] for path, _ in leaves(RICH) for length in range(1, len(path) + 1)]

OBJECTS = [path for path in PATHS if isinstance(at(RICH, path), dict)]


def through(source: object) -> None:
    """Everything that a document goes through, from reading to the answer of the service."""
    started = time.process_time()
    problems = problems_of(source)
    assert all(problem.render() and problem.render(secret=True) for problem in problems)
    if all(problem.severity == "warning" for problem in problems):
        root = complete(read(source).root, chooser())
        assert canonical(read(canonical(root)).root) == canonical(root)
        assert same(root, root)
        assert digest(root)
        assert not changes(root, root).describe()
        other = complete(RICH, chooser())
        for one, two in ((root, other), (other, root)):
            changes(one, two).describe()
            project(one, two)
            reset_removed(one, two)
        assert same(project(root, root), root)
        clean(root)
    assert time.process_time() - started < 1


def wire(value: Any) -> str:
    return json.dumps(value)


@bounded
@given(VALUES)
def test_any_value(value: Any) -> None:
    through(value)
    through(wire(value))


@bounded
@given(st.sampled_from(PATHS), VALUES)
def test_a_document_with_any_value_anywhere(path: Path_, value: Any) -> None:
    root = put(RICH, path, value)
    through(wire(root))


@bounded
@given(st.sampled_from(OBJECTS), st.text(max_size=6) | WORDS, VALUES)
def test_a_document_with_any_key_anywhere(path: Path_, key: str, value: Any) -> None:
    through(wire(mutated(lambda root: at(root, path).__setitem__(key, value))))


@bounded
@given(st.sampled_from(PATHS))
def test_a_document_with_anything_left_out(path: Path_) -> None:
    through(wire(mutated(lambda root: at(root, path[:-1]).__delitem__(path[-1]))))


TEXT = json.dumps(RICH, indent=1)


@bounded
@given(st.integers(0, len(TEXT)))
def test_a_text_that_ends_anywhere(length: int) -> None:
    through(TEXT[:length])


@bounded
@given(st.integers(0, len(TEXT)), st.integers(0, 12), st.text(max_size=6) | st.sampled_from('{}[]",:\\'))
def test_a_text_with_any_letters_anywhere(start: int, length: int, letters: str) -> None:
    through(TEXT[:start] + letters + TEXT[start + length :])


@bounded
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    through(text)


def mutated(change: Callable[[Object], object]) -> Object:
    root: Object = json.loads(json.dumps(RICH))
    change(root)
    return root


def test_a_document_with_many_problems_is_reported_in_time() -> None:
    root = etl(nodes=[node(f"n{number}", timeout=0.5) for number in range(50)], dependencies=[])
    started = time.process_time()
    assert len(errors_of(json.dumps(root))) == 50
    assert time.process_time() - started < 2
