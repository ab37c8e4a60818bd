"""What could not be verified about the service, each as a setting with a default."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from ._errors import REFUSED
from ._json import STRICT, read_value

IdPolicy = Literal["kept", "replaced", "refused"]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
Status = Annotated[int, Field(ge=200, le=599)]


@dataclass(frozen=True, config=STRICT)
class Switches:
    """Settings of the unknown. All of these are unknown of the real service unless the comment cites evidence."""

    # --- IDs

    # A workflow ID that does not exist yet; "kept" is documented as a create, and seen to be kept for nodes only.
    unknown_workflow_id: IdPolicy = "kept"
    # A workflow ID that is not a number; all of real traffic are 19 digits.
    non_numeric_workflow_id: IdPolicy = "kept"
    # The same of a node; the vendor's skill says CreateNode takes one as a local reference and answers with a number.
    non_numeric_node_id: IdPolicy = "kept"
    # The ID of a workflow that was deleted; the console moves deleted ones to a recycle bin.
    deleted_workflow_id: Literal["accepted", "refused"] = "accepted"
    # What a workflow's delete does to its nodes: "kept" ones are updated, not made, when they are imported again.
    nodes_of_deleted_workflow: Literal["deleted", "kept"] = "deleted"
    # A workflow ID that is another workspace's: "one_thing" means the workflow there, whatever ProjectId says.
    same_id_in_two_projects: Literal["two_things", "one_thing", "refused"] = "two_things"
    # IDs of definitions in answers: numbers in Feb 2025, strings since SDK 8.
    ids_on_wire: Literal["strings", "numbers"] = "strings"

    # --- Imports

    # An import with a new name or path for a known ID.
    moved_workflow: Literal["moves", "stays"] = "moves"
    # Fields left out on update; in real traffic the earlier value is the default.
    omitted_fields: Literal["kept", "reset"] = "kept"
    # A node left out of the import of a published workflow.
    published_node_removed: Literal["leaves_development", "job_fails"] = "leaves_development"
    # Another kind for a known workflow, another command for a known node; the vendor's skill calls both immutable.
    type_change: Literal["job_fails", "accepted"] = "job_fails"
    # A dependency by name only; real traffic shows dropped (DWDevin SQL18-create).
    dependency_by_name: Literal["dropped", "resolved"] = "dropped"
    # An import while another of the same workflow runs; "mixed": both run, and nodes of both are there in the end.
    concurrent_import: Literal["queued", "refused", "mixed"] = "queued"
    # How many imports may run at once, of all workflows; None any number.
    imports_at_once: Count | None = None
    # The longest Spec in bytes; None any.
    spec_limit: Count | None = None
    # An import of a workflow that somebody holds open (`Emulator.lock`); whether there is such a lock is unknown.
    locked_workflow: Literal["ignored", "refused", "job_fails"] = "ignored"
    # An owner in the document who is not the caller.
    other_owner: Literal["accepted", "replaced", "job_fails"] = "accepted"
    # A document of version 2.0.0; all imports of real traffic are 1.1.0, the vendor's skill recommends 2.0.0 elsewhere.
    version_2: Literal["accepted", "job_fails"] = "accepted"
    # Whether a data source's type is rewritten (flink to flink_serverless, as the vendor's skill reports).
    datasource_type: Literal["as_sent", "rewritten"] = "as_sent"
    # A node's path outside of its workflow's; the vendor's skill says the service puts the workflow's before it.
    node_path: Literal["as_sent", "prefixed"] = "as_sent"
    # The last line break of a script; no recorded read-back has a script that was sent with one.
    trailing_newline: Literal["kept", "dropped"] = "kept"
    # The script of a branch and a join beside their field: the vendor's skill says that without it they do nothing, and
    # its library makes it of the field ("rewritten").
    control_script: Literal["as_sent", "needed", "rewritten"] = "as_sent"
    # DryRun validates only, as documented; a gateway that does not know it would import, or refuse.
    dry_run: Literal["honoured", "ignored", "refused"] = "honoured"
    # What AsyncJob.Response holds in a dry run.
    dry_run_response: Literal["workflow_id", "nothing"] = "workflow_id"
    # Whether the import's own answer holds the workflow's ID; real traffic always does.
    workflow_id_in_answer: bool = True

    # --- Jobs: no answer of GetJobStatus is recorded anywhere.

    # How many polls of a new job answer "not found".
    job_hidden_polls: Count = 0
    # Seconds after which a finished job is forgotten; None never.
    job_forgotten_after: float | None = None
    # A job that is not there: as a missing workflow, or a failed job, as the documentation's sample has an Error "Not Found".
    unknown_job: Literal["not_found", "failed"] = "not_found"
    # JobStatus.Completed is text in the SDK; the documentation's sample says "False" beside Status "Success".
    job_completed: Literal["text", "boolean", "always_false"] = "text"

    # --- Reads

    # How far a read-back strays from what was sent while it means the same. "usual" is what real read-backs show; "worst"
    # is all that the vendor's parser takes for the same at once, drawn anew at each read: unknown, and a stand-in for a
    # service that will write otherwise one day.
    read_back_noise: Literal["usual", "worst"] = "usual"
    # Seconds for which Get and List still answer as before a write.
    stale_reads: Seconds = 0
    # What a missing workflow, or job, is answered with.
    not_found_status: Status = 400
    not_found_code: str = REFUSED
    not_found_message: str = "The specified object does not exist."
    # A missing workflow is a 200 without WorkflowDefinition.
    not_found_empty: bool = False
    # IncludeScriptContent when it is not sent; present in Feb 2025 (before the parameter), inferred false today.
    include_script_content: bool = False
    # Whether List shows workflows of kind TriggerWorkflow (under that Type).
    trigger_workflows_listed: bool = True

    # --- Production

    # Deleting a published workflow; the documentation says refused, its code is unknown.
    published_delete: Literal["refused", "success_false", "accepted"] = "refused"
    # WorkflowId, the ID on the scheduling side, once a workflow was undeployed.
    undeployed_workflow_id: Literal["gone", "kept"] = "gone"
    # Whether answers hold WorkflowId at all: recorded answers of Feb 2025 do not have it, the SDK of today does.
    scheduling_id_told: bool = True
    # RunMode Auto of CreatePipelineRun: the SDK has it, whether every gateway takes it is unknown.
    run_mode_auto: Literal["accepted", "refused"] = "accepted"
    # A stage that only a person can pass, before the last one: Exec is refused, or begins what a person then ends.
    approval_stage: Literal["none", "exec_refused", "runs_until_approved"] = "none"
    # What becomes of a run whose stage has failed.
    failed_run: Literal["ends", "stays_running"] = "ends"
    # A run of a workflow that has another one that has not ended.
    concurrent_run: Literal["accepted", "refused"] = "accepted"
    # Whether answers hold the description that a run was made with.
    run_description: Literal["kept", "dropped"] = "kept"
    # In which order ListPipelineRuns gives them.
    runs_order: Literal["newest_first", "oldest_first"] = "newest_first"
    # Seconds for which a stage that was executed still stands as Init.
    stage_begins_after: Seconds = 0
    # An Offline run of what is not in production.
    offline_of_undeployed: Literal["refused", "succeeds"] = "refused"

    # --- Look-ups

    # How ListProjects takes Names: nothing is said about it.
    project_names: Literal["exact", "any_case", "contained"] = "exact"
    # GetProject of a workspace that is not there: with a code of its own (1101080008, what terraform-provider-alicloud takes
    # for it), or as a missing workflow.
    unknown_project: Literal["own_code", "as_workflow"] = "own_code"
    # Any other operation in such a workspace: as GetProject, as for a missing workflow, or as for one that the caller is no
    # member of (400010, status 403: what terraform-provider-alicloud meets).
    unknown_project_elsewhere: Literal["own_code", "as_workflow", "no_member"] = "own_code"
    # ListResourceGroups with a ProjectId: those that are bound to it, those that were bound to it first, or all.
    groups_of_project: Literal["bound", "first", "all"] = "bound"

    # --- Limits, where an edition sets any

    # How calls a second are counted: by the clock's seconds, or over the last second.
    qps_window: Literal["calendar", "sliding"] = "calendar"
    # Too many calls a second: 429 on the public page of codes, 400 on many products, and 9990020002 by the vendor's skill;
    # 9990040003 in an acceptance test of terraform-provider-alicloud.
    throttling_status: Status = 429
    throttling_code: str = "Throttling.User"
    # Too many calls a day: the public page of codes (2020-05-18).
    quota_status: Status = 429
    quota_code: str = "Throttling.Api.Risk"

    def but(self, changes: Mapping[str, Any]) -> "Switches":
        """These settings with some changed.

        Raises:
            ValueError: A name that is not a switch, or a setting that it does not have; lists those it has.
        """
        return read_value(Switches, {**self.as_json(), **changes})

    def as_json(self) -> dict[str, Any]:
        """Name to setting, as the control endpoint answers and takes them."""
        return asdict(self)
