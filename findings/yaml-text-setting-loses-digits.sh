#!/usr/bin/env bash
# pulumi-yaml 1.38.0: a setting of the stack whose text can be read as a number or as true or false becomes one, although `config` gives
# it the type `string`, and the stack's file has it in quotes. An ID of 19 digits, as those of DataWorks, thereby ends in other digits.
# `t` and `F` are truth values, `1e3` and `inf` numbers; a number that begins with 0 stays as it is. A text within an object stays too.
#
# Seen, of settings that all have the type `string`: 7234567890123456789 is the number 7234567890123456512, `t` is true, `1e3` is
# 1000 and `007` a text; of the object {"id": "7234567890123456789"}, `id` is this very text.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat > Pulumi.yaml <<'YAML'
name: finding
runtime: yaml
config:
  id: { type: string }
  letter: { type: string }
  exponent: { type: string }
  zeros: { type: string }
  ids: { type: object }
outputs:
  seen: ["${id}", "${letter}", "${exponent}", "${zeros}", "${ids.id}"]
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
	fmt.Fprintln(os.Stderr, log.Message)
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
	for _, value := range asked.Outputs.Fields["seen"].GetListValue().Values {
		switch value := value.AsInterface().(type) {
		case float64:
			fmt.Printf("number %.0f\n", value)
		default:
			fmt.Printf("%T %v\n", value, value)
		}
	}
	return &emptypb.Empty{}, nil
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
		Config: map[string]string{
			"finding:id": "7234567890123456789", "finding:letter": "t", "finding:exponent": "1e3", "finding:zeros": "007",
			"finding:ids": `{"id":"7234567890123456789"}`,
		},
	})
	if err != nil || answer.Error != "" {
		panic(fmt.Sprint(err, answer))
	}
}
GO
GOWORK=off GOFLAGS=-mod=mod go run . > out 2> log || { tail -5 log; exit 1; }
cat out
[ "$(tr '\n' ';' < out)" = 'number 7234567890123456512;bool true;number 1000;string 007;string 7234567890123456789;' ]
