#!/usr/bin/env bash
# pulumi 3.272.0 (PyPI, SDK for Python): an annotation in the class of a resource is the type that the output of this name has to have
# at run time, for a resource that declares nothing with @pulumi.output_type and pulumi.getter as well. With a descriptor for type
# checkers (PEP 681: `size: Field[dict[str, int]] = Field()`) a program type-checks, and fails as soon as the output is an object:
# "Unexpected type; expected a value of type `Field[dict[str, int]]`". One would guess that only what is declared to Pulumi binds it. An
# output that is text or a number passes. Way out: `cls.__annotations__ = {}` in __init_subclass__. Seen: "fails with annotations,
# passes without"; else this fails.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
from typing import Generic, TypeVar

import pulumi

T = TypeVar("T")


class Field(Generic[T]):
    """A descriptor, whose `__get__` gives an output to type checkers."""


class Annotated(pulumi.CustomResource):
    size: Field[dict[str, int]] = Field()

    def __init__(self, name):
        super().__init__("test:index:Annotated", name, {"size": {"small": 1}})


class NoEngine(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):
        return {}


class Bare(pulumi.CustomResource):
    size = Field()

    def __init__(self, name):
        super().__init__("test:index:Bare", name, {"size": {"small": 1}})


async def size_of(kind):
    try:
        return await asyncio.wait_for(kind(kind.__name__).__dict__["size"].future(), 5)
    except AssertionError as error:
        return str(error)


async def main():
    pulumi.runtime.set_mocks(NoEngine())
    found, bare = await size_of(Annotated), await size_of(Bare)
    print(f"with annotations: {found}; without: {bare}")
    ok = isinstance(found, str) and "Unexpected type" in found and bare == {"small": 1}
    print("pulumi 3.272.0: fails with annotations, passes without" if ok else "not seen")
    return 0 if ok else 1


sys.exit(asyncio.run(main()))
PYTHON
