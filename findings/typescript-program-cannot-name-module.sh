#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi import` and `pulumi convert` use, with TypeScript 5.9.3 and Node.js: the generator takes the name of a
# resource or local as that of a constant, also where it is `module`, as one may call a Python module. TypeScript takes
# `const module` in a file of CommonJS (it reserves `require` and `exports` alone). Node.js wraps such a file in a function that has a
# parameter of this name, so the declaration is a syntax error. Since 20.19 and 22.7 it then takes the file for an ES module, and the
# program ends with an error that says nothing of the name: "exports is not defined in ES module scope".
#
# Seen (Node.js 20.20.2): tsc ends with 0; the program that only exports such a constant ends with that error; with another name it runs.
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
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	name := os.Args[1]
	program := fmt.Sprintf("%s = \"masking.py\"\noutput file { value = %s }\n", name, name)
	parser := syntax.NewParser()
	if err := parser.ParseFile(strings.NewReader(program), "main.pp"); err != nil {
		panic(err)
	}
	bound, diagnostics, err := pcl.BindProgram(parser.Files, schema.NewNullLoader())
	if err != nil || diagnostics.HasErrors() {
		panic(fmt.Sprint(err, diagnostics))
	}
	files, _, err := nodejs.GenerateProgram(bound)
	if err != nil {
		panic(err)
	}
	os.WriteFile(name+".ts", files["index.ts"], 0o644)
}
GO
for name in masking module; do
  GOWORK=off GOFLAGS=-mod=mod go run . "$name" 2> log || { tail -5 log; exit 1; }
done
printf '{ "private": true }\n' > package.json
npm install --silent --no-audit --no-fund typescript@5.9.3
sed -i '/^import \* as pulumi/d' masking.ts module.ts # it is not used
node_modules/.bin/tsc --strict --module commonjs --target es2020 masking.ts module.ts
grep -n module module.ts
echo "tsc: 0; Node.js $(node --version)"
node masking.js
echo "a constant called masking: $?"
error=$(node module.js 2>&1 || true)
grep -E "^(Reference|Syntax)Error" <<< "$error"
grep -qE "exports is not defined in ES module scope|Identifier 'module' has already been declared" <<< "$error"
