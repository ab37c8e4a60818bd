from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pulumi_resource_dataworks.export._workspace import KEPT, ExportRequest, Folder, RefusedError
from tests.support.messages import Messages

ABOUT = ExportRequest(10001, "python", portable=False, name="*")
FILES = {"a.py": b"1\n", "workflows/x/a.sql": b"SELECT 1;\r\n", "workflows/x/b.sql": b"SELECT 2;"}


def there(folder: Path) -> dict[str, bytes]:
    """The files of a folder, those aside that an export keeps for itself."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in found.items() if not name.startswith(".dataworks-export")
    }


def write(path: Path, files: dict[str, bytes]) -> None:
    Folder(path, ABOUT).write(files)


def stopped(path: Path) -> Path:
    """A folder as a run leaves it that was stopped while it read."""
    folder = Folder(path, ABOUT)
    folder.start()
    folder.keep("0.json", b"{}")
    return path


def test_a_new_folder_gets_the_files(tmp_path: Path) -> None:
    write(tmp_path / "out/deep", FILES)
    assert there(tmp_path / "out/deep") == FILES


def refused(path: Path, about: ExportRequest = ABOUT) -> str:
    with pytest.raises(RefusedError) as caught:
        Folder(path, about)
    return str(caught.value)


def test_a_folder_with_something_else_is_refused(tmp_path: Path, messages: Messages) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    messages(refused(tmp_path))
    assert "is a file" in refused(tmp_path / "notes.txt")
    assert there(tmp_path) == {"notes.txt": b"mine"}


def test_so_is_one_with_an_export(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    assert "is not empty" in refused(tmp_path)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    folder = Folder(stopped(tmp_path), ABOUT)
    assert folder.count_kept() == 1
    assert folder.kept("0.json") == b"{}"
    assert folder.kept("1.json") is None
    folder.write(FILES)
    assert not (tmp_path / KEPT).exists()


def test_what_was_read_is_not_kept_through_a_link(tmp_path: Path, outside: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / KEPT).symlink_to(outside)
    assert "is not empty" in refused(out)
    assert there(outside) == {"a.sql": b"mine"}


def test_a_file_that_was_there_is_never_overwritten(tmp_path: Path, messages: Messages) -> None:
    stopped(tmp_path)
    (tmp_path / "workflows/x").mkdir(parents=True)
    (tmp_path / "workflows/x/a.sql").write_bytes(b"SELECT 'mine';\n")
    before = there(tmp_path)
    with pytest.raises(RefusedError) as refused:
        write(tmp_path, FILES)
    messages(refused.value)
    assert there(tmp_path) == before
    assert (tmp_path / KEPT).exists()


@pytest.mark.parametrize("writes", range(4))
def test_a_write_that_is_killed_is_repeated(
    tmp_path: Path, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = [0]
    put = Path.replace

    def replace(path: Path, target: Path) -> Path:
        count[0] += 1
        if count[0] > writes:
            raise KeyboardInterrupt
        return put(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    try:
        write(tmp_path, FILES)
    except KeyboardInterrupt:
        assert writes < len(FILES)
        monkeypatch.undo()
        write(tmp_path, FILES)
    assert there(tmp_path) == FILES
    assert not (tmp_path / KEPT).exists()


def test_many_files_in_the_way_are_counted(tmp_path: Path) -> None:
    stopped(tmp_path)
    files = {f"{number:02}.sql": b"1" for number in range(30)}
    for name in files:
        (tmp_path / name).write_bytes(b"2")
    with pytest.raises(RefusedError) as caught:
        write(tmp_path, files)
    assert len(re.findall(r"\.sql", str(caught.value))) == 10
    assert "and 20 more" in str(caught.value)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the export's, with a file that an export would write."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.sql").write_bytes(b"mine")
    return folder


@pytest.mark.parametrize("target", ["a.sql", "none"])
def test_a_link_is_not_written_through(tmp_path: Path, outside: Path, target: str) -> None:
    out = stopped(tmp_path / "out")
    (out / "a.py").symlink_to(outside / target)
    if target == "a.sql":
        with pytest.raises(RefusedError):
            write(out, FILES)
    else:
        write(out, FILES)
        assert there(out) == FILES
    assert there(outside) == {"a.sql": b"mine"}


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    stopped(tmp_path)
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(RefusedError, match="not of this export"):
        write(tmp_path, FILES)
    (tmp_path / "a.py").unlink()
    (tmp_path / "a.py").mkdir()
    with pytest.raises(RefusedError, match="not of this export"):
        write(tmp_path, FILES)


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    write(tmp_path / "link", FILES)
    assert there(tmp_path / "real") == FILES
