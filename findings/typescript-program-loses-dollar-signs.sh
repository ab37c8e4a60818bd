#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi import` and `pulumi convert` use: its TypeScript generator drops each `$` that no `{` follows, where
# the text has a line break within. `'$[yyyymmdd-1]'`, a date of DataWorks, becomes `'[yyyymmdd-1]'`, `$1` of a shell script `1`, and a
# pattern loses its end. The program compiles and runs. `${` is escaped as it should be; a text of one line and Python are right.
#
# Seen, of a line and of the same after `set -e`: Python evaluates both right, Node.js the first, and the second as
# `echo 1 [yyyymmdd-1] ${bizdate}`.
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
output one { value = "echo $1 $[yyyymmdd-1] $${bizdate}" }
output two { value = "set -e\necho $1 $[yyyymmdd-1] $${bizdate}\n" }
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
printf 'def export(name, value):\n    print("Python", name, ascii(value))\n' > pulumi/__init__.py
python3 program.py | tee seen
node -e 'import("./program.mjs").then((m) => { for (const name of ["one", "two"]) console.log("TypeScript", name, `'\''${m[name].replaceAll("\n", "\\n")}'\''`); })' | tee -a seen
diff seen - <<'SEEN'
Python one 'echo $1 $[yyyymmdd-1] ${bizdate}'
Python two 'set -e\necho $1 $[yyyymmdd-1] ${bizdate}\n'
TypeScript one 'echo $1 $[yyyymmdd-1] ${bizdate}'
TypeScript two 'set -e\necho 1 [yyyymmdd-1] ${bizdate}\n'
SEEN
