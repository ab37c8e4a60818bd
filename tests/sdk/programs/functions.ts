// Functions, plain and as outputs, asked of an engine that prints what it is asked.

import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

pulumi.runtime.setMocks({
    newResource: (args) => ({ id: args.name, state: {} }),
    call: (args) => {
        console.log(JSON.stringify([args.token, args.inputs]));
        return { id: "Serverless_1", nodeOutputs: { load: "8" }, projectId: 10001, workflows: [{ path: "a" }] };
    },
});

async function main(): Promise<void> {
    const project = await dataworks.getProject({ projectId: 10001 });
    const group = dataworks.getResourceGroupOutput({ name: "shared", projectId: pulumi.output(project.projectId) });
    const workflow = dataworks.getWorkflowDefinitionOutput({ projectId: 10001, path: pulumi.output("a/orders") });
    const listed = await dataworks.listWorkflowDefinitions({ projectId: 10001 });
    const path: string = listed.workflows[0].path;
    const load: pulumi.Output<string> = workflow.nodeOutputs.load;
    pulumi.all([group.id, load]).apply((found) => console.log(JSON.stringify([path, ...found])));
}

main();
