#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi package gen-sdk` and `pulumi package add` use: where an input is a text or an object whose type is in
# another module of the same package, the SDK for Go imports that module and does not use it, as the input is an interface{} there. So
# the SDK does not compile. With the type in the resource's own module it does.
#
# Seen: `"example.com/shop/sdk/go/shop/forms" imported and not used`; with the type in the same module, nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > go.mod <<'GO'
module example.com/shop/sdk/go

go 1.26

require (
	github.com/pulumi/pulumi/pkg/v3 v3.276.0
	github.com/pulumi/pulumi/sdk/v3 v3.276.0
)
GO
mkdir generate
cat > generate/main.go <<'GO'
package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const described = `{
  "name": "shop", "version": "1.0.0",
  "types": {"shop:MODULE:Form": {"type": "object", "properties": {"title": {"type": "string"}}}},
  "resources": {"shop:index:Order": {
    "inputProperties": {"form": {"oneOf": [{"type": "string"}, {"$ref": "#/types/shop:MODULE:Form"}]}}
  }},
  "language": {"go": {"importBasePath": "example.com/shop/sdk/go/shop", "respectSchemaVersion": true}}
}`

func main() {
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(strings.ReplaceAll(described, "MODULE", os.Args[1])), &spec); err != nil {
		panic(err)
	}
	bound, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		panic(err)
	}
	files, err := gogen.GeneratePackage("finding", bound, nil)
	if err != nil {
		panic(err)
	}
	for name, content := range files {
		os.MkdirAll(filepath.Dir(name), 0o755)
		os.WriteFile(name, content, 0o644)
	}
}
GO
export GOWORK=off GOFLAGS=-mod=mod
go mod tidy > tidy.log 2>&1 || { cat tidy.log; exit 1; }
go build -o made ./generate
./made index
go build ./shop/...
rm -rf shop
./made forms
seen=$(go build ./shop/... 2>&1 || true)
echo "$seen"
[[ $seen == *'"example.com/shop/sdk/go/shop/forms" imported and not used'* ]]
