"""The pipeline files, the shell scripts in them, and a service for them to talk to."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from tests.support.repository import REPO

PIPELINES = REPO / "examples" / "pipelines"
GITHUB = PIPELINES / "github" / "dataworks.yml"
GITLAB = PIPELINES / "gitlab" / ".gitlab-ci.yml"
FLOW = PIPELINES / "flow" / "dataworks.yml"
WORKFLOWS = [GITHUB, *sorted((REPO / ".github" / "workflows").glob("*.yml"))]
PAGES = [REPO / "docs" / "pipelines.md"]

_ENDS = {"|", "||", "&&", ";", ">"}


def load(file: Path) -> Any:
    """The file's content."""
    return yaml.safe_load(file.read_text("utf-8"))


def jobs(file: Path) -> list[dict[str, Any]]:
    """A workflow's jobs."""
    return list(load(file)["jobs"].values())


def steps(file: Path) -> list[dict[str, Any]]:
    """The steps of all jobs of a workflow."""
    return [step for job in jobs(file) for step in job["steps"]]


def github_scripts(file: Path) -> list[str]:
    """What a workflow's steps run in a shell."""
    return [step["run"] for step in steps(file) if "run" in step]


def gitlab_script(job: str) -> str:
    """What a job of GitLab runs, in one shell that stops at the first failure."""
    content = load(GITLAB)
    before = content.get(content[job].get("extends"), {}).get("before_script", [])
    return "\n".join([*before, *content[job]["script"]])


def flow_script(job: str) -> str:
    """What a job of Flow runs."""
    [step] = load(FLOW)["stages"]["dataworks"]["jobs"][job]["steps"].values()
    return str(step["with"]["run"])


def flow_variables() -> dict[str, str]:
    """The variables that Flow's file sets."""
    return {variable["key"]: str(variable["value"]) for variable in load(FLOW)["variables"]}


def scripts() -> list[str]:
    """Every shell script of the pipelines, of the repository's own workflows and of the page about them."""
    found = [script for file in WORKFLOWS for script in github_scripts(file)]
    found += [gitlab_script(job) for job in ("packages", "preview", "comment", "up")]
    found += [flow_script(job) for job in ("preview", "up")]
    blocks = [re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL) for page in PAGES]
    return found + [block for page in blocks for block in page]


def commands(program: str, among: list[str] | None = None) -> list[list[str]]:
    """The arguments of each command of a program in the scripts: all of them, or those given."""
    found = []
    for script in scripts() if among is None else among:
        for line in script.replace("\\\n", " ").splitlines():
            for rest in re.findall(rf"^\s*(?:python -m |\S+/)?{program} (.*)", line.split(" #")[0]):
                words = shlex.split(rest)
                end = next((number for number, word in enumerate(words) if word in _ENDS), len(words))
                found.append(words[:end])
    return found


@dataclass
class Request:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Service:
    """A forge's API: `answers` by the end of a path; what it was asked is in `requests`."""

    answers: dict[str, Any]
    requests: list[Request] = field(default_factory=list)
    address: str = ""


@contextmanager
def serving(answers: dict[str, Any]) -> Iterator[Service]:
    """A service on this machine that answers in JSON, and 404 to anything else."""
    service = Service(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            service.requests.append(Request(self.command, self.path, dict(self.headers), body))
            answer = [value for end, value in answers.items() if self.path.split("?")[0].endswith(end)]
            self.send_response(200 if answer else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer[0] if answer else {}).encode())

        do_POST = do_GET  # noqa: N815 http.server's way to name it

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
