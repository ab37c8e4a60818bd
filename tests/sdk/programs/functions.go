// Functions, plain and as outputs, asked of an engine that prints what it is asked.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi-dataworks/pulumi-dataworks/sdk/go/dataworks"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type engine struct{}

func (engine) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, resource.PropertyMap{}, nil
}

func (engine) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	show(args.Token, args.Args.Mappable())
	return resource.NewPropertyMapFromMap(map[string]interface{}{
		"id":          "Serverless_1",
		"nodeOutputs": map[string]interface{}{"load": "8"},
		"projectId":   10001,
		"workflows":   []interface{}{map[string]interface{}{"path": "a"}},
	}), nil
}

func show(values ...interface{}) {
	text, err := json.Marshal(values)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func main() {
	if err := pulumi.RunErr(program, pulumi.WithMocks("orders", "test", engine{})); err != nil {
		panic(err)
	}
}

func program(ctx *pulumi.Context) error {
	project, err := dataworks.GetProject(ctx, &dataworks.GetProjectArgs{ProjectId: pulumi.IntRef(10001)})
	if err != nil {
		return err
	}
	group, err := dataworks.GetResourceGroup(ctx, &dataworks.GetResourceGroupArgs{
		Name: "shared", ProjectId: &project.ProjectId,
	})
	if err != nil {
		return err
	}
	listed, err := dataworks.ListWorkflowDefinitions(ctx, &dataworks.ListWorkflowDefinitionsArgs{ProjectId: 10001})
	if err != nil {
		return err
	}
	workflow := dataworks.LookupWorkflowDefinitionOutput(ctx, dataworks.LookupWorkflowDefinitionOutputArgs{
		ProjectId: pulumi.Int(10001), Path: pulumi.String("a/orders"),
	})
	workflow.NodeOutputs().MapIndex(pulumi.String("load")).ApplyT(func(load string) string {
		show(listed.Workflows[0].Path, group.Id, load)
		return load
	})
	return nil
}
