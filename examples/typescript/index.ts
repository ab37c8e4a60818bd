// A DataWorks workflow that runs daily at 00:03: one SQL node, and a second one after it.

import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as dataworks from "@pulumi-dataworks/dataworks";

/** Declares a SQL node; ${bizdate} in its SQL is the day before the run's. */
function sqlNode(name: string, sql: string): dataworks.types.input.flowspec.NodeArgs {
    const bizdate = {
        name: "bizdate",
        artifactType: "Variable",
        scope: "NodeParameter",
        type: "System",
        value: "$[yyyymmdd-1]",
    } as const;
    return {
        name,
        script: { runtime: { command: "ODPS_SQL" }, content: sql, parameters: [bizdate] },
    };
}

// In a template, ${...} is TypeScript's own: a backslash keeps it for DataWorks. A file needs none.
const summariseOrders = `
INSERT OVERWRITE TABLE ads_orders_per_customer PARTITION (dt = '\${bizdate}')
SELECT customer_id, COUNT(*) AS orders, SUM(amount) AS amount
FROM dwd_orders
WHERE dt = '\${bizdate}'
GROUP BY customer_id;
`;

const workflow = new dataworks.WorkflowDefinition("daily-orders", {
    projectId: new pulumi.Config().requireNumber("projectId"),
    spec: {
        kind: "CycleWorkflow",
        spec: {
            workflows: [
                {
                    name: "daily_orders",
                    trigger: { type: "Scheduler", cron: "00 03 00 * * ?", timezone: "Asia/Shanghai" },
                    nodes: [
                        sqlNode("extract_orders", readFileSync("sql/extract_orders.sql", "utf8")),
                        sqlNode("summarise_orders", summariseOrders),
                    ],
                    dependencies: [
                        { nodeId: "summarise_orders", depends: [{ type: "Normal", nodeId: "extract_orders" }] },
                    ],
                },
            ],
        },
    },
});

export const workflowId = workflow.workflowId;
