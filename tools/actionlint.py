#!/usr/bin/env python3
"""Build actionlint, which checks GitHub workflows: the last line on stdout is the program.

It is built with Go, at the version that tools/actionlint/go.mod pins, into the cache of tools/engine.py.
"""

from __future__ import annotations

import sys

from engine import TOOLS, Binary, BuildError, cached, say

MODULE = TOOLS / "actionlint"
ACTIONLINT = Binary("actionlint", MODULE, "github.com/rhysd/actionlint/cmd/actionlint")


def main() -> int:
    """Print the program's path."""
    try:
        folder = cached("actionlint", [ACTIONLINT], [MODULE / "go.mod", MODULE / "go.sum"])
    except BuildError as error:
        say(f"actionlint: {error}")
        return 1
    print(folder / ACTIONLINT.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
