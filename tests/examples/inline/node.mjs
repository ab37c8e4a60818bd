// `node node.mjs PROJECT STACK COMMAND`: a command of the CLI on the compiled program in bin/ of the working directory,
// through Pulumi's Automation API. For a CLI without a host for Node.js.

import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

const [projectName, stackName, command] = process.argv.slice(2);
const program = async () => ({ ...require("./bin/index.js") }); // what a program exports are the stack's outputs
const stack = await LocalWorkspace.selectStack({ projectName, stackName, program }, { workDir: process.cwd() });
await stack[command]({ onOutput: (text) => process.stdout.write(text), onError: (text) => process.stdout.write(text) });
