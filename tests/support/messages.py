"""The wording of messages, in one file: tests/golden/messages.json has what each test was reported, under the test's ID.

A test asks for the fixture `messages` and calls it with what was said. `make golden` writes the file; a review of its diff
is the review of the wording.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pulumi_resource_dataworks import __version__
from tests.support.repository import REPO

FILE = REPO / "tests" / "golden" / "messages.json"
WRITES = os.environ.get("GOLDEN") == "write"
OF_CHANCE = {
    "port": re.compile(r"(?<=127\.0\.0\.1:)\d+"),
    "time": re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"),
    "uuid": re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
}
"""What is another in each run."""

Messages = Callable[..., None]
"""Takes what was said: text, an error, or several in a list; `messages(text, run=run_id)` writes `<run>` for a value of chance."""


def golden() -> dict[str, list[str]]:
    """The messages of each test, by its ID."""
    found: dict[str, list[str]] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    return found


GOLDEN = golden()


@pytest.fixture
def messages(request: pytest.FixtureRequest) -> Iterator[Messages]:
    """Compares what a test was reported with the golden file, or keeps it to be written there."""
    test = request.node.nodeid
    expected, found = GOLDEN.get(test, []), list[str]()

    def say(*said: Any, **names: object) -> None:
        begin = len(found)
        found.extend(_plain(text, request, names) for one in said for text in _texts(one))
        assert len(found) > begin, "nothing was said, so nothing is compared"
        if not WRITES:
            assert found[begin:] == expected[begin : len(found)], "see it, then run `make golden`"

    yield say
    assert WRITES or len(found) == len(expected), "the golden file has more: run `make golden`"
    request.node.user_properties.append(("messages", found))


def _texts(said: Any) -> Iterator[str]:
    """One text for each message; of a pair, such as a status with its kind, one for both."""
    if isinstance(said, list):
        for one in said:
            yield from _texts(one)
    else:
        yield ": ".join(map(str, said)) if isinstance(said, tuple) else str(said)


def _plain(text: str, request: pytest.FixtureRequest, names: dict[str, object]) -> str:
    """The text without what is another in each run."""
    if "tmp_path" in request.fixturenames:
        names = {"tmp_path": request.getfixturevalue("tmp_path"), **names}
    for name, value in names.items():
        text = text.replace(str(value), f"<{name}>")
    text = text.replace(f"dataworks {__version__}", "dataworks <version>")
    for name, pattern in OF_CHANCE.items():
        text = pattern.sub(f"<{name}>", text)
    return text


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a test that is in the golden file, and does not look."""
    if item.nodeid in GOLDEN and "messages" not in getattr(item, "fixturenames", ()) and not WRITES:
        pytest.fail("the golden file has messages of this test, and it looks at none: run `make golden`")


class Writer:
    """Writes the golden file: what tests were reported, from every process of pytest-xdist, beside what is there of others."""

    def __init__(self) -> None:
        self.ran: dict[str, list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "teardown":
            self.ran[report.nodeid] = dict(report.user_properties).get("messages", [])  # type: ignore[assignment]

    def pytest_sessionfinish(self) -> None:
        kept = {test: said for test, said in GOLDEN.items() if test not in self.ran}
        found = {test: said for test, said in (kept | self.ran).items() if said}
        FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Lets the one process that hears of all tests write the file."""
    if WRITES and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer())
