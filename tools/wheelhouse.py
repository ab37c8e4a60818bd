#!/usr/bin/env python3
"""Fill a folder with every wheel that the provider and its archive need: the last line on stdout is the folder.

The wheels are those of tools/archive/requirements.lock and of the extras, checked against the hashes, in a cache outside
the clone (see engine.py). With it pip needs no index: `pip install --no-index --find-links FOLDER`.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from engine import BuildError, cache, made, say

TOOLS = Path(__file__).resolve().parent
EXTRAS = re.compile(r"^(?:click|graphlay|starlette|uvicorn)==.*?(?=^\w)", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Print the folder."""
    try:
        folder = wheelhouse()
    except BuildError as error:
        say(f"wheelhouse: {error}")
        return 1
    print(folder)
    return 0


def wheelhouse() -> Path:
    """Return the folder for this interpreter, filled first where it is not there yet.

    Raises:
        BuildError: pip could not get or build a wheel.
    """
    platform = f"{sysconfig.get_platform()} {sysconfig.get_python_version()}"
    key = hashlib.sha256(f"{platform}{locked()}".encode()).hexdigest()[:16]
    return made(cache() / f"wheelhouse-{key}", "wheelhouse", fill)


def locked() -> str:
    """Return what is locked: for the archive, and for the extras, which the archive does not have."""
    archive = (TOOLS / "archive" / "requirements.lock").read_text("utf-8")
    return archive + "".join(EXTRAS.findall((TOOLS.parent / "requirements.lock").read_text("utf-8")))


def fill(folder: Path) -> None:
    """Download the locked wheels, and build those that come as sources."""
    say("filling the wheelhouse (half a minute the first time)")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "wheel"]
    with tempfile.NamedTemporaryFile("w", suffix=".lock", encoding="utf-8") as lock:
        lock.write(locked())
        lock.flush()
        command = [
            *pip,
            "--require-hashes",
            "--no-build-isolation",
            "--requirement",
            lock.name,
            "--wheel-dir",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"`pip wheel` failed:\n{done.stderr[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
