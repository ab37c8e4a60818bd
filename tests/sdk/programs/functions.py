"""Functions, plain and as outputs, asked of an engine that prints what it is asked."""

import json
import sys
from typing import Any

import pulumi
import pulumi_dataworks as dataworks


def show(values: list[Any]) -> None:
    """Print a line."""
    sys.stdout.write(f"{json.dumps(values)}\n")


class Engine(pulumi.runtime.Mocks):
    """Prints what it is asked."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return an ID and no outputs: the program makes no resource."""
        return args.name, {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer every function alike."""
        show([args.token, {key: value for key, value in args.args.items() if value is not None}])
        answer = {"id": "Serverless_1", "nodeOutputs": {"load": "8"}, "projectId": 10001}
        return {**answer, "workflows": [{"path": "a"}]}, []


def program() -> pulumi.Output[None]:
    """Ask each function."""
    project = dataworks.get_project(project_id=10001)
    group = dataworks.get_resource_group_output(
        name="shared", project_id=pulumi.Output.from_input(project.project_id)
    )
    listed = dataworks.list_workflow_definitions(project_id=10001)
    workflow = dataworks.get_workflow_definition_output(
        project_id=10001, path=pulumi.Output.from_input("a/orders")
    )
    path = listed.workflows[0].path
    found = pulumi.Output.all(path, group.id, workflow.node_outputs["load"])
    return found.apply(show)


pulumi.runtime.set_mocks(Engine())
pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
