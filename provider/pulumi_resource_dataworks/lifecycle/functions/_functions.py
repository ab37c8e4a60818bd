"""The functions by name, and what each answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi_resource_dataworks.lifecycle._context import Context
from pulumi_resource_dataworks.lifecycle._errors import LifecycleError

from ._arguments import Arguments, Fault
from ._project import get_project
from ._reads import Ask, Reads
from ._resource_group import get_resource_group
from ._workflow import get_workflow_definition, list_workflow_definitions

FUNCTIONS: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Arguments], Ask]]]] = {
    "getProject": (("projectId", "name"), get_project),
    "getResourceGroup": (("name", "projectId"), get_resource_group),
    "getWorkflowDefinition": (("projectId", "workflowId", "name", "path"), get_workflow_definition),
    "listWorkflowDefinitions": (("projectId",), list_workflow_definitions),
}
"""By name, the arguments that each takes, and what makes a question of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers.

    Attributes:
        values: By name; empty where there are faults, or an argument is not known yet.
        faults: What is wrong with the arguments.
    """

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    faults: list[Fault] = field(default_factory=list[Fault])


class Functions:
    """The functions of one run: what it has once been told is not asked again."""

    def __init__(self) -> None:
        self._reads = Reads()

    def forget_workflows(self) -> None:
        """To be called when a resource of this run may have written to the service."""
        self._reads.forget_workflows()

    async def invoke(self, context: Context, function: str, given: Mapping[str, Any]) -> Answer:
        """Answers a function.

        Args:
            context: The call; its `secret` says that an argument is one.
            function: The function's name.
            given: Its arguments.

        Raises:
            LifecycleError: There is none, or more than one, of what is looked for; or there is no such function.
            DataWorksError: The service refuses.
        """
        if function not in FUNCTIONS:
            raise LifecycleError(f"this provider has no function {function}, only {', '.join(FUNCTIONS)}")
        takes, understand = FUNCTIONS[function]
        arguments = Arguments(function, given, takes)
        ask = understand(arguments)
        if arguments.faults or arguments.unknown:
            return Answer(faults=arguments.faults)
        return Answer(await ask(context, self._reads))
