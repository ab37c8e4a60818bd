// A daily workflow, read from a document, imported into a DataWorks workspace and deployed.
package main

import (
	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	projectId := pulumi.Int(config.RequireInt(ctx, "projectId"))
	document, err := dataworks.ReadFlowSpec(ctx, &dataworks.ReadFlowSpecArgs{
		Path:      "returns_daily.yaml",
		Variables: map[string]any{"maxcompute": config.Require(ctx, "maxcompute")},
	})
	if err != nil {
		return err
	}

	returns, err := dataworks.NewWorkflowDefinition(ctx, "returns", &dataworks.WorkflowDefinitionArgs{
		ProjectId: projectId,
		Spec:      pulumi.Any(document.Spec),
	})
	if err != nil {
		return err
	}
	_, err = dataworks.NewWorkflowDeployment(ctx, "production", &dataworks.WorkflowDeploymentArgs{
		ProjectId:  projectId,
		WorkflowId: returns.WorkflowId,
		Digest:     returns.Digest,
	})
	if err != nil {
		return err
	}

	ctx.Export("workflowId", returns.WorkflowId)
	return nil
}
