from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from pulumi_resource_dataworks.export._folder import KEPT, MANIFEST, ExportRequest, Folder, RefusedError
from tests.support.messages import Messages

ABOUT = ExportRequest(10001, "python", portable=False, name="*")
FILES = {"a.py": b"1\n", "workflows/x/a.sql": b"SELECT 1;\r\n", "workflows/x/b.sql": b"SELECT 2;"}


def there(folder: Path) -> dict[str, bytes]:
    """The files of a folder, those aside that an export keeps for itself."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if not name.startswith(".dataworks-export")
    }


def write(path: Path, files: dict[str, bytes]) -> list[str]:
    return Folder(path, ABOUT).write(files, {"x": "daily"})


def test_a_new_folder_gets_the_files(tmp_path: Path) -> None:
    assert write(tmp_path / "out/deep", FILES) == []
    assert there(tmp_path / "out/deep") == FILES
    assert Folder(tmp_path / "out/deep", ABOUT).names == {"x": "daily"}


def test_the_same_export_may_be_repeated(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    changed = {"a.py": b"2\n", "workflows/x/b.sql": b"SELECT 2;", "workflows/y/c.sql": b"SELECT 3;"}
    assert write(tmp_path, changed) == ["workflows/x/a.sql"]
    assert there(tmp_path) == {**FILES, **changed}


def test_nothing_is_deleted_and_what_is_no_part_any_more_is_named(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    (tmp_path / "workflows/x/b.sql").write_bytes(b"mine")
    gone = ["workflows/x/a.sql", "workflows/x/b.sql"]
    assert write(tmp_path, {"a.py": b"2\n"}) == gone
    assert there(tmp_path) == {**FILES, "a.py": b"2\n", "workflows/x/b.sql": b"mine"}
    assert write(tmp_path, {"a.py": b"2\n"}) == gone  # until somebody deletes them
    (tmp_path / gone[0]).unlink()
    assert write(tmp_path, {"a.py": b"2\n"}) == gone[1:]
    with pytest.raises(RefusedError, match=r"b\.sql"):
        write(tmp_path, FILES)


def refused(path: Path, about: ExportRequest = ABOUT) -> str:
    with pytest.raises(RefusedError) as caught:
        Folder(path, about)
    return str(caught.value)


def test_a_folder_with_something_else_is_refused(tmp_path: Path, messages: Messages) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    messages(refused(tmp_path))
    assert "is a file" in refused(tmp_path / "notes.txt")
    assert there(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize(
    "other",
    [
        ExportRequest(10002, "python", portable=False, name="*"),
        ExportRequest(10001, "go", portable=False, name="*"),
        ExportRequest(10001, "python", portable=True, name="*"),
        ExportRequest(10001, "python", portable=False, name="sales_*"),
    ],
)
def test_another_export_is_refused(tmp_path: Path, other: ExportRequest, messages: Messages) -> None:
    write(tmp_path, FILES)
    message = refused(tmp_path, other)
    messages(message)
    assert str(other) in message


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    Folder(tmp_path, ABOUT).start()
    again = Folder(tmp_path, ABOUT)
    assert again.names == {}
    again.put(f"{KEPT}/{'0' * 16}.json", b"{}")
    assert len(Folder(tmp_path, ABOUT).kept()) == 1
    assert write(tmp_path, FILES) == []
    assert not (tmp_path / KEPT).exists()


def test_what_was_read_is_not_kept_through_a_link(tmp_path: Path, outside: Path) -> None:
    out = tmp_path / "out"
    write(out, {})
    (out / KEPT).symlink_to(outside)
    with pytest.raises(RefusedError):
        Folder(out, ABOUT).put(f"{KEPT}/{'0' * 16}.json", b"{}")
    with pytest.raises(RefusedError):
        Folder(out, ABOUT).kept()
    assert there(outside) == {"a.sql": b"mine"}


def manifest(**changes: Any) -> str:
    about = {"project_id": 10001, "language": "python", "portable": False, "name": "*"}
    return json.dumps({"format": 1, "about": about, "names": {}, "files": {}, **changes})


BROKEN = {
    "empty": "",
    "no keys": "{}",
    "a list": "[1]",
    "half": "half",
    "another format": manifest(format=2),
    "no text": "\x00",
    "deep": "[" * 5000,
    "another key": manifest(more=1),
    "no names": manifest(names=None),
    "names of numbers": manifest(names={"x": 1}),
    "hashes in lists": manifest(files={"a.py": ["x"]}),
    "about nothing": manifest(about={}),
    "about a text": manifest(about="x"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_list_of_files_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert "cannot be read: no export has written it so" in refused(tmp_path)


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


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the export's, with a file that an export would write."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.sql").write_bytes(b"mine")
    return folder


def test_a_link_is_not_followed_out_of_the_folder(tmp_path: Path, outside: Path, messages: Messages) -> None:
    out = tmp_path / "out"
    write(out, {"a.py": b"1\n"})
    (out / "workflows").mkdir()
    (out / "workflows/x").symlink_to(outside)
    with pytest.raises(RefusedError) as caught:
        write(out, FILES)
    messages(caught.value)
    assert there(outside) == {"a.sql": b"mine"}


@pytest.mark.parametrize("name", ["a.py", MANIFEST, ".dataworks-export.tmp"])
@pytest.mark.parametrize("target", ["a.sql", "none"])
def test_a_file_that_is_a_link_is_refused(tmp_path: Path, outside: Path, name: str, target: str) -> None:
    out = tmp_path / "out"
    write(out, {})
    (out / name).unlink(missing_ok=True)
    (out / name).symlink_to(outside / target)
    with pytest.raises(RefusedError):
        write(out, FILES)
    assert there(outside) == {"a.sql": b"mine"}


def test_a_file_that_is_another_one_too_is_written_anew(tmp_path: Path, outside: Path) -> None:
    out = tmp_path / "out"
    write(out, {"a.py": b"mine"})
    (out / "a.py").unlink()
    os.link(outside / "a.sql", out / "a.py")
    write(out, FILES)
    assert there(outside) == {"a.sql": b"mine"}


@pytest.mark.parametrize(
    "key", ["../outside/a.sql", "/etc/hostname", "a/../../outside/a.sql", "", "a\0b", "."]
)
def test_a_list_that_names_what_is_outside_is_refused(tmp_path: Path, outside: Path, key: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(manifest(files={key: "x"}))
    with pytest.raises(RefusedError):
        write(out, {"a.py": b"1\n"})
    assert there(outside) == {"a.sql": b"mine"}
    assert there(out) == {}


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {})
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(RefusedError, match="is not a file"):
        write(tmp_path, FILES)
    (tmp_path / "a.py").unlink()
    (tmp_path / "a.py").mkdir()
    with pytest.raises(RefusedError, match="is not a file"):
        write(tmp_path, FILES)


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    write(tmp_path / "link", FILES)
    assert there(tmp_path / "real") == FILES
