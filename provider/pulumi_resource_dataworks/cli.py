"""The command line for people: `pulumi-dataworks`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from . import __version__
from ._names import STUDIO_KINDS, install_with

if TYPE_CHECKING:
    from .emulator import Emulator


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is returned.

    Where the command has no other it is 130 after Ctrl-C, 141 where the output is not read any more (`| head`), and 2
    where something cannot be read or written.

    Args:
        argv: The arguments without the program's name; `sys.argv` unless given.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed before the start: `>&-`
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - it stays open
    words = sys.argv[1:] if argv is None else argv
    arguments = _parser().parse_args(words, argparse.Namespace(words=words))
    try:
        exit_code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 130
    except BrokenPipeError:
        _drop(sys.stdout, sys.stderr)
        return 141
    except OSError as error:
        _drop(sys.stdout)
        sys.stderr.write(f"pulumi-dataworks: {error}\n")
        return 2
    return exit_code


def _drop(*streams: TextIO) -> None:
    """Drop what cannot be written: Python would try again at its end, and print a traceback."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with suppress(OSError):  # a stream of a test may not be a file
            os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pulumi-dataworks", description="Tools around the DataWorks provider."
    )
    parser.add_argument("--version", action="version", version=f"pulumi-dataworks {__version__}")
    parser.set_defaults(run=_run)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_emulator(
        commands.add_parser("emulator", help="DataWorks on localhost, for tests and for trying out")
    )
    _add_validate(commands.add_parser("validate", help="what is wrong with FlowSpec documents, and where"))
    _add_probe(commands.add_parser("probe", help="how a real workspace behaves where no source says so"))
    _add_export(commands.add_parser("export", help="what a workspace holds as a Pulumi program"))
    _add_list(commands.add_parser("list", help="what stands in Data Studio, and what of it is in production"))
    _add_graph(commands.add_parser("graph", help="a workflow as a picture, and what changes in it"))
    _add_run(commands.add_parser("run", help="run a workflow: a backfill, a manual workflow, a smoke test"))
    return parser


def _run(arguments: argparse.Namespace) -> int:
    """Runs a command with its own module, which the others start without."""
    module = {"list": "_workspace", "run": "_workspace"}.get(arguments.command, arguments.command)
    status: int = import_module(f"{__package__}.{module}").run(arguments)
    return status


def _add_emulator(parser: argparse.ArgumentParser) -> None:
    parser.description = "Serve DataWorks' OpenAPI on localhost; prints one line of JSON when it is ready."
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (a free one)")
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--job-seconds-per-node", type=float, metavar="S", help="pace of imports (1.2)")
    pace.add_argument("--job-seconds", type=float, metavar="S", help="let every import take this long")
    parser.add_argument(
        "--project-id",
        type=int,
        action="append",
        metavar="ID",
        help="ID of a workspace; may be repeated (10001)",
    )
    parser.add_argument(
        "--standard", action="store_true", help="let workspaces have an environment for development"
    )
    parser.add_argument(
        "--as", dest="settings", metavar="FILE", help="JSON with switches, faults, job and edition"
    )
    parser.add_argument("--loose", action="store_true", help="do not check signatures")
    parser.add_argument(
        "--detach",
        action="store_true",
        help='run on in the background, and print shell commands for its address and keys: eval "$(... --detach)"',
    )
    parser.set_defaults(run=_emulator)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)


def _emulator(arguments: argparse.Namespace) -> int:
    if arguments.detach:
        return _detached_emulator([word for word in arguments.words if word != "--detach"])
    try:
        from . import emulator  # noqa: PLC0415 the extra may be missing
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn"}:
            raise
        sys.stderr.write(f"The emulator needs its extra: {install_with('emulator')}\n")
        return 1
    try:
        world = _configured(arguments)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments.settings}: {error}\n")
        return 2

    def announce(endpoint: str, local: bool) -> None:
        if not local:
            sys.stderr.write(
                f"warning: {endpoint} can be reached from other machines, and its control endpoint asks for no key\n"
            )
        announcement = {
            "endpoint": endpoint,
            "accessKey": world.account.access_key,
            "secretKey": world.account.secret_key,
            "region": emulator.REGION,
            "projectId": world.project.project_id,
        }
        sys.stdout.write(json.dumps(announcement) + "\n")
        sys.stdout.flush()

    try:
        emulator.serve(world, host=arguments.host, port=arguments.port, ready=announce)
    except emulator.ListenError as error:
        sys.stderr.write(f"{error}. Without --port a free one is taken\n")
        return 2
    return 0


def _detached_emulator(words: Sequence[str]) -> int:
    command = [sys.executable, "-m", f"{__package__}.cli", *words]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True)  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        with process.stdout as output:
            line = output.readline()
        if not line:
            errors.seek(0)
            sys.stderr.write(errors.read().decode(errors="replace"))
            return process.wait()
    announced = json.loads(line)
    variables = {
        "ALIBABA_CLOUD_DATAWORKS_ENDPOINT": announced["endpoint"],
        "ALIBABA_CLOUD_ACCESS_KEY_ID": announced["accessKey"],
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": announced["secretKey"],
        "ALIBABA_CLOUD_REGION_ID": announced["region"],
        "DATAWORKS_EMULATOR_PID": process.pid,
    }
    sys.stdout.writelines(f"export {name}={value}\n" for name, value in variables.items())
    sys.stderr.write(
        f"DataWorks is emulated at {announced['endpoint']}, workspace {announced['projectId']}, "
        "until `kill $DATAWORKS_EMULATOR_PID`\n"
    )
    return 0


def _configured(arguments: argparse.Namespace) -> "Emulator":
    from . import emulator  # noqa: PLC0415 the extra may be missing

    projects = [
        emulator.Project(
            project_id,
            f"emulated_workspace_{number}" if number > 1 else "emulated_workspace",
            dev_environment_enabled=arguments.standard,
        )
        for number, project_id in enumerate(arguments.project_id or [emulator.Project.project_id], 1)
    ]
    world = emulator.Emulator(projects=projects, strict=not arguments.loose)
    if arguments.settings is not None:
        world.configure(emulator.EmulatorSettings.from_file(arguments.settings))
    if arguments.job_seconds_per_node is not None:
        world.set_job_life(emulator.Life("seconds_per_node", arguments.job_seconds_per_node))
    if arguments.job_seconds is not None:
        world.set_job_life(emulator.Life("seconds", arguments.job_seconds))
    return world


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Report every problem of FlowSpec documents in JSON or YAML, the files that they name included. Exit status: "
        "0 no errors, 1 errors, 2 a file cannot be read."
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a document, or a folder of documents; - is standard input"
    )
    _add_variable(parser, "without any, every value with a placeholder is taken for right")
    parser.add_argument(
        "--strict", action="store_true", help="let warnings count as errors in the exit status"
    )
    parser.add_argument(
        "--format",
        choices=["text", "json"],
        default="text",
        help="lines FILE:LINE:COLUMN: ..., or JSON (text)",
    )


def _add_variable(parser: argparse.ArgumentParser, without: str) -> None:
    parser.add_argument(
        "--variable",
        action="append",
        type=_variable,
        metavar="NAME=VALUE",
        help=f"what {{{{NAME}}}} stands for; {without}",
    )


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("write NAME=VALUE")
    return name, value


def _add_workspace(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument("--project-id", type=int, required=required, metavar="ID", help="the workspace")
    parser.add_argument("--region", help="the workspace's region")
    parser.add_argument("--endpoint", help="a host in place of the region's own")


def _add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        action="append",
        choices=list(STUDIO_KINDS),
        help="of this kind alone (all); may be repeated",
    )


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Find out, with scratch workflows that are deleted again, how switches of the emulator are set in a real "
        "workspace. Keys and region come from the environment, as the provider has them. Exit status: 0 done and "
        "nothing left, 1 stopped or something left, 2 not begun."
    )
    _add_workspace(parser)
    parser.add_argument(
        "--out", default="dataworks-probe.json", metavar="FILE", help="the report (dataworks-probe.json)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before the first call")
    parser.add_argument(
        "--clean-up",
        metavar="PREFIX",
        help="delete what the run with this prefix has left, and probe nothing",
    )


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write the workflows, nodes, functions and files of a workspace as a Pulumi program, with a list for `pulumi "
        "import`. Reads only. Keys and region come from the environment, as the provider has them. A run that was stopped "
        "goes on with the same command. Exit status: 0 all are in the program, 1 stopped or some left out, 2 not begun."
    )
    _add_workspace(parser, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--name", metavar="GLOB", help="those with names like this, as in 'sales_*'")
    which.add_argument("--all", action="store_true", help="all of them")
    _add_kind(parser)
    parser.add_argument(
        "--language", required=True, choices=["python", "yaml", "typescript", "go"], help="the program's"
    )
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="a new folder, or that of a run that was stopped"
    )
    parser.add_argument(
        "--portable", action="store_true", help="for another workspace: without IDs, with settings"
    )


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "List the workflows, nodes, functions and files of a workspace with the IDs that `pulumi import` takes. Keys and "
        "region come from the environment, as the provider has them. Exit status: 0 there are some, 1 there are none, 2 no "
        "answer."
    )
    _add_workspace(parser, required=True)
    _add_kind(parser)
    parser.add_argument(
        "--name", metavar="GLOB", default="*", help="those with names like this, as in 'sales_*'"
    )
    parser.add_argument(
        "--deployed",
        action="store_true",
        help="say which are in production: one or two more calls for each",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text", help="a table, or JSON (text)")


def _add_graph(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Draw a workflow; with two documents, what changes from the first to the second. With --workflow it is that of "
        "a workspace, before FILE: keys and region come from the environment, as the provider has them. Exit status: 0 "
        "drawn, 1 a document has errors, 2 something cannot be read."
    )
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="a document; - is standard input; or a folder of documents"
    )
    _add_variable(parser, "without any, placeholders stay as they are")
    parser.add_argument("--format", choices=["svg", "mermaid"], default="svg", help="what to write (svg)")
    parser.add_argument(
        "--out", metavar="FILE", help="where to write it (standard output); of a folder, the pictures' folder"
    )
    _add_workspace(parser)
    parser.add_argument("--workflow", metavar="X", help="a workflow in it: its exact name, path or ID")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Run a workflow once and wait for it; its outputs are printed as JSON. Keys and region come from the environment, as "
        "the provider has them. Where a run of the same command has not ended, this waits for it. Exit status: 0 it succeeded, "
        "1 a task failed, 130 interrupted, 2 anything else."
    )
    _add_workspace(parser, required=True)
    parser.add_argument("--workflow", required=True, metavar="X", help="its ID, exact name or path")
    parser.add_argument(
        "--type", help="SupplementData, ManualWorkflow, TriggerWorkflow or SmokeTest (by its kind)"
    )
    for option, dest, metavar, what in (
        ("--date", "business_dates", "DATE[/DATE]", "a business date, or the first and the last of a range"),
        ("--node", "nodes", "NAME", "a node that runs (all of them)"),
        ("--exclude-node", "exclude_nodes", "NAME", "a node that does not run"),
        ("--parameter", "parameters", "NAME=VALUE", "a parameter of the workflow"),
        ("--node-parameters", "node_parameters", "NODE=TEXT", "the parameters of a node"),
    ):
        parser.add_argument(
            option,
            dest=dest,
            action="append",
            type=_variable if "=" in metavar else str,
            metavar=metavar,
            help=f"{what}; may be repeated",
        )
    parser.add_argument("--start-time", metavar="HH:MM:SS", help="the beginning of a date's window")
    parser.add_argument("--end-time", metavar="HH:MM:SS", help="its end")
    parser.add_argument("--parallelism", type=int, metavar="N", help="how many dates run at once (1)")
    parser.add_argument("--order", choices=["Asc", "Desc"], help="in which order the dates run (Asc)")
    parser.add_argument("--priority", type=int, metavar="N", help="from 1 to 11, the highest")
    parser.add_argument("--stop-on-cancel", action="store_true", help="stop the instances after Ctrl-C")


if __name__ == "__main__":
    sys.exit(main())
