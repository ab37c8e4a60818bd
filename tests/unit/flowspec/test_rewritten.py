"""Whatever way a document is written, it means the same; and whatever way it is written, no change hides in it."""

import copy
import json
import random
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulumi_resource_dataworks.flowspec import canonical, changes, digest, project, read, reset_removed, same
from tests.support.corpus import FOLDERS, TAKEN, loaded, named, of
from tests.support.documents import etl, full, generate, rich
from tests.support.flowspecs import Object, completed, errors_of, is_server_owned, leaves, other, put
from tests.support.nightly import NIGHTLY, part
from tests.support.rewrites import REWRITES, Rewrite, rewritten, written

OURS: dict[str, Callable[[], Object]] = {
    "etl": etl,
    "rich": rich,
    "full": full,
    "generated": lambda: generate(12),
}
FILES = {named(file): file for file in TAKEN}
NAMES = [*OURS, *FILES]
SOME = [named(file) for folder in FOLDERS for file in part(of(folder, TAKEN), at_least=6)]

bounded = settings(
    max_examples=150 if NIGHTLY else 40,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@cache
def document(name: str) -> Object:
    return OURS[name]() if name in OURS else loaded(FILES[name])


def mean_the_same(name: str, found: object) -> None:
    assert errors_of(found) == []
    one, two = completed(document(name)), completed(read(found).root)
    assert same(one, two), changes(one, two).describe()
    assert same(two, one)
    assert digest(one) == digest(two)
    assert changes(one, two).describe() == changes(two, one).describe() == ""
    for before, after in ((one, two), (two, one)):
        undone, stuck = reset_removed(before, after)
        assert stuck == []
        assert same(undone, after)
        assert canonical(project(before, after)) == canonical(before)


@pytest.mark.parametrize("name", [*OURS, *SOME])
@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: str(rewrite.__name__))
def test_a_document_in_other_words_means_the_same(rewrite: Rewrite, name: str) -> None:
    for seed in range(3 if NIGHTLY else 1):
        mean_the_same(name, json.dumps(rewritten(document(name), [rewrite], random.Random(seed))))


@bounded
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(REWRITES), min_size=2, max_size=8), st.integers())
def test_a_document_in_other_words_of_many_kinds_means_the_same(
    name: str, rewrites: list[Rewrite], seed: int
) -> None:
    chance = random.Random(seed)
    mean_the_same(name, written(rewritten(document(name), rewrites, chance), chance))


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: str(rewrite.__name__))
def test_each_kind_of_other_words_is_some(rewrite: Rewrite) -> None:
    root = full()
    found = [rewritten(root, [rewrite], random.Random(seed)) for seed in range(3)]
    assert any(json.dumps(one) != json.dumps(root) for one in found)


PENDING = {
    "hotel_nights": "values that the parser drops",
}
"""Documents with something that counts here and not for the vendor's parser."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=pytest.mark.xfail(reason=PENDING[name], strict=True) if name in PENDING else ()
        )
        for name in NAMES
    ],
)
def test_every_leaf_counts_but_the_services_own(name: str) -> None:
    root = document(name)
    assert same(root, copy.deepcopy(root))
    judged = 0
    found = list(leaves(root))
    for path, value in found if name in PENDING else part(found, at_least=60):
        if path == ("kind",):
            continue
        one = put(root, path, other(value))
        assert same(root, one) is same(one, root) is is_server_owned(path), path
        judged += 1
    assert judged >= 3


@bounded
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(REWRITES), max_size=6), st.integers(), st.data())
def test_no_change_hides_in_other_words(
    name: str, rewrites: list[Rewrite], seed: int, data: st.DataObject
) -> None:
    root = document(name)
    path, value = data.draw(st.sampled_from([leaf for leaf in leaves(root) if leaf[0] != ("kind",)]))
    one = put(root, path, other(value))
    two = rewritten(one, rewrites, random.Random(seed))
    assert same(root, two) is same(two, root) is is_server_owned(path), path
