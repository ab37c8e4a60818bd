"""The operations, and how the service wants each: method, place of the parameters, whether it may be sent twice."""

from dataclasses import dataclass
from typing import Literal

from ._constants import IMPORT_READ_TIMEOUT, READ_TIMEOUT


@dataclass(frozen=True)
class Operation:
    """How the service wants one operation.

    Attributes:
        action: Its name.
        method: GET sends parameters in the URL, POST in a form,
        in_query: or in the URL as well,
        query: or only those with these names.
        idempotent: Whether sending it twice is the same as once.
        read_timeout: Seconds, where the settings say nothing.
        yields: Whether it lets other calls go first.
    """

    action: str
    method: Literal["GET", "POST"] = "GET"
    in_query: bool = False
    query: tuple[str, ...] = ()
    idempotent: bool = True
    read_timeout: float = READ_TIMEOUT
    yields: bool = False


IMPORT = Operation(
    "ImportWorkflowDefinition", method="POST", idempotent=False, read_timeout=IMPORT_READ_TIMEOUT
)
GET_JOB = Operation("GetJobStatus", yields=True)
GET = Operation("GetWorkflowDefinition")
LIST = Operation("ListWorkflowDefinitions")
DELETE = Operation("DeleteWorkflowDefinition", method="POST")
RENAME = Operation("RenameWorkflowDefinition", method="POST", in_query=True)
MOVE = Operation("MoveWorkflowDefinition", method="POST")
CREATE_RUN = Operation("CreatePipelineRun", method="POST", idempotent=False)
GET_RUN = Operation("GetPipelineRun", yields=True)
EXEC_STAGE = Operation("ExecPipelineRunStage", method="POST", query=("ProjectId",), idempotent=False)
LIST_RUNS = Operation("ListPipelineRuns")
LIST_RUN_ITEMS = Operation("ListPipelineRunItems")
ABOLISH_RUN = Operation("AbolishPipelineRun", method="POST")
