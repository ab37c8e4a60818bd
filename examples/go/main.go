// A DataWorks workflow that runs daily at 00:03: one SQL node, and a second one after it.
package main

import (
	_ "embed"

	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks/flowspec"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

//go:embed sql/extract_orders.sql
var extractOrders string

// Go leaves ${bizdate} alone, in a string as in a file.
const summariseOrders = `
INSERT OVERWRITE TABLE ads_orders_per_customer PARTITION (dt = '${bizdate}')
SELECT customer_id, COUNT(*) AS orders, SUM(amount) AS amount
FROM dwd_orders
WHERE dt = '${bizdate}'
GROUP BY customer_id;
`

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	workflow, err := dataworks.NewWorkflowDefinition(ctx, "daily-orders", &dataworks.WorkflowDefinitionArgs{
		ProjectId: pulumi.Int(config.RequireInt(ctx, "projectId")),
		Spec:      flowspec.FlowSpecArgs{Kind: flowspec.KindCycleWorkflow, Spec: body},
	})
	if err != nil {
		return err
	}
	ctx.Export("workflowId", workflow.WorkflowId)
	return nil
}

var body = flowspec.SpecArgs{Workflows: flowspec.WorkflowArray{flowspec.WorkflowArgs{
	Name: pulumi.String("daily_orders"),
	Trigger: flowspec.TriggerArgs{
		Type:     flowspec.TriggerTypeScheduler,
		Cron:     pulumi.String("00 03 00 * * ?"),
		Timezone: pulumi.String("Asia/Shanghai"),
	},
	Nodes: flowspec.NodeArray{
		sqlNode("extract_orders", extractOrders),
		sqlNode("summarise_orders", summariseOrders),
	},
	Dependencies: flowspec.DependencyArray{flowspec.DependencyArgs{
		NodeId: pulumi.String("summarise_orders"),
		Depends: flowspec.DependArray{flowspec.DependArgs{
			Type:   flowspec.DependencyTypeNormal,
			NodeId: pulumi.String("extract_orders"),
		}},
	}},
}}}

// sqlNode declares a SQL node; ${bizdate} in its SQL is the day before the run's.
func sqlNode(name, sql string) flowspec.NodeArgs {
	bizdate := flowspec.VariableArgs{
		Name:         pulumi.String("bizdate"),
		ArtifactType: flowspec.ArtifactTypeVariable,
		Scope:        flowspec.VariableScopeNodeParameter,
		Type:         flowspec.VariableTypeSystem,
		Value:        pulumi.String("$[yyyymmdd-1]"),
	}
	return flowspec.NodeArgs{
		Name: pulumi.String(name),
		Script: flowspec.ScriptArgs{
			Runtime:    flowspec.RuntimeArgs{Command: pulumi.String("ODPS_SQL")},
			Content:    pulumi.String(sql),
			Parameters: flowspec.VariableArray{bizdate},
		},
	}
}
