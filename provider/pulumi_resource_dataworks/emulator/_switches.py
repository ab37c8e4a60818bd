"""What could not be verified about the service, each as a setting with a default."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from ._answers import REFUSED, STRICT, read

IdPolicy = Literal["kept", "replaced", "refused"]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]
Status = Annotated[int, Field(ge=200, le=599)]


@dataclass(frozen=True, config=STRICT)
class Switches:
    """Settings of the unknown: the table "Switches" of docs/emulator.md says what each means, and which evidence there is."""

    # --- IDs
    unknown_workflow_id: IdPolicy = "kept"
    non_numeric_workflow_id: IdPolicy = "kept"
    non_numeric_node_id: IdPolicy = "kept"
    deleted_workflow_id: Literal["accepted", "refused"] = "accepted"
    nodes_of_deleted_workflow: Literal["deleted", "kept"] = "deleted"
    same_id_in_two_projects: Literal["two_things", "one_thing", "refused"] = "two_things"
    ids_on_wire: Literal["strings", "numbers"] = "strings"

    # --- Imports
    moved_workflow: Literal["moves", "stays"] = "moves"
    omitted_fields: Literal["kept", "reset"] = "kept"
    published_node_removed: Literal["leaves_development", "job_fails"] = "leaves_development"
    type_change: Literal["job_fails", "accepted"] = "job_fails"
    dependency_by_name: Literal["dropped", "resolved"] = "dropped"
    concurrent_import: Literal["queued", "refused", "mixed"] = "queued"
    imports_at_once: Count | None = None
    spec_limit: Count | None = None
    locked_workflow: Literal["ignored", "refused", "job_fails"] = "ignored"
    other_owner: Literal["accepted", "replaced", "job_fails"] = "accepted"
    version_2: Literal["accepted", "job_fails"] = "accepted"
    datasource_type: Literal["as_sent", "rewritten"] = "as_sent"
    node_path: Literal["as_sent", "prefixed"] = "as_sent"
    trailing_newline: Literal["kept", "dropped"] = "kept"
    control_script: Literal["as_sent", "needed", "rewritten"] = "as_sent"
    dry_run: Literal["honoured", "ignored", "refused"] = "honoured"
    dry_run_response: Literal["workflow_id", "nothing"] = "workflow_id"
    workflow_id_in_answer: bool = True

    # --- Nodes, file resources and functions outside of workflows
    object_ids: Literal["replaced", "kept"] = "replaced"
    taken_name: Literal["refused", "refused_in_folder", "accepted"] = "refused"
    null_in_update: Literal["clears", "ignored"] = "clears"
    node_dependencies: Literal["kept", "dropped_at_create"] = "kept"
    delete_in_use: Literal["accepted", "refused"] = "accepted"

    # --- Jobs
    job_hidden_polls: Count = 0
    job_forgotten_after: float | None = None
    unknown_job: Literal["not_found", "failed"] = "not_found"
    job_completed: Literal["text", "boolean", "always_false"] = "text"

    # --- Reads
    read_back_noise: Literal["usual", "worst"] = "usual"
    stale_reads: Seconds = 0
    not_found_status: Status = 400
    not_found_code: str = REFUSED
    not_found_message: str = "The specified object does not exist."
    not_found_empty: bool = False
    include_script_content: bool = False
    trigger_workflows_listed: bool = True

    # --- Production
    published_delete: Literal["refused", "success_false", "accepted"] = "refused"
    undeployed_workflow_id: Literal["gone", "kept"] = "gone"
    scheduling_id_shown: bool = True
    run_mode_auto: Literal["accepted", "refused"] = "accepted"
    approval_stage: Literal["none", "exec_refused", "runs_until_approved"] = "none"
    failed_run: Literal["ends", "stays_running"] = "ends"
    concurrent_run: Literal["accepted", "refused"] = "accepted"
    run_description: Literal["kept", "dropped"] = "kept"
    runs_order: Literal["newest_first", "oldest_first"] = "newest_first"
    stage_begins_after: Seconds = 0
    offline_of_undeployed: Literal["refused", "succeeds"] = "refused"
    offline_delete_stage: bool = False

    # --- Instances
    instances_made_after: Seconds = 0
    refused_instances: Literal["at_once", "in_result"] = "at_once"
    instance_name: Literal["as_sent", "of_the_workflow"] = "as_sent"
    business_dates_in: Literal["china", "utc", "zone_of_the_workflow"] = "china"
    default_business_date: Literal["yesterday", "today"] = "yesterday"
    failed_instance: Literal["at_end", "at_once"] = "at_end"
    instances_of_date: Literal["one", "two"] = "one"
    workflow_of_task: Literal["own", "one"] = "own"
    dev_tasks: Literal["of_the_draft", "after_dev_stage"] = "of_the_draft"

    # --- Look-ups
    project_names: Literal["exact", "any_case", "contained"] = "exact"
    unknown_project: Literal["own_code", "as_workflow"] = "own_code"
    unknown_project_elsewhere: Literal["own_code", "as_workflow", "no_member"] = "own_code"
    groups_of_project: Literal["bound", "first", "all"] = "bound"

    # --- Limits
    qps_window: Literal["calendar", "sliding"] = "calendar"
    throttling_status: Status = 429
    throttling_code: str = "Throttling.User"
    quota_status: Status = 429
    quota_code: str = "Throttling.Api.Risk"

    def but(self, changes: Mapping[str, Any]) -> "Switches":
        """These settings with some changed.

        Raises:
            ValueError: A name that is not a switch, or a setting that it does not have; lists those it has.
        """
        return read(Switches, json.dumps({**self.as_json(), **changes}))

    def as_json(self) -> dict[str, Any]:
        """Name to setting, as the control endpoint answers and takes them."""
        return asdict(self)
