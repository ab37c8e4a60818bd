from __future__ import annotations

import re
from pathlib import Path

import pytest

from pulumi_resource_dataworks.export._folder import JOURNAL, MANIFEST, About, Folder, RefusedError
from tests.support.messages import Messages

ABOUT = About(10001, "python", portable=False, name="*")
FILES = {"a.py": b"1\n", "workflows/x/a.sql": b"SELECT 1;\r\n", "workflows/x/b.sql": b"SELECT 2;"}


def there(folder: Path) -> dict[str, bytes]:
    """The files of a folder, those aside that an export keeps for itself."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if not name.startswith(".dataworks-export")
    }


def write(path: Path, files: dict[str, bytes]) -> list[str]:
    return Folder.of(path, ABOUT).write(files, {"x": "daily"})


def test_a_new_folder_gets_the_files(tmp_path: Path) -> None:
    assert write(tmp_path / "out/deep", FILES) == []
    assert there(tmp_path / "out/deep") == FILES
    assert Folder.of(tmp_path / "out/deep", ABOUT).names == {"x": "daily"}


def test_the_same_export_may_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    changed = {"a.py": b"2\n", "workflows/x/b.sql": b"SELECT 2;", "workflows/y/c.sql": b"SELECT 3;"}
    assert write(tmp_path, changed) == []
    assert there(tmp_path) == changed
    write(tmp_path, {"a.py": b"2\n"})
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "a.py"]


def refused(path: Path, about: About = ABOUT) -> str:
    with pytest.raises(RefusedError) as caught:
        Folder.of(path, about)
    return str(caught.value)


def test_a_folder_with_something_else_is_refused(tmp_path: Path, messages: Messages) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    messages(refused(tmp_path))
    assert "is a file" in refused(tmp_path / "notes.txt")
    assert there(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize(
    "other",
    [
        About(10002, "python", portable=False, name="*"),
        About(10001, "go", portable=False, name="*"),
        About(10001, "python", portable=True, name="*"),
        About(10001, "python", portable=False, name="sales_*"),
    ],
)
def test_another_export_is_refused(tmp_path: Path, other: About, messages: Messages) -> None:
    write(tmp_path, FILES)
    message = refused(tmp_path, other)
    messages(message)
    assert str(other) in message


def test_a_journal_alone_is_a_run_that_was_stopped(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("")
    assert Folder.of(tmp_path, ABOUT).names == {}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 2}', "half"])
def test_a_list_of_files_that_cannot_be_read_is_refused(
    tmp_path: Path, text: str, messages: Messages
) -> None:
    (tmp_path / MANIFEST).write_text(text)
    messages(refused(tmp_path))


def test_a_file_that_somebody_edited_is_never_overwritten(tmp_path: Path, messages: Messages) -> None:
    write(tmp_path, FILES)
    (tmp_path / "workflows/x/a.sql").write_bytes(b"SELECT 'mine';\n")
    before = there(tmp_path)
    with pytest.raises(RefusedError) as refused:
        write(tmp_path, {**FILES, "a.py": b"2\n", "workflows/x/a.sql": b"SELECT 4;"})
    messages(refused.value)
    assert there(tmp_path) == before


def test_nor_is_one_that_was_there_before(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "new.sql").write_bytes(b"mine")
    with pytest.raises(RefusedError, match=r"new\.sql"):
        write(tmp_path, {**FILES, "new.sql": b"theirs"})


def test_an_edit_that_the_service_has_too_is_no_conflict(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "a.py").write_bytes(b"2\n")
    assert write(tmp_path, {**FILES, "a.py": b"2\n"}) == []
    assert write(tmp_path, {**FILES, "a.py": b"3\n"}) == []


def test_an_edited_file_whose_workflow_is_no_more_stays(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "workflows/x/a.sql").write_bytes(b"mine")
    assert write(tmp_path, {"a.py": b"1\n"}) == ["workflows/x/a.sql"]
    assert there(tmp_path) == {"a.py": b"1\n", "workflows/x/a.sql": b"mine"}


@pytest.mark.parametrize("writes", range(6))
def test_a_write_that_is_killed_is_repeated(
    tmp_path: Path, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, FILES)
    changed = {name: content + b"-- new\n" for name, content in FILES.items()}
    count = [0]
    put = Path.replace

    def replace(path: Path, target: Path) -> Path:
        count[0] += 1
        if count[0] > writes:
            raise KeyboardInterrupt
        return put(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    try:
        write(tmp_path, changed)
    except KeyboardInterrupt:
        assert writes < 5
    monkeypatch.undo()
    assert write(tmp_path, changed) == []
    assert there(tmp_path) == changed
    write(tmp_path, FILES)
    assert there(tmp_path) == FILES


def test_many_edited_files_are_counted(tmp_path: Path) -> None:
    files = {f"{number:02}.sql": b"1" for number in range(30)}
    write(tmp_path, files)
    for name in files:
        (tmp_path / name).write_bytes(b"2")
    with pytest.raises(RefusedError) as caught:
        write(tmp_path, dict.fromkeys(files, b"3"))
    assert len(re.findall(r"\.sql", str(caught.value))) == 10
    assert "and 20 more" in str(caught.value)
