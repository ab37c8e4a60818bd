import * as dataworks from "@pulumi-dataworks/dataworks";

const document = dataworks.readFlowSpecOutput({ path: "daily_orders.yaml" });
const orders = new dataworks.WorkflowDefinition("orders", { projectId: 123456, spec: document.spec });
new dataworks.WorkflowDeployment("production", {
    projectId: 123456,
    workflowId: orders.workflowId,
    digest: orders.digest,
});
