#!/usr/bin/env bash
# @pulumi/pulumi 3.276.0 (npm, SDK for Node.js): an input that is a Date, BigInt, Map or Set reaches the engine as the object {}, and what it
# held is gone, without an error or a warning. One would guess what JSON.stringify does: a date as text, an error for a BigInt. Dates
# come by themselves: js-yaml 4 makes one of `startTime: 2026-12-01 00:00:00` without quotes. And as every Date is {}, one that shall
# make a resource anew each time (`triggers: [new Date()]`) never does.
#
# Seen: JSON.stringify gives the text of such a date (js-yaml 4.3.2); the engine gets {} for it, and for each of the others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '{ "private": true }\n' > package.json
npm install --silent --no-audit --no-fund @pulumi/pulumi@3.276.0 js-yaml@4.3.2
cat > main.js <<'JS'
const pulumi = require("@pulumi/pulumi");
const yaml = require("js-yaml");

pulumi.runtime.setMocks({
    newResource: (resource) => {
        console.log("the engine gets", JSON.stringify(resource.inputs));
        return { id: "id", state: resource.inputs };
    },
    call: () => ({}),
});
const { startTime } = yaml.load("startTime: 2026-12-01 00:00:00");
console.log("JSON has", JSON.stringify({ startTime }));
const others = { number: 7234567890123456789n, map: new Map([["a", 1]]), set: new Set(["a"]), triggers: [new Date()] };
new pulumi.CustomResource("test:index:Thing", "thing", { startTime, ...others });
JS
timeout 60 node main.js | tee seen
diff seen - <<'SEEN'
JSON has {"startTime":"2026-12-01T00:00:00.000Z"}
the engine gets {"map":{},"number":{},"set":{},"startTime":{},"triggers":[{}]}
SEEN
