#!/usr/bin/env bash
# pulumi-yaml 1.38.0: a resource that has the name of a setting of the stack is never registered, and the program ends well, without an
# error or a warning. The setting takes its place, although the program reads no setting of this name. Only where the program declares
# the setting in `config` and nothing sets it is the name an error. As `pulumi up` deletes what is no longer registered, `pulumi
# config set` removes what the name stood for.
#
# Seen, of the resources `sales` and `zone`: both are registered; with `pulumi config set zone west` (the engine hands the program its
# stack's settings) `sales` alone, whether or not `config` has `zone`; with `zone` in `config` alone: "resource zone cannot have the same
# name as config zone".
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > go.mod <<'GO'
module finding

go 1.26

require github.com/pulumi/pulumi-yaml v1.38.0
GO
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi-yaml/pkg/pulumiyaml"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const resources = `
name: finding
runtime: yaml
resources:
  sales: { type: "test:index:Thing" }
  zone: { type: "test:index:Thing" }
`

type things struct{}

func (things) LoadPackage(context.Context, *schema.PackageDescriptor) (pulumiyaml.Package, error) {
	return things{}, nil
}
func (things) Close()                   {}
func (things) Name() string             { return "test" }
func (things) Version() *semver.Version { return nil }
func (things) ResolveResource(name string) (pulumiyaml.ResourceTypeToken, error) {
	return pulumiyaml.ResourceTypeToken(name), nil
}
func (things) ResolveFunction(name string) (pulumiyaml.FunctionTypeToken, error) {
	return pulumiyaml.FunctionTypeToken(name), nil
}
func (things) IsComponent(pulumiyaml.ResourceTypeToken) (bool, error) { return false, nil }
func (things) IsResourcePropertySecret(pulumiyaml.ResourceTypeToken, string) (bool, error) {
	return false, nil
}
func (things) ResourceTypeHint(token pulumiyaml.ResourceTypeToken) *schema.ResourceType {
	return &schema.ResourceType{Token: token.String(), Resource: &schema.Resource{Token: token.String()}}
}
func (things) FunctionTypeHint(pulumiyaml.FunctionTypeToken) *schema.Function { return nil }
func (things) ResourceConstants(pulumiyaml.ResourceTypeToken) map[string]any  { return nil }

type registered struct{ names []string }

func (r *registered) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }
func (r *registered) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.names = append(r.names, args.Name)
	return args.Name, resource.PropertyMap{}, nil
}

func main() {
	west := resource.PropertyMap{"zone": resource.NewStringProperty("west")}
	declared := "config: { zone: { type: string, default: east } }\n"
	for _, one := range []struct {
		config   string
		settings resource.PropertyMap
	}{{"", nil}, {"", west}, {declared, west}, {declared, nil}} {
		template, problems, err := pulumiyaml.LoadYAMLBytes("Pulumi.yaml", []byte(resources+one.config))
		if err != nil || problems.HasErrors() {
			panic(fmt.Sprint(err, problems))
		}
		seen := &registered{}
		err = pulumi.RunErr(func(ctx *pulumi.Context) error {
			return pulumiyaml.RunTemplate(ctx, template, one.settings, things{})
		}, pulumi.WithMocks("finding", "dev", seen))
		fmt.Println(seen.names, "error:", err != nil)
	}
}
GO
GOWORK=off GOFLAGS=-mod=mod go run . > out 2> log || { tail -5 log; exit 1; }
cat out
[ "$(tr '\n' ';' < out)" = '[sales zone] error: false;[sales] error: false;[sales] error: false;[] error: true;' ]
