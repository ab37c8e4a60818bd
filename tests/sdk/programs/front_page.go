package main

import (
	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		document, err := dataworks.ReadFlowSpec(ctx, &dataworks.ReadFlowSpecArgs{Path: "daily_orders.yaml"})
		if err != nil {
			return err
		}
		orders, err := dataworks.NewWorkflowDefinition(ctx, "orders", &dataworks.WorkflowDefinitionArgs{
			ProjectId: pulumi.Int(123456),
			Spec:      pulumi.Any(document.Spec),
		})
		if err != nil {
			return err
		}
		_, err = dataworks.NewWorkflowDeployment(ctx, "production", &dataworks.WorkflowDeploymentArgs{
			ProjectId:  pulumi.Int(123456),
			WorkflowId: orders.WorkflowId,
			Digest:     orders.Digest,
		})
		return err
	})
}
