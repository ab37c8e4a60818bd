"""What is exported: workflows, and the nodes, functions and files that stand beside them in Data Studio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pulumi_resource_dataworks import flowspec, lifecycle
from pulumi_resource_dataworks.flowspec import Object


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of what is exported.

    Attributes:
        resource: The resource that is one.
        folder: The folder of their documents, which is also the name of a program's own list of them.
        helper: The function of a program that declares one.
        output: The output that names one for others.
        of: What it is, where it is no workflow.
        scene: The input of this name, where it is not left out.
    """

    resource: str
    folder: str
    helper: str
    output: str
    of: lifecycle.ObjectKind | None = None
    scene: str = ""

    @property
    def type(self) -> str:
        """The resource's type."""
        return f"dataworks:index:{self.resource}"

    @property
    def noun(self) -> str:
        """What messages call one."""
        return self.of.noun if self.of else "workflow"

    @property
    def document(self) -> str:
        """The name of a document's file."""
        return f"{self.folder[:-1]}.json"

    def key(self, own: str) -> str:
        """What distinguishes one from all others; an ID may be one of its kind alone."""
        return f"{self.noun} {own}" if self.of else own

    def place(self, path: tuple[str | int, ...]) -> str:
        """A path in what `carried` gives, as the document has it."""
        return flowspec.show_path(flowspec.uncarried_path(path) if self.of else path)

    def held(self, root: Object) -> Object:
        """The workflow or the object of a document in the form that `carried` gives."""
        return self.of.form.object_of(root) if self.of else flowspec.workflow_of(root)

    def carried(self, root: Object, own: str) -> Object | None:
        """What the service gives, an object in a workflow that holds nothing else; None of a node that is in a workflow.

        Raises:
            LookupError: There is none in it.
        """
        if self.of is None:
            flowspec.workflow_of(root)
            return root
        is_inside = self.of is lifecycle.NODE and not flowspec.objects(root["spec"].get("nodes"))
        found = flowspec.read_single(root, self.of.form, own, own)
        return None if is_inside else found

    def declared(self, root: Object, own: str, path: str) -> Object:
        """The document that a program declares, of one in the form that `carried` gives."""
        if self.of is None:
            return root
        held = self.held(root)
        held["script"] = {"path": path, **flowspec.script_of(held)}
        return flowspec.authored_single(root, self.of.form, own)


WORKFLOW = Kind("WorkflowDefinition", "workflows", "workflow", "nodeOutputs")
NODE = Kind("Node", "nodes", "node", "output", lifecycle.NODE)
TASK = replace(NODE, folder="tasks", helper="task", scene="DATAWORKS_MANUAL_TASK")
FUNCTION = Kind("Function", "functions", "udf", "name", lifecycle.FUNCTION)
FILE = Kind("FileResource", "files", "file", "name", lifecycle.FILE_RESOURCE)
KINDS = (WORKFLOW, NODE, TASK, FUNCTION, FILE)


def counted(kinds: Iterable[Kind]) -> str:
    """How many there are of each kind, in words."""
    numbers = Counter(kind.noun for kind in kinds)
    return ", ".join(
        f"{numbers[noun]} {noun}" + "s" * (numbers[noun] != 1)
        for noun in dict.fromkeys(kind.noun for kind in KINDS)
        if noun in numbers
    )
