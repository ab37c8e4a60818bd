// A document of types, handed to an engine that prints it instead.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks/flowspec"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type engine struct{}

func (engine) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	text, err := json.Marshal(args.Inputs.Mappable())
	fmt.Println(string(text))
	return "10001/1", resource.PropertyMap{}, err
}

func (engine) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{}, nil
}

func main() {
	if err := pulumi.RunErr(program, pulumi.WithMocks("orders", "test", engine{})); err != nil {
		panic(err)
	}
}

func program(ctx *pulumi.Context) error {
	script := flowspec.ScriptArgs{
		Runtime: flowspec.RuntimeArgs{Command: pulumi.String("ODPS_SQL")},
		Content: pulumi.String("SELECT '${bizdate}';"),
	}
	inner := flowspec.NodeArgs{Name: pulumi.String("x"), Script: script}
	again := flowspec.NodeArgs{
		Name:       pulumi.String("again"),
		Script:     script,
		RerunMode:  flowspec.RerunModeFailureAllowed,
		RerunTimes: pulumi.Int(3),
		DoWhile: flowspec.DoWhileArgs{
			Nodes: flowspec.NodeArray{inner}, While: inner, MaxIterations: pulumi.Int(5),
		},
	}
	in := pulumi.Array{pulumi.Int(1), pulumi.String("2")}
	each := flowspec.NodeArgs{
		Name:    pulumi.String("each"),
		Script:  script,
		ForEach: flowspec.ForEachArgs{Nodes: flowspec.NodeArray{inner}},
		Join: flowspec.JoinArgs{Branches: flowspec.JoinBranchArray{flowspec.JoinBranchArgs{
			Name:      pulumi.String("a"),
			Assertion: flowspec.AssertionArgs{Field: pulumi.String("status"), In: in},
		}}},
	}
	workflow := flowspec.WorkflowArgs{
		Name:    pulumi.String("daily_orders"),
		Trigger: flowspec.TriggerArgs{Type: flowspec.TriggerTypeScheduler, Cron: pulumi.String("00 03 00 * * ?")},
		Nodes:   flowspec.NodeArray{again, each},
		Dependencies: flowspec.DependencyArray{flowspec.DependencyArgs{
			NodeId: pulumi.String("each"),
			Depends: flowspec.DependArray{
				flowspec.DependArgs{Type: flowspec.DependencyTypeNormal, NodeId: pulumi.String("again")},
			},
		}},
	}
	_, err := dataworks.NewWorkflowDefinition(ctx, "orders", &dataworks.WorkflowDefinitionArgs{
		ProjectId: pulumi.Int(10001),
		Spec: dataworks.FlowSpecArgs{
			Kind: flowspec.KindCycleWorkflow,
			Spec: flowspec.SpecArgs{Workflows: flowspec.WorkflowArray{workflow}},
		},
	})
	return err
}
