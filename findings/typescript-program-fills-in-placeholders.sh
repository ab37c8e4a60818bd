#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi convert` uses: in a text with an interpolation its TypeScript generator writes the rest as it is into
# a template literal. So an escaped `$${bizdate}`, for DataWorks to fill in each day, becomes an interpolation too: it takes the value
# of a constant with this name, and without one the program does not compile. A backslash there is lost, and a backquote ends the
# text. In a text without an interpolation all this is escaped. Python's generator writes the same text right.
#
# Seen: `... WHERE ds = '${bizdate}'` in Python; in Node.js `... WHERE ds = '20261130'`.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > go.mod <<'GO'
module finding

go 1.26

require github.com/pulumi/pulumi/pkg/v3 v3.276.0
GO
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const program = `
table = "orders"
bizdate = "20261130"
output plain { value = "SELECT 1 WHERE ds = '$${bizdate}'" }
output sql { value = "SELECT * FROM ${table} WHERE ds = '$${bizdate}'" }
`

func main() {
	parser := syntax.NewParser()
	if err := parser.ParseFile(strings.NewReader(program), "main.pp"); err != nil {
		panic(err)
	}
	bound, diagnostics, err := pcl.BindProgram(parser.Files, schema.NewNullLoader())
	if err != nil || diagnostics.HasErrors() {
		panic(fmt.Sprint(err, diagnostics))
	}
	files, _, err := python.GenerateProgram(bound)
	if err != nil {
		panic(err)
	}
	os.WriteFile("program.py", files["__main__.py"], 0o644)
	files, _, err = nodejs.GenerateProgram(bound)
	if err != nil {
		panic(err)
	}
	os.WriteFile("index.ts", files["index.ts"], 0o644)
}
GO
GOWORK=off GOFLAGS=-mod=mod go run . 2> log || { tail -5 log; exit 1; }
sed '/^import /d' index.ts > program.mjs # what it imports is not used
mkdir pulumi
printf 'def export(name, value):\n    print("Python", name, value)\n' > pulumi/__init__.py
python3 program.py | tee seen
node -e 'import("./program.mjs").then((m) => { for (const name of ["plain", "sql"]) console.log("TypeScript", name, m[name]); })' | tee -a seen
diff seen - <<'SEEN'
Python plain SELECT 1 WHERE ds = '${bizdate}'
Python sql SELECT * FROM orders WHERE ds = '${bizdate}'
TypeScript plain SELECT 1 WHERE ds = '${bizdate}'
TypeScript sql SELECT * FROM orders WHERE ds = '20261130'
SEEN
