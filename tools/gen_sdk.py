#!/usr/bin/env python3
"""Write an SDK from the provider's schema.json; the generator is built with Go, as tools/engine.py does it.

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


def main() -> int:
    """Generate the SDK that the command line asks for."""
    parser = argparse.ArgumentParser(description="Write an SDK from the provider's schema.")
    parser.add_argument("--language", default="python", help="python (default)")
    parser.add_argument("--out", type=Path, help="folder to write, emptied first (default: sdk/LANGUAGE)")
    options = parser.parse_args()
    out = options.out or ROOT / "sdk" / options.language
    try:
        generator = cached("gen-sdk", [GENERATOR], sources()) / GENERATOR.name
    except BuildError as error:
        say(f"gen-sdk: {error}")
        return 1
    paths = ("-schema", SCHEMA, "-license", ROOT / "LICENSE", "-out", out)
    done = subprocess.run([generator, "-language", options.language, *paths], check=False)
    if done.returncode == 0:
        say(f"wrote {out}")
    return done.returncode


def sources() -> list[Path]:
    """List what the generator is built from."""
    pins = [ENGINE_MODULE / "go.mod", ENGINE_MODULE / "go.sum"]
    return pins + sorted((ENGINE_MODULE / "gen-sdk").glob("*.go"))


if __name__ == "__main__":
    sys.exit(main())
