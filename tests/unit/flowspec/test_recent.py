"""Documents that were read a moment ago are not read again, and take no more memory than a few."""

import json

import pytest

from pulumi_resource_dataworks.flowspec import read_canonical
from pulumi_resource_dataworks.flowspec._document import _recent


def text(number: int, size: int = 10) -> str:
    return json.dumps({"name": f"{number:0{size}}"})


def test_what_was_read_last_is_at_hand() -> None:
    first = read_canonical(text(1))
    read_canonical(text(2))
    assert read_canonical(text(1)) is first


@pytest.mark.parametrize(("size", "most"), [(10, 16), (1_000_000, 8), (10_000_000, 2)])
def test_only_so_much_is_kept(size: int, most: int) -> None:
    for number in range(20):
        read_canonical(text(number, size))
    assert 2 <= len(_recent) <= most
    assert text(19, size) in _recent
    _recent.clear()
