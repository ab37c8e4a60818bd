"""The pictures of the pages are what the command writes."""

from pathlib import Path

from pulumi_resource_dataworks import cli
from pulumi_resource_dataworks.graph import mermaid
from tests.support.pictures import after, compared, document, node

PAGE = Path(__file__).resolve().parents[3] / "docs" / "graph.md"


def example() -> str:
    orders = {"output": "crm.orders", "refTableName": "orders_ready"}
    before = document(
        [node("extract", "DI"), node("clean"), node("export", "DIDE_SHELL")],
        [after("extract", orders), after("clean", "extract"), after("export", "clean")],
    )
    now = document(
        [
            node("extract", "DI"),
            node("clean", rerunTimes=3),
            node("score", "PYODPS3"),
            node("report", "ODPS_SQL"),
        ],
        [
            after("extract", orders),
            after("clean", "extract", {"type": "CrossCycleDependsOnSelf"}),
            after("score", "clean"),
            after("report", "score"),
        ],
        trigger={"type": "Scheduler", "cron": "00 00 03 * * ?", "timezone": "Asia/Shanghai"},
    )
    return mermaid(compared(before, now))


def test_the_page_shows_what_the_command_writes() -> None:
    assert f"```mermaid\n{example()}```\n" in PAGE.read_text("utf-8")


def test_the_picture_of_the_readme_is_what_the_command_draws(tmp_path: Path) -> None:
    document = PAGE.parents[1] / "examples/retail/workflow/retail_daily.yaml"
    names = ("workspace=retail", "maxcompute=odps_first", "shop=shop_mysql", "resourceGroup=S_res_group_1")
    variables = [word for name in names for word in ("--variable", name)]
    assert cli.main(["graph", str(document), *variables, "--out", str(tmp_path / "retail.svg")]) == 0
    assert (tmp_path / "retail.svg").read_text("utf-8") == (PAGE.parent / "retail.svg").read_text("utf-8")
