#!/usr/bin/env python3
"""Find or build the Pulumi engine: the last line on stdout is the folder that holds it.

Where one folder on PATH holds both `pulumi` and `pulumi-language-yaml`, as a released CLI does, that is the
answer. Otherwise both are built with Go, at the versions that tools/engine/go.mod and tools/yaml/go.mod pin,
into a cache outside the clone: $PULUMI_DATAWORKS_CACHE, or pulumi-dataworks in the user's cache folder.
PULUMI_DATAWORKS_ENGINE=oldest builds the oldest engine that is supported (tools/engine-oldest/go.mod), =newest the
pinned one, both whatever is on PATH.

`engine.py converter` does the same for `pulumi-converter-yaml`, which `pulumi do --input-file` needs and a CLI downloads.

Only the standard library is used: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
ENGINE_MODULE = TOOLS / "engine"
YAML_MODULE = TOOLS / "yaml"
MODULES = {"newest": ENGINE_MODULE, "oldest": TOOLS / "engine-oldest"}
CHOICE = "PULUMI_DATAWORKS_ENGINE"
HEARTBEAT = 30.0  # seconds between two signs of life of a long build


class BuildError(Exception):
    """A build that cannot be done, with what to do about it."""


@dataclass(frozen=True)
class Binary:
    """One Go command to build, and the variable that holds its version."""

    name: str
    folder: Path  # of the go.mod
    package: str
    module: str = ""  # whose version it bears
    version_variable: str = ""


def of_yaml(name: str) -> Binary:
    """Return a command of the module that pins what the CLI has for YAML."""
    module = "github.com/pulumi/pulumi-yaml"
    return Binary(name, YAML_MODULE, f"{module}/cmd/{name}", module, f"{module}/pkg/version.Version")


YAML_HOST = of_yaml("pulumi-language-yaml")
YAML_CONVERTER = of_yaml("pulumi-converter-yaml")


def cli(folder: Path) -> Binary:
    """Return the Pulumi CLI that a module pins."""
    return Binary(
        "pulumi",
        folder,
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        "github.com/pulumi/pulumi/pkg/v3",
        "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    )


def say(line: str) -> None:
    """Report progress on stderr: stdout is for the answer."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Print the engine's folder, or the converter's."""
    try:
        folder = converter() if sys.argv[1:] == ["converter"] else engine()
    except BuildError as error:
        say(f"engine: {error}")
        return 1
    print(folder)
    return 0


def engine() -> Path:
    """Find the engine on PATH, else in the cache, else build it."""
    chosen = os.environ.get(CHOICE, "")
    if chosen and chosen not in MODULES:
        raise BuildError(f"{CHOICE} is {chosen!r}: it may be {' or '.join(MODULES)}")
    binaries = (cli(MODULES[chosen or "newest"]), YAML_HOST)
    for entry in filter(None, os.environ.get("PATH", "").split(os.pathsep) if not chosen else ()):
        if all(shutil.which(binary.name, path=entry) for binary in binaries):
            say(f"engine: using the one on PATH, in {entry}")
            return Path(entry).absolute()
    if shutil.which("go") is None:
        raise BuildError(
            "no folder on PATH holds `pulumi` and `pulumi-language-yaml`, and there is no Go to build them with: "
            f"install the Pulumi CLI, or Go {pinned_go()} or later"
        )
    sources = [binary.folder / name for binary in binaries for name in ("go.mod", "go.sum")]
    return cached("engine", binaries, sources)


def converter() -> Path:
    """Find the converter on PATH, else in the cache, else build it: seconds beside the engine, whose modules are all that it needs."""
    found = shutil.which(YAML_CONVERTER.name)
    if found:
        return Path(found).parent.absolute()
    return cached("converter", (YAML_CONVERTER,), [YAML_MODULE / name for name in ("go.mod", "go.sum")])


def cached(name: str, binaries: Iterable[Binary], sources: Iterable[Path]) -> Path:
    """Return the cache's folder with these binaries, built first where it is not there yet."""

    def build_all(folder: Path) -> None:
        for binary in binaries:
            build(binary, folder)

    folder = cache() / f"{name}-{fingerprint(sources)}"
    return made(folder, name, build_all, lambda: complete(folder, binaries))


def made(
    folder: Path, name: str, make: Callable[[Path], None], ready: Callable[[], bool] | None = None
) -> Path:
    """Return a folder of the cache, made first where it is not ready (there, unless the caller says otherwise).

    It is made beside the folder and then renamed, under a lock: nobody ever sees half of it.
    """
    is_ready = ready or folder.exists
    if not is_ready():
        with lock(folder.with_suffix(".lock"), name):
            if not is_ready():  # else another run has made it meanwhile
                unfinished = folder.with_suffix(".tmp")
                for leftover in (unfinished, folder):
                    shutil.rmtree(leftover, ignore_errors=True)
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
    return folder


def cache() -> Path:
    """Return the folder of everything built, made if need be."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("PULUMI_DATAWORKS_CACHE") or Path(home) / "pulumi-dataworks").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"no cache at {folder} ({error}): set PULUMI_DATAWORKS_CACHE") from error
    return folder


def fingerprint(sources: Iterable[Path]) -> str:
    """Hash what a build depends on: the files that pin it, the platform and Go's version."""
    digest = hashlib.sha256(go("env", "GOOS", "GOARCH", "GOVERSION", folder=ENGINE_MODULE).encode())
    for source in sources:
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()[:16]


def complete(folder: Path, binaries: Iterable[Binary]) -> bool:
    """Return whether the folder holds all of the binaries."""
    return all(os.access(folder / binary.name, os.X_OK) for binary in binaries)


@contextmanager
def lock(file: Path, name: str) -> Iterator[None]:
    """Hold a file lock, saying so when another run holds it; the system drops it when a run dies."""
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}: another run is building it; waiting for that one")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build(binary: Binary, folder: Path) -> None:
    """Build one binary into the folder."""
    flags, title = "-s -w", binary.name
    if binary.module:
        version = go("list", "-m", "-f", "{{.Version}}", binary.module, folder=binary.folder).strip()
        flags += f" -X {binary.version_variable}={version}"
        title += f" {version}"
    say(f"building {title} (minutes the first time, seconds with a warm Go cache)")
    started = time.monotonic()

    def still_building() -> None:
        say(f"building {binary.name}: {time.monotonic() - started:.0f} s so far")

    arguments = ("build", "-o", str(folder / binary.name), "-ldflags", flags, binary.package)
    go(*arguments, folder=binary.folder, heartbeat=still_building)
    say(f"built {binary.name} in {time.monotonic() - started:.0f} s")


def go(*arguments: str, folder: Path, heartbeat: Callable[[], None] = lambda: None) -> str:
    """Run Go in a module's folder and return what it printed; what it complains of only when it fails."""
    program = shutil.which("go")
    if program is None:
        raise BuildError(f"Go is not on PATH: install Go {pinned_go()} or later")
    environment = os.environ | {"GOWORK": "off"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [program, *arguments], cwd=folder, env=environment, stdout=out, stderr=errors
        )
        while True:
            try:
                status = process.wait(HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                heartbeat()
        out.seek(0)
        errors.seek(0)
        if status != 0:
            complaint = "".join(errors.readlines()[-30:])
            raise BuildError(
                f"`go {arguments[0]}` failed in {folder.relative_to(TOOLS.parent)}:\n{complaint}"
            )
        return out.read()


def pinned_go() -> str:
    """Return the version of Go that the engine's module asks for."""
    lines = (ENGINE_MODULE / "go.mod").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("go "))


if __name__ == "__main__":
    sys.exit(main())
