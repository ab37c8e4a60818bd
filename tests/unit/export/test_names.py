from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_resource_dataworks.export._file_names import Folders, Names, parts_of, resource_names

FORBIDDEN = set('<>:"/\\|?*') | {chr(code) for code in range(32)}
DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}


@given(st.lists(st.text(), max_size=8), st.sampled_from(["", ".sql", ".ipynb"]))
def test_any_text_is_a_name_on_every_file_system(texts: list[str], suffix: str) -> None:
    names = Names()
    taken = [names.take(text, suffix) for text in texts]
    for name in taken:
        assert name.isprintable()
        assert not FORBIDDEN & set(name)
        assert name not in {"", ".", ".."}
        assert not name.startswith((".", " "))
        assert not name.endswith((".", " "))
        assert name.partition(".")[0].casefold() not in DEVICES
        assert len(name.encode()) <= 255
        assert name.endswith(suffix)
    folded = [unicodedata.normalize("NFC", name.casefold()) for name in taken]
    assert len(set(folded)) == len(taken)


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("orders", "orders.sql"),
        ("工作流 042203", "工作流 042203.sql"),
        ("../../etc/passwd", "_.._.._etc_passwd.sql"),
        ("/etc", "_etc.sql"),
        (".git", "_.git.sql"),
        ("CON", "_CON.sql"),
        ("com1.x", "_com1.x.sql"),
        ("a. ", "a.sql"),
        ("", "_.sql"),
        ("长" * 120, "长" * 83 + ".sql"),
        ("é", "é.sql"),
    ],
)
def test_what_is_safe_stays(wanted: str, name: str) -> None:
    assert Names().take(wanted, ".sql") == name


def test_names_that_a_file_system_takes_for_one_get_numbers() -> None:
    names = Names("workflow.json")
    wanted = ["Orders", "orders", "ORDERS", "cafe\u0301", "caf\u00e9", "straße", "STRASSE"]
    taken = [names.take(name) for name in wanted]
    assert taken == ["Orders", "orders-2", "ORDERS-3", "café", "café-2", "straße", "STRASSE-2"]
    assert names.take("Workflow", ".json") == "Workflow-2.json"


def test_workflows_lie_as_in_data_studio() -> None:
    folders = Folders("workflows", "workflow.json")
    paths = [
        "sales/daily",
        "sales/daily/sub",
        "Sales/daily",
        "sales/daily",
        "a/../b",
        "sales/workflow.json/x",
    ]
    assert [folders.take(parts_of(path)) for path in paths] == [
        "workflows/sales/daily",
        "workflows/sales/daily/sub",
        "workflows/Sales-2/daily",
        "workflows/sales/daily-2",
        "workflows/a/_/b",
        "workflows/sales/workflow.json-2/x",
    ]
    assert folders.names["workflows/sales/daily"].take("sub") == "sub-2"


def named(*paths: str) -> list[str]:
    found = resource_names({path: parts_of(path) for path in paths})
    return [found[path] for path in paths]


def test_a_resource_is_called_as_its_workflow() -> None:
    assert named("sales/daily_orders", "工作流042203") == ["daily_orders", "工作流042203"]
    assert named("odps SQL: test", "${x}", "-.", "a::b") == ["odps-SQL-test", "x", "workflow", "a-b"]


def test_resources_of_one_name_have_the_folders_that_distinguish_them() -> None:
    assert named("a/x/daily", "b/x/daily", "c/daily", "other") == [
        "a-x-daily",
        "b-x-daily",
        "c-daily",
        "other",
    ]
    assert named("daily", "a/daily") == ["daily", "a-daily"]


def test_resources_that_no_folder_distinguishes_have_numbers() -> None:
    assert sorted(named("a b", "a-b", "a?b")) == ["a-b", "a-b-2", "a-b-3"]
    assert named("a-b", "a b") == list(reversed(named("a b", "a-b")))


def test_no_resource_has_a_name_that_a_program_has_for_something_else() -> None:
    assert named("pulumi", "care/projectId", "Pulumi") == ["pulumi-2", "care-projectId", "Pulumi"]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "a b", "a-b", ""]), max_size=3), max_size=8))
def test_no_two_resources_have_one_name(paths: list[list[str]]) -> None:
    found = resource_names({str(number): path for number, path in enumerate(paths)})
    assert len(set(found.values())) == len(paths)
