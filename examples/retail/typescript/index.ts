// A retailer's night: the document of ../workflow, imported into a workspace and deployed.

import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

const config = new pulumi.Config();
const projectId = config.requireNumber("projectId");
const document = dataworks.readFlowSpecOutput({
    path: "../workflow/retail_daily.yaml",
    variables: {
        workspace: dataworks.getProjectOutput({ projectId }).name,
        maxcompute: config.require("maxcompute"),
        shop: config.require("shop"),
        resourceGroup: config.require("resourceGroup"),
    },
});

const retail = new dataworks.WorkflowDefinition("retail", { projectId, spec: document.spec });
const production = new dataworks.WorkflowDeployment("production", {
    projectId,
    workflowId: retail.workflowId,
    digest: retail.digest,
});

export const workflowId = retail.workflowId;
export const publishedWorkflowId = production.publishedWorkflowId;
