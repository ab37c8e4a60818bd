#!/usr/bin/env bash
# pulumi/pkg 3.276.0, as `pulumi convert` uses it without `--strict`: where an input is a text or an object, its generator for TypeScript
# makes a text of a function's result that is of any type, whichever of the two types comes first. That result is a promise there,
# so the program has `String(promise)`: it compiles, and the resource gets "[object Promise]". An input of any type gets the result
# itself, and so does the choice with `--strict`.
#
# Seen: `Choice: "[object Promise]"`, `Any: {"title":"first"}`.
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
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const described = `{
  "name": "shop", "version": "1.0.0",
  "types": {"shop:index:Form": {"type": "object", "properties": {"title": {"type": "string"}}}},
  "resources": {
    "shop:index:Choice": {"inputProperties": {"form": {"oneOf": [{"$ref": "#/types/shop:index:Form"}, {"type": "string"}]}}},
    "shop:index:Any": {"inputProperties": {"form": {"$ref": "pulumi.json#/Any"}}}
  },
  "functions": {"shop:index:getForm": {
    "inputs": {"properties": {"path": {"type": "string"}}},
    "outputs": {"properties": {"form": {"$ref": "pulumi.json#/Any"}}, "required": ["form"]}
  }}
}`

const program = `
given = invoke("shop:index:getForm", { path = "form.json" }).form
resource choice "shop:index:Choice" { form = given }
resource any "shop:index:Any" { form = given }
`

type known struct{ *schema.Package }

func (k known) LoadPackage(string, *semver.Version) (*schema.Package, error) { return k.Package, nil }

func (k known) LoadPackageV2(context.Context, *schema.PackageDescriptor) (*schema.Package, error) {
	return k.Package, nil
}

func (k known) LoadPackageReference(string, *semver.Version) (schema.PackageReference, error) {
	return k.Reference(), nil
}

func (k known) LoadPackageReferenceV2(context.Context, *schema.PackageDescriptor) (schema.PackageReference, error) {
	return k.Reference(), nil
}

func main() {
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(described), &spec); err != nil {
		panic(err)
	}
	bound, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		panic(err)
	}
	parser := syntax.NewParser()
	if err := parser.ParseFile(strings.NewReader(program), "main.pp"); err != nil {
		panic(err)
	}
	made, diagnostics, err := pcl.BindProgram(parser.Files, known{bound}, pcl.NonStrictBindOptions()...)
	if err != nil || diagnostics.HasErrors() {
		panic(fmt.Sprint(err, diagnostics))
	}
	files, _, err := nodejs.GenerateProgram(made)
	if err != nil {
		panic(err)
	}
	os.WriteFile("index.ts", files["index.ts"], 0o644)
}
GO
export GOWORK=off GOFLAGS=-mod=mod
go mod tidy > tidy.log 2>&1 || { cat tidy.log; exit 1; }
go run .
cat > program.mjs <<'JS'
const show = (kind) => class {
  constructor(_, inputs) { Promise.resolve(inputs.form).then((form) => console.log(`${kind}: ${JSON.stringify(form)}`)); }
};
const shop = { Choice: show("Choice"), Any: show("Any"), getForm: async () => ({ form: { title: "first" } }) };
JS
sed '/^import /d' index.ts >> program.mjs # in place of the package there is the stand-in above
node program.mjs | tee seen
diff seen - <<'SEEN'
Choice: "[object Promise]"
Any: {"title":"first"}
SEEN
