#!/usr/bin/env bash
# pulumi/pkg 3.276.0, which `pulumi convert` and `pulumi import` use: where an input is a text or an object, its generator for Go writes
# an object as a composite literal of the first of the two types. So with the text first the program has `pulumi.String{...}` and does
# not compile; with the object first it does. The schema calls both orders the same, and the program in Python is right with either.
#
# Seen: `invalid composite literal type pulumi.String` with the text first; with the object first, nothing.
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
mkdir generate program
cat > generate/main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blang/semver"
	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const described = `{
  "name": "shop", "version": "1.0.0",
  "types": {"shop:index:Form": {"type": "object", "properties": {"title": {"type": "string"}}}},
  "resources": {"shop:index:Order": {"inputProperties": {"form": {"oneOf": [CHOICES]}}}},
  "language": {"go": {"importBasePath": "example.com/shop/sdk/go/shop", "respectSchemaVersion": true}}
}`

const program = `resource order "shop:index:Order" { form = { title = "first" } }`

var choices = map[string]string{
	"text":   `{"type": "string"}, {"$ref": "#/types/shop:index:Form"}`,
	"object": `{"$ref": "#/types/shop:index:Form"}, {"type": "string"}`,
}

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

func checked[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func write(files map[string][]byte, folder string) {
	for name, content := range files {
		path := filepath.Join(folder, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		os.WriteFile(path, content, 0o644)
	}
}

func main() {
	var spec schema.PackageSpec
	text := strings.ReplaceAll(described, "CHOICES", choices[os.Args[1]])
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		panic(err)
	}
	bound := checked(schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{}))
	write(checked(gogen.GeneratePackage("finding", bound, nil)), ".")
	parser := syntax.NewParser()
	if err := parser.ParseFile(strings.NewReader(program), "main.pp"); err != nil {
		panic(err)
	}
	made, diagnostics, err := pcl.BindProgram(parser.Files, known{bound})
	if err != nil || diagnostics.HasErrors() {
		panic(fmt.Sprint(err, diagnostics))
	}
	for language, generate := range map[string]func(*pcl.Program) (map[string][]byte, error){
		"program": func(p *pcl.Program) (map[string][]byte, error) {
			files, _, err := gogen.GenerateProgram(p)
			return files, err
		},
		"python": func(p *pcl.Program) (map[string][]byte, error) {
			files, _, err := python.GenerateProgram(p)
			return files, err
		},
	} {
		write(checked(generate(made)), language)
	}
}
GO
export GOWORK=off GOFLAGS=-mod=mod
go mod tidy > tidy.log 2>&1 || { cat tidy.log; exit 1; }
go build -o made ./generate
for first in object text; do
  rm -rf shop program
  ./made "$first"
  echo "$first first, Python: $(tr -d '\n ' < python/__main__.py | grep -o 'form=.*')"
  go build -o /dev/null ./program 2>&1 | tail -n +2 || true
done | tee seen
diff <(sed 's/main\.go:[0-9:]*/main.go/' seen) - <<'SEEN'
object first, Python: form={"title":"first",})
text first, Python: form={"title":"first",})
program/main.go invalid composite literal type pulumi.String
SEEN
