#!/usr/bin/env python3
"""Build the release archive, pulumi-resource-dataworks-vX-OS-ARCH.tar.gz: a plugin that needs no Python.

PyInstaller puts the provider, its dependencies and the interpreter that runs this script into one folder. The last line
on stdout is the archive. It is kept in a cache outside the clone (see engine.py), under a hash of what it is built from;
with --fresh, as in a release, nothing is taken from there and every package comes from its index.

The archive runs on this platform alone; on Linux also only with this machine's libc or a newer one.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "provider" / "pulumi_resource_dataworks"
BUILD = ROOT / "tools" / "wheels" / "requirements.lock"
LOCK = ROOT / "tools" / "archive" / "requirements.lock"
NAME = "pulumi-resource-dataworks"
SYSTEMS = {"Linux": "linux", "Darwin": "darwin", "Windows": "windows"}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
KEPT = 3  # archives in the cache: of this state of the clone, and of the two before it


def main() -> int:
    """Build the archive, or find it in the cache, and copy it to where the command line says."""
    parser = argparse.ArgumentParser(description="Build the plugin's release archive.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for it (dist)")
    parser.add_argument("--fresh", action="store_true", help="take nothing from the cache")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    archive = options.out / file_name()
    try:
        if options.fresh:
            with tempfile.TemporaryDirectory(prefix="archive-") as folder:
                environment = Path(folder) / "env"
                install(environment, "--require-hashes", "--only-binary", ":all:", "-r", str(BUILD))
                pip(environment, "--require-hashes", "--no-build-isolation", "-r", str(LOCK))
                build(environment, archive)
        else:
            shutil.copyfile(cached(), archive)
    except subprocess.CalledProcessError as error:
        say(f"{error.stdout}{error.stderr}"[-5000:])
        say(f"archive: `{' '.join(map(str, error.cmd))}` ended with status {error.returncode}")
        return 1
    print(archive)
    return 0


def file_name() -> str:
    """Name the archive as Pulumi looks for it: with the version, and with Go's names of system and machine."""
    text = (PACKAGE / "__init__.py").read_text("utf-8")
    [version] = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    system, machine = SYSTEMS[platform.system()], MACHINES[platform.machine().lower()]
    return f"{NAME}-v{version}-{system}-{machine}.tar.gz"


def cached() -> Path:
    """Return the archive in the cache, built first where it is not there yet."""
    from engine import cache, lock  # noqa: PLC0415 - it locks files as Windows cannot, where only --fresh is used
    from wheelhouse import wheelhouse  # noqa: PLC0415 - as above

    archive = cache() / f"archive-{key(sources())}" / file_name()
    with lock(cache() / "archive.lock", "archive"):
        if not archive.exists():
            environment = cache() / f"pyinstaller-{key([LOCK])}"
            if not (environment / "complete").exists():
                wheels = wheelhouse()
                names = ["==".join(wheel.name.split("-")[:2]) for wheel in wheels.glob("*.whl")]
                install(environment, "--no-index", "--find-links", str(wheels), *names)
                (environment / "complete").touch()
            archive.parent.mkdir(exist_ok=True)
            unfinished = archive.with_suffix(".unfinished")
            build(environment, unfinished)
            unfinished.rename(archive)
        archive.parent.touch()
        prune(list(cache().glob("archive-*")))
    return archive


def sources() -> list[Path]:
    """List what the archive is built from."""
    code = [path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return [Path(__file__), LOCK, ROOT / "pyproject.toml", ROOT / "LICENSE", *sorted(code)]


def key(files: list[Path]) -> str:
    """Hash files, with the interpreter and the platform."""
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix} {sysconfig.get_platform()}".encode())
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def prune(folders: list[Path]) -> None:
    """Delete all archives but those that were used last."""
    for old in sorted(folders, key=lambda folder: folder.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old)


def install(environment: Path, *arguments: str) -> None:
    """Make a virtual environment with the locked packages."""
    say("archive: installing what it is built with")
    venv.create(environment, clear=True, with_pip=True, symlinks=os.name != "nt")
    pip(environment, *arguments)


def build(environment: Path, archive: Path) -> None:
    """Build the folder in a temporary place and pack it."""
    started = time.monotonic()
    say(f"archive: building {file_name()} (half a minute)")
    with tempfile.TemporaryDirectory(prefix="archive-") as temporary:
        work = Path(temporary)
        pip(environment, "--no-deps", "--no-build-isolation", "--target", str(work / "site"), str(ROOT))
        freeze(environment, work)
        copy_licences(environment, work / "dist" / NAME)
        pack(work / "dist" / NAME, archive)
    say(f"archive: {archive.stat().st_size / 1e6:.0f} MB, in {time.monotonic() - started:.0f} s")


def pip(environment: Path, *arguments: str) -> None:
    """Install into the environment."""
    run(python(environment), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *arguments)


def freeze(environment: Path, work: Path) -> None:
    """Let PyInstaller make the folder, from the provider as its wheel installs it.

    Modules as files in place of a compressed archive start faster, and pack no larger.
    """
    site = work / "site"
    options = ["--onedir", "--console", "--debug", "noarchive", "--noconfirm", "--log-level", "WARN"]
    if platform.system() == "Linux":
        options.append("--strip")
    options += [
        "--name",
        NAME,
        "--paths",
        str(site),
        "--specpath",
        str(work),
        "--workpath",
        str(work / "work"),
    ]
    options += ["--distpath", str(work / "dist")]
    for package in ("plugin", "flowspec"):
        options += ["--collect-data", f"pulumi_resource_dataworks.{package}"]
    options += ["--collect-submodules", "alibabacloud_credentials"]  # imported by name
    options += ["--exclude-module", "setuptools"]  # PyInstaller's own; a hook of its would run at each start
    entry = site / PACKAGE.name / "__main__.py"
    environ = {"PYTHONPATH": str(site), "PYTHONHASHSEED": "0", "PYINSTALLER_CONFIG_DIR": str(work / "config")}
    run(python(environment), "-m", "PyInstaller", *options, str(entry), environ=environ)


def copy_licences(environment: Path, frozen: Path) -> None:
    """Copy the licences of the provider, of Python and of every package that came along: they ask for it."""
    folder = frozen / "licences"
    folder.mkdir()
    shutil.copyfile(ROOT / "LICENSE", folder / f"{NAME}.txt")
    for place in (sysconfig.get_path("stdlib"), sys.base_prefix):  # on Windows the second
        if (Path(place) / "LICENSE.txt").exists():
            shutil.copyfile(Path(place) / "LICENSE.txt", folder / "python.txt")
    for metadata in sorted(environment.glob("**/site-packages/*.dist-info")):
        if not came_along(metadata, frozen / "_internal"):
            continue
        package = metadata.name.split("-")[0]
        for file in sorted(metadata.rglob("*")):
            if file.is_file() and re.match(r"(?i)licen[sc]e|copying|notice", file.name):
                shutil.copyfile(file, folder / f"{package}-{file.name}")


def came_along(metadata: Path, frozen: Path) -> bool:
    """Return whether any module of an installed package is in the frozen folder."""
    files = [Path(line.split(",")[0]) for line in (metadata / "RECORD").read_text("utf-8").splitlines()]
    modules = [file for file in files if file.suffix in {".py", ".so", ".pyd"}]
    return any(
        (frozen / module).exists() or (frozen / module.with_suffix(".pyc")).exists() for module in modules
    )


def pack(folder: Path, archive: Path) -> None:
    """Write a tar file that depends on the folder's contents alone: no times, no owners, one order."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", mtime=0, fileobj=file) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for path in sorted(folder.rglob("*")):
            tar.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=plain)


def python(environment: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return environment / ("Scripts" if os.name == "nt" else "bin") / "python"


def run(*command: str | Path, environ: dict[str, str] | None = None) -> None:
    """Run a command, and keep what it prints for the error it may raise."""
    subprocess.run(command, env=os.environ | (environ or {}), capture_output=True, text=True, check=True)


def say(line: str) -> None:
    """Report progress on stderr: stdout is for the answer."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
