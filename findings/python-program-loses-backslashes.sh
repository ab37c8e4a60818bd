#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi import` and `pulumi convert` use: its Python generator writes a text of several lines in triple
# quotes and leaves its backslashes as they are, so Python reads other text than the value: `\n` in a line becomes a line break,
# `\t` a tab, `\\` one backslash. A text of one line, and both in TypeScript, are escaped.
#
# Seen: Python, of the texts `split(x, '\t')` and the same with a second line, evaluates the first right and the second with a tab.
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
output one { value = "split(x, '\\t')" }
output two { value = "split(x, '\\t')\nFROM t\n" }
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
	os.WriteFile("main.py", files["__main__.py"], 0o644)
	files, _, err = nodejs.GenerateProgram(bound)
	if err != nil {
		panic(err)
	}
	os.WriteFile("index.ts", files["index.ts"], 0o644)
}
GO
GOWORK=off GOFLAGS=-mod=mod go run . 2> log || { tail -5 log; exit 1; }
mkdir pulumi
printf 'values = {}\ndef export(name, value): values[name] = value\n' > pulumi/__init__.py
python=$(python3 -c 'import main, pulumi; print(ascii([pulumi.values["one"], pulumi.values["two"]]))')
typescript=$(grep -cF "'\\\\t'" index.ts)
echo "Python reads: $python"
echo "texts in TypeScript with an escaped backslash: $typescript"
[ "$python" = "[\"split(x, '\\\\t')\", \"split(x, '\\t')\\nFROM t\\n\"]" ] && [ "$typescript" = 2 ]
