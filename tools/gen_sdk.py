#!/usr/bin/env python3
"""Write the SDKs from the provider's schema.json; the generator is built with Go, as tools/engine.py does it.

The generated files are committed and never edited: tests/unit/test_sdk_is_fresh.py compares.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from engine import ENGINE_MODULE, Binary, BuildError, cached, say

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "provider/pulumi_resource_dataworks/plugin/schema.json"
GENERATOR = Binary("gen-sdk", ENGINE_MODULE, "./gen-sdk")
FOLDERS = {"python": "python", "nodejs": "nodejs", "go": "go"}
"""Where each language's SDK lies: what its package manager publishes. In Go's the package is a folder of the module."""


def main() -> int:
    """Generate the SDKs that the command line asks for."""
    parser = argparse.ArgumentParser(description="Write the SDKs from the provider's schema.")
    parser.add_argument("--language", choices=list(FOLDERS), help="this one alone (default: all)")
    parser.add_argument("--out", type=Path, default=ROOT / "sdk", help="the SDKs' folder (default: sdk)")
    parser.add_argument("--local", action="store_true", help="write what `pulumi package add` does")
    options = parser.parse_args()
    languages = [options.language] if options.language else list(FOLDERS)
    try:
        generator = cached("gen-sdk", [GENERATOR], sources()) / GENERATOR.name
    except BuildError as error:
        say(f"gen-sdk: {error}")
        return 1
    for language in languages:
        out = options.out / FOLDERS[language]
        paths = ("-schema", SCHEMA, "-license", ROOT / "LICENSE", "-out", out)
        local = ["-local"] if options.local else []
        command = [generator, "-language", language, *paths, *local]
        if status := subprocess.run(command, check=False).returncode:
            return status
        say(f"wrote {out}")
    return 0


def sources() -> list[Path]:
    """List what the generator is built from."""
    pins = [ENGINE_MODULE / "go.mod", ENGINE_MODULE / "go.sum"]
    return pins + sorted((ENGINE_MODULE / "gen-sdk").glob("*.go"))


if __name__ == "__main__":
    sys.exit(main())
