"""Whatever a workflow, its folder or a node is called: every file is in the export's folder, and has a name of its own."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from pulumi_resource_dataworks import flowspec, openapi
from pulumi_resource_dataworks.export._assemble import assemble
from pulumi_resource_dataworks.export._kinds import WORKFLOW
from pulumi_resource_dataworks.export._workspace import ExportRequest, Folder, Listed, Workspace
from tests.support.workspaces import HOSTILE, sql, workflow


@pytest.mark.parametrize("language", ["python", "yaml"])
@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name)[:30] for name in HOSTILE])
def test_every_file_is_inside_and_has_a_name_of_its_own(tmp_path: Path, name: str, language: str) -> None:
    (tmp_path / "outside").mkdir()
    documents = [
        workflow(name, [sql(name, "SELECT 1;\n"), sql(f"{name}.", "SELECT 2;\n")], path=f"{name}/{name}"),
        workflow("plain", [sql(name, "SELECT 3;\n")], path=f"{name}/plain"),
        workflow("plain", [sql("plain", "SELECT 4;\n"), sql("PLAIN", "SELECT 5;\n")], path=f"plain/{name}"),
    ]
    ids = [str(flowspec.workflow_of(root)["id"]) for root in documents]
    specs = dict(zip(ids, map(flowspec.canonical, documents), strict=True))
    about = ExportRequest(10001, language, portable=False, name="*")
    made = assemble(
        Workspace([Listed(openapi.WorkflowSummary(id=one), WORKFLOW) for one in ids], specs), about, None
    )
    folder = Folder(tmp_path / "out", about)
    folder.write(made.files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "outside"]
    assert not any((tmp_path / "outside").iterdir())
    written = [path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()]
    assert sorted(written) == sorted(made.files)
    alike = {unicodedata.normalize("NFC", path).casefold() for path in written}
    assert len(alike) == len(written)
    assert not any(set(part) & set('<>:"|?*\\\0\n\r\x1b') for part in written)
    assert int((made.members or "0").split()[0]) + len(made.left_out) == 3
    scripts = [content for path, content in made.files.items() if content.startswith(b"SELECT")]
    imported = made.files["import.json"].decode()
    left = sum(spec.count("SELECT") for one, spec in specs.items() if f'/{one}"' not in imported)
    assert len(scripts) + left == 5
