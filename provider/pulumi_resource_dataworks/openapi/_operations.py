"""The operations, and how the service wants each: method, place of the parameters, whether it may be sent twice.

From the vendor's SDK (9.11.0), as are the names of what an answer holds.
"""

from dataclasses import dataclass
from typing import Final, Literal

API_VERSION: Final = "2024-05-18"
READ_TIMEOUT: Final = 30.0
"""Seconds of silence on an open connection."""
IMPORT_READ_TIMEOUT: Final = 120.0
"""Seconds; a document of a thousand nodes is megabytes, and no documented figure says how long taking it in lasts."""


@dataclass(frozen=True)
class Operation:
    """How the service wants one operation.

    Attributes:
        action: Its name.
        result: What the part of the answer is called that holds what was asked for; of a list, the part of ``PagingInfo``.
        method: GET sends parameters in the URL, POST in a form,
        in_query: or in the URL as well,
        query: or only those with these names.
        idempotent: Whether sending it twice is the same as once.
        read_timeout: Seconds, where the settings say nothing.
        yields: Whether it lets other calls go first.
        version: That of the API.
    """

    action: str
    result: str = ""
    method: Literal["GET", "POST"] = "GET"
    in_query: bool = False
    query: tuple[str, ...] = ()
    idempotent: bool = True
    read_timeout: float = READ_TIMEOUT
    yields: bool = False
    version: str = API_VERSION


IMPORT = Operation(
    "ImportWorkflowDefinition", "AsyncJob", "POST", idempotent=False, read_timeout=IMPORT_READ_TIMEOUT
)
GET_JOB = Operation("GetJobStatus", "JobStatus", yields=True)
GET = Operation("GetWorkflowDefinition", "WorkflowDefinition")
LIST = Operation("ListWorkflowDefinitions", "WorkflowDefinitions")
DELETE = Operation("DeleteWorkflowDefinition", method="POST")
RENAME = Operation("RenameWorkflowDefinition", method="POST", in_query=True)
MOVE = Operation("MoveWorkflowDefinition", method="POST")

CREATE_RUN = Operation("CreatePipelineRun", method="POST", idempotent=False)
GET_RUN = Operation("GetPipelineRun", "Pipeline", yields=True)
EXEC_STAGE = Operation("ExecPipelineRunStage", method="POST", query=("ProjectId",), idempotent=False)
LIST_RUNS = Operation("ListPipelineRuns", "PipelineRuns")
LIST_RUN_ITEMS = Operation("ListPipelineRunItems", "PipelineRunItems")
ABOLISH_RUN = Operation("AbolishPipelineRun", method="POST")

GET_PROJECT = Operation("GetProject", "Project")
LIST_PROJECTS = Operation("ListProjects", "Projects", "POST")
LIST_RESOURCE_GROUPS = Operation("ListResourceGroups", "ResourceGroupList")

CREATE_INSTANCES = Operation("CreateWorkflowInstances", method="POST", idempotent=False)
GET_CREATION = Operation("GetCreateWorkflowInstancesResult", "Result", yields=True)
GET_INSTANCE = Operation("GetWorkflowInstance", "WorkflowInstance", yields=True)
LIST_INSTANCES = Operation("ListWorkflowInstances", "WorkflowInstances", "POST")
LIST_TASK_INSTANCES = Operation("ListTaskInstances", "TaskInstances", "POST", yields=True)
GET_TASK_LOG = Operation("GetTaskInstanceLog", "TaskInstanceLog")
STOP_INSTANCES = Operation("StopWorkflowInstances", "SuccessInfo", "POST")
LIST_TASKS = Operation("ListTasks", "Tasks", "POST")
