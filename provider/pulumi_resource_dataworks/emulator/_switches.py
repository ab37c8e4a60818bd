"""What nobody could verify about the service, each as a setting with a default."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

IdPolicy = Literal["kept", "replaced", "refused"]


@dataclass(frozen=True)
class Switches:
    """Settings of the unknown. All of these are unknown of the real service unless the comment cites evidence."""

    # A workflow ID that does not exist yet; "kept" is documented as a create, and seen to be kept for nodes only.
    unknown_workflow_id: IdPolicy = "kept"
    # A non-numeric ID, of a workflow or a node.
    non_numeric_id: IdPolicy = "kept"
    # The ID of a workflow that was deleted; the console moves deleted ones to a recycle bin.
    deleted_workflow_id: Literal["accepted", "refused"] = "accepted"
    # An import with a new name or path for a known ID.
    moved_workflow: Literal["moves", "stays"] = "moves"
    # Fields left out on update; real traffic cannot tell the earlier value from the default.
    omitted_fields: Literal["kept", "reset"] = "kept"
    # A node left out of the import of a published workflow.
    published_node_removed: Literal["leaves_development", "job_fails"] = "leaves_development"
    # Another kind for a known workflow, another command for a known node; the vendor's skill calls both immutable.
    type_change: Literal["job_fails", "accepted"] = "job_fails"
    # A dependency by name only; real traffic shows dropped (DWDevin SQL18-create).
    dependency_by_name: Literal["dropped", "resolved"] = "dropped"
    # An import while another of the same workflow runs.
    concurrent_import: Literal["queued", "refused"] = "queued"
    # Whether a data source's type is rewritten (flink to flink_serverless, as the vendor's skill reports).
    datasource_type: Literal["as_sent", "rewritten"] = "as_sent"
    # IDs of definitions in answers: numbers in Feb 2025, strings since SDK 8.
    ids_on_wire: Literal["strings", "numbers"] = "strings"
    # How many polls of a new job answer "not found".
    job_hidden_polls: int = 0
    # Seconds after which a finished job is forgotten; None never.
    job_forgotten_after: float | None = None
    # DryRun validates only, as documented; a gateway that does not know it would import.
    dry_run: Literal["honoured", "ignored"] = "honoured"
    # Whether the import's own answer holds the workflow's ID; real traffic always does.
    workflow_id_in_answer: bool = True
    # Seconds for which Get and List still answer as before a write.
    stale_reads: float = 0
    # What a missing workflow, or job, is answered with; the code is one that terraform-provider-alicloud meets with GetProject.
    not_found_status: int = 400
    not_found_code: str = "9990040003"
    not_found_message: str = "The specified object does not exist."
    # A missing workflow is a 200 without WorkflowDefinition.
    not_found_empty: bool = False
    # Deleting a published workflow; the documentation says refused, its code is unknown.
    published_delete: Literal["refused", "accepted"] = "refused"
    # IncludeScriptContent when it is not sent; present in Feb 2025 (before the parameter), inferred false today.
    include_script_content: bool = False
    # Whether List shows workflows of kind TriggerWorkflow (under that Type).
    trigger_workflows_listed: bool = True

    def but(self, changes: Mapping[str, Any]) -> "Switches":
        """These settings with some changed.

        Raises:
            ValueError: A name that is no switch, or a setting that it does not have; says which there are.
        """
        known = get_type_hints(type(self))
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"no switch {name!r}; there are {', '.join(known)}")
            _check(name, known[name], value)
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """Name to setting, as the control endpoint answers and takes them."""
        return asdict(self)


def _check(name: str, kind: Any, value: Any) -> None:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError(f"{name} is one of {', '.join(get_args(kind))}, not {value!r}")
        return
    kinds = get_args(kind) or (kind,)
    number = float in kinds and isinstance(value, int)
    if isinstance(value, bool) is not (bool in kinds) or not (number or isinstance(value, kinds)):
        raise ValueError(f"{name} does not take {value!r}")
