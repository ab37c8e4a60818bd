// A document of types, handed to an engine that prints it instead.

import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

type FlowSpec = dataworks.types.input.FlowSpecArgs;
type Node = dataworks.types.input.flowspec.NodeArgs;

pulumi.runtime.setMocks({
    newResource: (args) => {
        console.log(JSON.stringify(args.inputs));
        return { id: "10001/1", state: args.inputs };
    },
    call: () => ({}),
});

const script = { runtime: { command: "ODPS_SQL" }, content: "SELECT '\${bizdate}';" };
const inner: Node = { name: "x", script };
const again: Node = {
    name: "again",
    script,
    rerunMode: dataworks.types.enums.flowspec.RerunMode.FailureAllowed,
    rerunTimes: 3,
    doWhile: { nodes: [inner], while: inner, maxIterations: 5 },
};
const each: Node = {
    name: "each",
    script,
    forEach: { nodes: [inner] },
    join: { branches: [{ name: "a", assertion: { field: "status", in: [1, "2"] } }] },
};
const spec: FlowSpec = {
    kind: "CycleWorkflow",
    spec: {
        workflows: [
            {
                name: "daily_orders",
                trigger: { type: "Scheduler", cron: "00 03 00 * * ?" },
                nodes: [again, each],
                dependencies: [{ nodeId: "each", depends: [{ type: "Normal", nodeId: "again" }] }],
            },
        ],
    },
};
new dataworks.WorkflowDefinition("orders", { projectId: 10001, spec });

// @ts-expect-error no such kind
export const wrongKind: FlowSpec = { kind: "DailyWorkflow", spec: {} };
// @ts-expect-error no such field
export const wrongField: Node = { name: "x", scripts: script };
// @ts-expect-error a workflow needs its project
export const noProject: dataworks.WorkflowDefinitionArgs = { spec };
