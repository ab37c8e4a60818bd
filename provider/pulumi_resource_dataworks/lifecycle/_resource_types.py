"""The kinds of resources of one run, and what a front has to know of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulumi_resource_dataworks._names import (
    BOOKKEEPING,
    DEPLOYMENT_INPUTS,
    INPUTS,
    OF_THE_DEPLOYMENT,
    OF_THE_DOCUMENT,
    OF_THE_OBJECT,
    WORKFLOW_RUN_INPUTS,
)

from ._object_kinds import OBJECT_KINDS
from ._run import Learnt, Options, TakenOver
from .studio_object import StudioObjects
from .workflow_definition import WorkflowDefinitions
from .workflow_deployment import WorkflowDeployments
from .workflow_run import WorkflowRuns


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource: its lifecycle, the names of its inputs, and by input the outputs that say something of it."""

    steps: WorkflowDefinitions | WorkflowDeployments | WorkflowRuns | StudioObjects
    inputs: tuple[str, ...]
    outputs_of: Mapping[str, frozenset[str]]

    def hidden(self, secrets: Iterable[str]) -> set[str]:
        """Properties that are secrets, with the outputs that say something of one of them."""
        found = set(secrets)
        return found.union(*(outputs for key, outputs in self.outputs_of.items() if key in found))


def resource_types(options: Options, run: str, learnt: Learnt) -> dict[str, ResourceType]:
    """Every kind by its name, with nothing declared yet; `run` is the engine's address, which one run's processes share."""
    definitions = WorkflowDefinitions(options, TakenOver(run), learnt)
    objects = [
        StudioObjects(
            kind,
            TakenOver(run and f"{run}/{kind.resource}"),
            is_imported=definitions.makes,
            upstream=definitions.upstream,
        )
        for kind in OBJECT_KINDS
    ]

    def makes(key: tuple[int, str]) -> bool:
        return definitions.makes(key) or any(key in steps.run.held for steps in objects)

    of_object = {"spec": OF_THE_OBJECT, "content": frozenset({"digest", BOOKKEEPING})}
    taken_over = TakenOver(run and f"{run}/deployments")
    deployments = WorkflowDeployments(taken_over, is_made_here=makes, upstream=definitions.upstream)
    return {
        "WorkflowDefinition": ResourceType(definitions, INPUTS, {"spec": OF_THE_DOCUMENT}),
        "WorkflowDeployment": ResourceType(deployments, DEPLOYMENT_INPUTS, {"digest": OF_THE_DEPLOYMENT}),
        "WorkflowRun": ResourceType(WorkflowRuns(), WORKFLOW_RUN_INPUTS, {"parameters": frozenset()}),
        **{one.kind.resource: ResourceType(one, one.kind.inputs, of_object) for one in objects},
    }
