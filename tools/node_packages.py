#!/usr/bin/env python3
"""Install what sdk/nodejs/package-lock.json pins: the last line on stdout is the folder that holds it as node_modules.

It lies in the cache of tools/engine.py, outside the clone. Only the standard library is used.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

from engine import BuildError, cache, made, say

PINS = [
    Path(__file__).resolve().parent.parent / "sdk/nodejs" / name
    for name in ("package.json", "package-lock.json")
]


def main() -> int:
    """Print the packages' folder."""
    try:
        folder = packages()
    except BuildError as error:
        say(f"npm: {error}")
        return 1
    print(folder)
    return 0


def packages() -> Path:
    """Find the packages in the cache, else install them."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in PINS)).hexdigest()[:16]
    return made(cache() / f"npm-{digest}", "npm", install)


def install(folder: Path) -> None:
    """Install them into the folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError("npm is not on PATH: install Node.js 22 or later")
    say("installing the packages of sdk/nodejs (half a minute)")
    begin = time.monotonic()
    for file in PINS:
        shutil.copy(file, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"`npm ci` failed in sdk/nodejs:\n{done.stderr[-2000:]}")
    say(f"installed them in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
