"""A function that an engine refuses: what the program gets is an error that Pulumi shows without a traceback."""

import sys
from typing import Any

import pulumi
import pulumi_dataworks as dataworks


class Engine(pulumi.runtime.Mocks):
    """Refuses every call of a function."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return an ID and no outputs: the program makes no resource."""
        return args.name, {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Say what is wrong with the path."""
        return {}, [("path", f"{args.args['path']} is not there")]


def program() -> None:
    """Read a document."""
    try:
        dataworks.read_flow_spec(path="orders.yaml")
    except pulumi.RunError as error:
        sys.stdout.write(str(error))


pulumi.runtime.set_mocks(Engine())
pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
