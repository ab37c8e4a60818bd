from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_resource_dataworks.export._folder import RefusedError
from pulumi_resource_dataworks.export._journal import Entry, Journal, kept_in

ENTRY = Entry(("每日", "sales/每日", 17), '{"a": "\u2028\\n"}')


def test_what_is_added_is_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep/journal"
    with Journal.open(path, 1) as journal:
        assert (journal.began, journal.entries) == (None, {})
        journal.add("7", ENTRY)
        assert kept_in(path) == 1  # while it is open: a kill may come next
    with Journal.open(path, 1) as journal:
        assert journal.entries == {"7": ENTRY}
        assert str(journal.began).endswith("UTC")


def test_a_line_that_a_kill_has_cut_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal.open(path, 1) as journal:
        journal.add("7", ENTRY)
        journal.add("8", ENTRY)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert kept_in(path) == 1
    with Journal.open(path, 1) as journal:
        assert journal.entries.keys() == {"7"}
        journal.add("9", ENTRY)
    with Journal.open(path, 1) as journal:
        assert journal.entries.keys() == {"7", "9"}


@pytest.mark.parametrize("text", ["", "\n", '{"proj', "[]\n"])
def test_one_without_a_beginning_begins_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "journal"
    path.write_text(text)
    with Journal.open(path, 1) as journal:
        assert (journal.began, journal.entries) == (None, {})
        journal.add("7", ENTRY)
    with Journal.open(path, 1) as journal:
        assert journal.entries == {"7": ENTRY}


def test_one_of_another_workspace_is_refused(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal", 1):
        pass
    with (
        pytest.raises(RefusedError, match="workspace 1, and this is 2"),
        Journal.open(tmp_path / "journal", 2),
    ):
        pass


def test_there_may_be_none(tmp_path: Path) -> None:
    assert kept_in(tmp_path / "none") == 0
