"""Names of properties, and how texts are printed: what several packages need, and all that a program needs to declare."""

INPUTS = ("projectId", "spec", "adopt", "validateOnPreview")
WORKFLOW_INPUTS = ("projectId", "workflowId")
RUN_INPUTS = ("description", "approval", "abolishAbandoned")
DEPLOYED = ("workflowId", "nodeId", "functionId", "fileResourceId")
"""The inputs of a deployment that say what is deployed: one of them."""
DEPLOYMENT_INPUTS = ("projectId", *DEPLOYED, "digest", *RUN_INPUTS)

WORKFLOW_RUN_INPUTS = (
    *WORKFLOW_INPUTS,
    "type",
    "businessDates",
    "startTime",
    "endTime",
    "parameters",
    "nodeParameters",
    "nodes",
    "excludeNodes",
    "parallelism",
    "order",
    "priority",
    "digest",
    "triggers",
    "stopOnCancel",
)

NODE_INPUTS = ("projectId", "spec", "scene", "containerId", "adopt")
_SHORT = ("name", "path", "type", "dataSource")
FUNCTION_INPUTS = ("projectId", "spec", *_SHORT, "className", "fileResources", "adopt")
FILE_RESOURCE_INPUTS = ("projectId", "spec", *_SHORT, "content", "contentUrl", "adopt")

STUDIO_KINDS = {
    "workflow": "WorkflowDefinition",
    "node": "Node",
    "function": "Function",
    "file": "FileResource",
}
"""What stands in Data Studio, as options of commands name it, and the resource that is one."""

KEEP_TEXT = (
    "Pulumi YAML makes a number of a setting that reads like one: there keep it in an object (`pulumi config set --path ids.orders --type "
    "string ID`), as ${ids.orders}."
)
"""What to do about an ID that has come as a number (pulumi-yaml 1.38.0, findings/yaml-text-setting-loses-digits.sh)."""

BOOKKEEPING = "__state"
"""The output that holds what the provider keeps for itself. The CLI shows no name that begins with `__`."""

PLACE = "__place"
"""The output that says in which region, and at which host, a resource was made."""

OF_THE_DOCUMENT = frozenset({"spec", "name", "path", "nodeIds", "nodeOutputs", "digest", BOOKKEEPING})
"""Outputs that depend on the document: secret where it is."""

OF_THE_OBJECT = frozenset({"name", "path", "output", "digest", BOOKKEEPING})
"""Outputs of a node, a function or a file resource that depend on its document: secret where it is."""

OF_THE_DEPLOYMENT = frozenset({"digest", "deployedDigest", "pendingRun"})
"""Outputs of a deployment that depend on the document: secret where its digest is."""


def install_with(extra: str) -> str:
    """The command that installs what an extra of the package needs; PyPI may not have the package yet."""
    return f"pip install 'pulumi-resource-dataworks[{extra}]', or pip install '.[{extra}]' in a clone of the repository"


def printable(text: str, *, lines: bool = False) -> str:
    """A text without what a terminal obeys, such as escape sequences and characters that turn its direction.

    Nor is there what Pulumi's CLI obeys in a message: it takes what stands between `<{%` and `%}>` for a colour (3.276,
    sdk/go/common/diag/colors), and what the service says is not to decide that.

    Args:
        text: The text.
        lines: Whether its line breaks stay.
    """
    if not text.isprintable():
        text = "".join(
            letter
            if letter.isprintable() or (lines and letter == "\n")
            else letter.encode("unicode_escape").decode("ascii")
            for letter in text
        )
    return text.replace("<{%", "<{ %")
