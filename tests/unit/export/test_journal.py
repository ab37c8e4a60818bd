from __future__ import annotations

import os
from pathlib import Path

import pytest

from pulumi_resource_dataworks.export._fetch import Entry, Journal, kept_in
from pulumi_resource_dataworks.export._folder import JOURNAL, About, Folder, RefusedError

ENTRY = Entry(id="7", listed=("每日", "sales/每日", 17), spec='{"a": "\u2028\\n"}')


def folder(path: Path, project_id: int = 1) -> Folder:
    return Folder(path, About(project_id, "python", portable=False, name="*"))


def another(number: int) -> Entry:
    return ENTRY.model_copy(update={"id": str(number)})


def test_what_was_read_is_kept(tmp_path: Path) -> None:
    deep = folder(tmp_path / "deep/er")
    with Journal.open(deep) as journal:
        assert journal.entries == {}
        journal.add(ENTRY)
        assert kept_in(deep) == 1  # while it is open: a kill may come next
    with Journal.open(deep) as again:
        assert again.entries == {"7": ENTRY}
        assert again.began == journal.began
        assert str(journal.began).endswith("UTC")


def test_half_a_line_is_none(tmp_path: Path) -> None:
    with Journal.open(folder(tmp_path)) as journal:
        journal.add(ENTRY)
        journal.add(another(8))
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-9])
    assert kept_in(folder(tmp_path)) == 1
    with Journal.open(folder(tmp_path)) as journal:
        assert journal.entries.keys() == {"7"}
        journal.add(another(9))
    with Journal.open(folder(tmp_path)) as journal:
        assert journal.entries.keys() == {"7", "9"}


@pytest.mark.parametrize(
    "line", ["3", "[]", '{"id": "9"}', '{"id": 9, "listed": [], "spec": ""}', "\x00", "{" * 5000]
)
def test_a_line_that_no_run_has_written_is_none(tmp_path: Path, line: str) -> None:
    with Journal.open(folder(tmp_path)) as journal:
        journal.add(ENTRY)
    with (tmp_path / JOURNAL).open("a") as file:
        file.write(f"{line}\n")
    with Journal.open(folder(tmp_path)) as journal:
        assert journal.entries == {"7": ENTRY}


def test_an_empty_file_is_a_new_journal(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("")
    with Journal.open(folder(tmp_path)) as journal:
        assert journal.entries == {}
        journal.add(ENTRY)
    assert kept_in(folder(tmp_path)) == 1


@pytest.mark.parametrize("text", ["mine\n", "[]\n", '{"project_id": "x"}\n'])
def test_what_is_no_journal_is_refused_and_stays(tmp_path: Path, text: str) -> None:
    (tmp_path / JOURNAL).write_text(text)
    with pytest.raises(RefusedError, match="delete it"), Journal.open(folder(tmp_path)):
        pass
    assert (tmp_path / JOURNAL).read_text() == text


def test_another_workspace_s_is_refused(tmp_path: Path) -> None:
    with Journal.open(folder(tmp_path)):
        pass
    with pytest.raises(RefusedError, match="workspace 1, and this is 2"), Journal.open(folder(tmp_path, 2)):
        pass


def test_a_journal_that_is_another_file_too_is_written_anew(tmp_path: Path) -> None:
    with Journal.open(folder(tmp_path / "out")) as journal:
        journal.add(ENTRY)
    outside = tmp_path / "outside"
    os.link(tmp_path / "out" / JOURNAL, outside)
    before = outside.read_bytes()
    with Journal.open(folder(tmp_path / "out")) as journal:
        journal.add(another(8))
    assert outside.read_bytes() == before
    assert kept_in(folder(tmp_path / "out")) == 2


def test_without_a_journal_nothing_is_kept(tmp_path: Path) -> None:
    assert kept_in(folder(tmp_path / "none")) == 0
