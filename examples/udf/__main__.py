"""A Python module, the function in it, and a workflow whose SQL calls the function: all three in production, in this order."""

from pathlib import Path

import pulumi
import pulumi_dataworks as dataworks

HERE = Path(__file__).parent

project_id = pulumi.Config().require_int("projectId")

module = dataworks.FileResource(
    "masking",
    project_id=project_id,
    name="masking.py",
    path="udf/masking.py",
    type="python",
    content=pulumi.FileAsset(str(HERE / "udf" / "masking.py")),
)
function = dataworks.Function(
    "mask-email",
    project_id=project_id,
    name="mask_email",
    path="udf/mask_email",
    type="string",
    class_name="masking.MaskEmail",
    file_resources=[module.name],
)


def contacts(called: str) -> dict[str, object]:
    """The document of a workflow whose SQL calls the function by its name."""
    sql = (HERE / "sql" / "mask_contacts.sql").read_text(encoding="utf-8").format(mask=called)
    node = {
        "name": "mask_contacts",
        "script": {"runtime": {"command": "ODPS_SQL"}, "content": sql},
    }
    workflow = {
        "name": "masked_contacts",
        "trigger": {"type": "Scheduler", "cron": "00 15 01 * * ?"},
        "nodes": [node],
    }
    return {"kind": "CycleWorkflow", "spec": {"workflows": [workflow]}}


# The name comes from the function, so that the function is there before the workflow.
workflow = dataworks.WorkflowDefinition(
    "masked-contacts", project_id=project_id, spec=function.name.apply(contacts)
)

module_live = dataworks.WorkflowDeployment(
    "masking-live",
    project_id=project_id,
    file_resource_id=module.file_resource_id,
    digest=module.digest,
)
function_live = dataworks.WorkflowDeployment(
    "mask-email-live",
    project_id=project_id,
    function_id=function.function_id,
    digest=function.digest,
    opts=pulumi.ResourceOptions(depends_on=[module_live]),
)
dataworks.WorkflowDeployment(
    "masked-contacts-live",
    project_id=project_id,
    workflow_id=workflow.workflow_id,
    digest=workflow.digest,
    opts=pulumi.ResourceOptions(depends_on=[function_live]),
)

pulumi.export("functionId", function.function_id)
pulumi.export("workflowId", workflow.workflow_id)
