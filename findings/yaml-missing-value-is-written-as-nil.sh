#!/usr/bin/env bash
# pulumi-yaml 1.38.0: within a text, an interpolation of a key that an object does not have, or of an output that is not set, is the text
# `<nil>`, and that of an object Go's form of it, `map[...]`. The program ends well and nothing is said. So a misspelt name in
# `... ${orders.nodeIds.extrct} ...` lands in a script. One would guess an error, as for a misspelt variable.
#
# Seen, of the object {"extract": "42"}: "node <nil>" for `extrct`, and "nodes map[extract:42]" for the whole; no message above debug.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > Pulumi.yaml <<'YAML'
name: finding
runtime: yaml
variables:
  ids: { extract: "42" }
outputs:
  seen: ["node ${ids.extract}", "node ${ids.extrct}", "nodes ${ids}"]
YAML
cat > go.mod <<'GO'
module finding

go 1.26

require github.com/pulumi/pulumi-yaml v1.38.0
GO
cat > main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"

	"github.com/pulumi/pulumi-yaml/pkg/server"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

type engine struct{ rpc.UnimplementedEngineServer }

func (engine) GetRootResource(context.Context, *rpc.GetRootResourceRequest) (*rpc.GetRootResourceResponse, error) {
	return &rpc.GetRootResourceResponse{}, nil
}
func (engine) SetRootResource(context.Context, *rpc.SetRootResourceRequest) (*rpc.SetRootResourceResponse, error) {
	return &rpc.SetRootResourceResponse{}, nil
}
func (engine) Log(_ context.Context, log *rpc.LogRequest) (*emptypb.Empty, error) {
	if log.Severity > rpc.LogSeverity_DEBUG {
		fmt.Println("the engine is reported", log.Message)
	}
	return &emptypb.Empty{}, nil
}

type monitor struct{ rpc.UnimplementedResourceMonitorServer }

func (monitor) SupportsFeature(context.Context, *rpc.SupportsFeatureRequest) (*rpc.SupportsFeatureResponse, error) {
	return &rpc.SupportsFeatureResponse{HasSupport: true}, nil
}
func (monitor) RegisterResource(context.Context, *rpc.RegisterResourceRequest) (*rpc.RegisterResourceResponse, error) {
	return &rpc.RegisterResourceResponse{Urn: "urn:pulumi:dev::finding::pulumi:pulumi:Stack::finding-dev"}, nil
}
func (monitor) RegisterResourceOutputs(_ context.Context, asked *rpc.RegisterResourceOutputsRequest) (*emptypb.Empty, error) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	return &emptypb.Empty{}, encoder.Encode(asked.Outputs.AsMap()["seen"])
}
func (monitor) SignalAndWaitForShutdown(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	served := grpc.NewServer()
	rpc.RegisterEngineServer(served, engine{})
	rpc.RegisterResourceMonitorServer(served, monitor{})
	go served.Serve(listener)
	folder, _ := os.Getwd()
	address := listener.Addr().String()
	answer, err := server.NewLanguageHost(address, "").Run(context.Background(), &rpc.RunRequest{
		Project: "finding", Stack: "dev", MonitorAddress: address, LoaderTarget: address,
		Info: &rpc.ProgramInfo{RootDirectory: folder, ProgramDirectory: folder, EntryPoint: "."},
	})
	if err != nil || answer.Error != "" {
		panic(fmt.Sprint(err, answer))
	}
}
GO
GOWORK=off GOFLAGS=-mod=mod go run . > seen 2> log || { tail -5 log; exit 1; }
cat seen
diff seen - <<'SEEN'
["node 42","node <nil>","nodes map[extract:42]"]
SEEN
